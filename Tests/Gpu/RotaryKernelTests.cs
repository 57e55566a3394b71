using PureLlm.Kernels;
using static PureLlm.Tests.Gpu.GpuCheck;
using static PureLlm.Tests.Gpu.RowCheck;

namespace PureLlm.Tests.Gpu;

public class RotaryKernelTests
{
    [Test]
    public void Matches_the_textbook_loop([Values] bool interleaved, [Values(2, 10, 16)] int size, [Values(0, 5)] int first)
    {
        foreach (int dimensions in (int[])[size, (size / 2) & ~1, 0])
        {
            RotaryShape shape = new(2, 2, 5, 3, size, dimensions, first, interleaved);
            MatchesAnywhere(1e-6, (b, v) =>
            {
                b.Rotary(v[0], v[1], v[2], shape);
                b.RotaryBackward(v[3], v[1], v[4], shape);
                b.RotaryBackward(v[3], v[1], v[5], shape, accumulate: false);
            }, [.. Arrays(shape), Random(shape.Batch * shape.Time * 5 * size, 4)]);
        }
    }

    [Test]
    public void Works_in_place([Values] bool interleaved)
    {
        RotaryShape shape = new(1, 3, 3, 2, 16, 8, 1, interleaved);
        MatchesAnywhere(1e-6, (b, v) =>
        {
            b.Rotary(v[0], v[1], v[0], shape);
            b.RotaryBackward(v[3], v[1], v[3], shape, accumulate: false);
        }, Arrays(shape));
    }

    [Test]
    public void Positions_beyond_the_table_are_refused()
    {
        using TensorBuffer buffer = GpuCheck.Gpu.Allocate(64);
        var view = new View(buffer, 0, 16);
        Assert.That(() => GpuCheck.Gpu.Rotary(view, view, view, new RotaryShape(1, 4, 1, 1, 4, 4, 1, false)), Throws.ArgumentException.With.Message.Contains("positions 1 … 4 leave a table of 16 floats"));
        Assert.That(() => GpuCheck.Gpu.Rotary(view, view, view, new RotaryShape(1, 4, 1, 1, 4, 3, 0, false)), Throws.ArgumentException.With.Message.Contains("must be even"));
        Assert.That(() => GpuCheck.Gpu.Rotary(view, view, view, new RotaryShape(1, 4, 1, 2, 4, 4, 0, false)), Throws.ArgumentException.With.Message.Contains("2 of 1 heads"));
    }

    private static float[][] Arrays(RotaryShape s)
    {
        int n = s.Batch * s.Time * s.TotalHeads * s.HeadSize;
        return [Random(n), Random((s.FirstPosition + s.Time + 1) * s.Dimensions, 9), new float[n], Random(n, 2), Random(n, 3)];
    }
}
