using System.Numerics;
using System.Runtime.Intrinsics;
using PureLlm.Kernels;

namespace PureLlm.Tests.Kernels;

public class CounterRandomTests
{
    private static readonly RandomStream s_stream = new(42, 3);

    [Test]
    public void Every_bit_of_the_position_flips_half_of_the_result()
    {
        for (int bit = 0; bit < 40; bit++)
        {
            int[] flips = new int[32];
            const int count = 4000;
            for (ulong i = 0; i < count; i++)
            {
                ulong index = i * 0x9E3779B9UL;
                uint difference = CounterRandom.At(s_stream, index) ^ CounterRandom.At(s_stream, index ^ (1UL << bit));
                for (int b = 0; b < 32; b++)
                {
                    flips[b] += (int)(difference >> b) & 1;
                }
            }
            Assert.That(flips, Is.All.InRange(0.45 * count, 0.55 * count), $"input bit {bit}");
        }
    }

    [Test]
    public void Seeds_and_streams_are_unrelated()
    {
        RandomStream[] others = [s_stream with { Seed = 43 }, s_stream with { Stream = 4 }, new(3, 42), new(0, 0)];
        foreach (RandomStream other in others)
        {
            int equal = 0;
            for (ulong i = 0; i < 10_000; i++)
            {
                equal += 32 - BitOperations.PopCount(CounterRandom.At(s_stream, i) ^ CounterRandom.At(other, i));
            }
            Assert.That(equal / 320_000.0, Is.EqualTo(0.5).Within(0.006), other.ToString());
        }
    }

    [Test]
    public void Vectors_hold_the_numbers_of_consecutive_positions()
    {
        var keys = CounterRandom.Keys(s_stream);
        for (uint index = 0; index < 20_000; index += 16)
        {
            Vector512<uint> wide = CounterRandom.At<Width512, Vector512<float>>(keys, index).AsUInt32();
            Vector256<uint> low = CounterRandom.At<Width256, Vector256<float>>(keys, index).AsUInt32();
            for (int lane = 0; lane < 16; lane++)
            {
                uint expected = CounterRandom.At(s_stream, index + (ulong)lane);
                if (wide[lane] != expected || (lane < 8 && low[lane] != expected)
                    || BitConverter.SingleToUInt32Bits(CounterRandom.At<Width1, float>(keys, index + (uint)lane)) != expected)
                {
                    Assert.Fail($"position {index + lane}");
                }
            }
        }
    }

    [Test]
    public void Uniform_numbers_fill_the_unit_interval_evenly()
    {
        int[] bins = new int[100];
        for (ulong i = 0; i < 200_000; i++)
        {
            float u = CounterRandom.Uniform(s_stream, i);
            Assert.That(u is >= 0f and < 1f);
            bins[(int)(u * 100)]++;
        }
        // χ² of 99 degrees of freedom: 99 ± 14.
        Assert.That(bins.Sum(b => Math.Pow(b - 2000, 2) / 2000), Is.InRange(50, 160));
    }

    [Test]
    public void Normal_numbers_have_the_moments_of_the_normal_distribution()
    {
        double sum = 0, squares = 0, fourth = 0;
        const int count = 100_000;
        for (ulong i = 0; i < count; i++)
        {
            double x = CounterRandom.Normal(s_stream, i);
            (sum, squares, fourth) = (sum + x, squares + (x * x), fourth + (x * x * x * x));
        }
        Assert.That(sum / count, Is.EqualTo(0).Within(0.012));
        Assert.That(squares / count, Is.EqualTo(1).Within(0.02));
        Assert.That(fourth / count, Is.EqualTo(3).Within(0.15));
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(1000)]
    public void Below_takes_every_value_equally_often(int n)
    {
        int[] counts = new int[n];
        for (ulong i = 0; i < 200_000; i++)
        {
            counts[CounterRandom.Below(s_stream, i, n)]++;
        }
        double expected = 200_000.0 / n, deviation = Math.Sqrt(expected);
        Assert.That(counts, Is.All.InRange(expected - (5 * deviation), expected + (5 * deviation)));
        Assert.That(() => CounterRandom.Below(s_stream, 0, 0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
