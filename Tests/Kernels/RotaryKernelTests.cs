using PureLlm.Kernels;
using static PureLlm.Tests.Kernels.KernelCheck;

namespace PureLlm.Tests.Kernels;

public class RotaryKernelTests
{
    private static float[] Table(int positions, int dimensions)
    {
        float[] table = new float[positions * dimensions];
        for (int p = 0; p < positions; p++)
        {
            for (int i = 0; i < dimensions / 2; i++)
            {
                double angle = p * Math.Pow(10000, -2.0 * i / dimensions);
                table[(p * dimensions) + i] = (float)Math.Cos(angle);
                table[(p * dimensions) + (dimensions / 2) + i] = (float)Math.Sin(angle);
            }
        }
        return table;
    }

    private static float[][] Arrays(RotaryShape s)
    {
        int n = s.Batch * s.Time * s.TotalHeads * s.HeadSize;
        return [Random(n, 1), Table(s.FirstPosition + s.Time + 2, s.Dimensions), new float[n], Random(n, 2), Random(n, 3)];
    }

    private static Action<Backend, View[]> Call(RotaryShape shape) => (b, v) =>
    {
        b.Rotary(v[0], v[1], v[2], shape);
        b.RotaryBackward(v[3], v[1], v[4], shape);
    };

    [Test]
    public void Matches_the_textbook_loop([Values] bool interleaved, [Values(2, 10, 16, 64)] int size, [Values(0, 5)] int first)
    {
        foreach (int dimensions in (int[])[size, (size / 2) & ~1, 0])
        {
            RotaryShape shape = new(2, 9, 5, 3, size, dimensions, first, interleaved);
            Matches(1e-6, Call(shape), true, Arrays(shape));
        }
    }

    [Test]
    public void Many_rows_have_the_same_bits_everywhere([Values] bool interleaved)
    {
        RotaryShape shape = new(3, 200, 6, 4, 32, 32, 0, interleaved);
        Matches(1e-6, Call(shape), true, Arrays(shape));
        AllocatesNothing(Call(shape), Arrays(shape));
    }

    [Test]
    public void Works_in_place([Values] bool interleaved)
    {
        RotaryShape shape = new(1, 4, 3, 2, 12, 8, 1, interleaved);
        float[][] arrays = Arrays(shape);
        float[] expected = Run(OneThread, (b, v) => b.Rotary(v[0], v[1], v[2], shape), arrays)[2];
        Assert.That(Run(OneThread, (b, v) => b.Rotary(v[0], v[1], v[0], shape), arrays)[0], Is.EqualTo(expected));
    }

    [Test]
    public void Positions_beyond_the_table_and_odd_dimensions_are_refused()
    {
        RotaryShape shape = new(1, 4, 1, 1, 8, 8, 3, false);
        float[][] arrays = [new float[32], Table(6, 8), new float[32]];
        Assert.That(() => Run(OneThread, (b, v) => b.Rotary(v[0], v[1], v[2], shape), arrays), Throws.ArgumentException.With.Message.Contains("positions 3 … 6"));
        Assert.That(() => Run(OneThread, (b, v) => b.Rotary(v[0], v[1], v[2], shape with { FirstPosition = 0, Dimensions = 7 }), arrays), Throws.ArgumentException.With.Message.Contains("even"));
    }
}
