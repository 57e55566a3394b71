using System.Runtime.InteropServices;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;
using PureLlm.Tests.Kernels;
using static PureLlm.Tests.Gpu.GpuCheck;

namespace PureLlm.Tests.Gpu;

/// <summary>The storage formats on the device against the processor's, bit for bit.</summary>
public class NumbersTests
{
    private static readonly StorageFormat[] s_halves = [StorageFormat.BFloat16, StorageFormat.Float16];

    // Ties, subnormals, overflows, infinities and not-a-numbers of both 16-bit formats.
    private static float[] Awkward()
    {
        List<uint> words = [];
        for (uint high = 0; high < 0x10000; high += 1499)
        {
            foreach (uint low in (uint[])[0, 1, 0x7FFF, 0x8000, 0x8001, 0x0FFF, 0x1000, 0x1001, 0x3000]) { words.Add((high << 16) | low); }
        }
        foreach (float x in (float[])[0f, -0f, 65504f, 65519.9f, 65520f, -65520f, 6.1035156e-5f, 6.1e-5f, 5.97e-8f, 2.98e-8f, 2.99e-8f, float.MaxValue, float.Epsilon, float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            words.Add(BitConverter.SingleToUInt32Bits(x));
        }
        return MemoryMarshal.Cast<uint, float>(words.ToArray()).ToArray();
    }

    [Test]
    public void Narrowing_and_widening_have_the_bits_of_the_textbook([ValueSource(nameof(s_halves))] StorageFormat format, [Values(0, 1)] int from)
    {
        float[] x = Awkward(), words = new float[Backend.StoredLength(x.Length, format) + 1];
        Action<Backend, View[]> call = (b, v) =>
        {
            b.Narrow(v[0].Slice(from), v[1].Slice(from, Backend.StoredLength(x.Length - from, format)), format);
            b.Widen(v[1].Slice(from, Backend.StoredLength(x.Length - from, format)), v[2].Slice(from), format);
        };
        float[][] actual = Run(GpuCheck.Gpu, call, [x, words, new float[x.Length]]), expected = Run(new PlainBackend(), call, [x, words, new float[x.Length]]);
        Assert.That(Bits(actual[2]), Is.EqualTo(Bits(expected[2])));
    }

    [Test]
    public void Noise_rounds_awkward_numbers_as_on_the_processor([ValueSource(nameof(s_halves))] StorageFormat format, [Values(0, 1)] int from)
    {
        float[] x = Awkward();
        Action<Backend, View[]> call = (b, v) =>
        {
            v[1].Buffer.Rounding = new RandomStream(5, 1);
            b.Scale(v[0].Slice(from), v[1].Slice(from), 1f);
        };
        using var cpu = new CpuBackend(1);
        StorageFormat[] formats = [StorageFormat.Float32, format];
        Assert.That(Bits(Run(GpuCheck.Gpu, call, [x, new float[x.Length]], formats)[1]), Is.EqualTo(Bits(Run(cpu, call, [x, new float[x.Length]], formats)[1])));
    }

    [Test]
    public void Host_numbers_come_back_as_from_the_processor_in_every_format([Values] StorageFormat format)
    {
        float[] x = Awkward();
        using var cpu = new CpuBackend(1);
        Action<Backend, View[]> nothing = (_, _) => { };
        Assert.That(Bits(Run(GpuCheck.Gpu, nothing, [x], [format])[0]), Is.EqualTo(Bits(Run(cpu, nothing, [x], [format])[0])));
    }

    [Test]
    public void Every_format_is_filled_and_copied_from_any_place([Values] StorageFormat format, [Values(0, 1)] int from)
    {
        Action<Backend, View[]> call = (b, v) =>
        {
            b.Copy(v[0].Slice(from), v[1].Slice(from));
            b.Fill(v[1].Slice(from + 2, 9), 0.1f);
            b.Fill(v[1].Slice(from + 12, 4), -1e-6f);
        };
        Matches(0, call, [format, format], Random(33, 1), Random(33, 2));
    }

    // All not-a-numbers alike.
    private static string[] Bits(float[] x) => [.. x.Select((v, i) => float.IsNaN(v) ? $"{i}: NaN" : $"{i}: {BitConverter.SingleToUInt32Bits(v):X8}")];
}
