using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;
using static PureLlm.Tests.Gpu.GpuCheck;

namespace PureLlm.Tests.Gpu;

public class ElementwiseKernelsTests
{
    private static readonly RandomStream s_stream = new(3, 11);

    private static readonly Dictionary<string, Action<Backend, View[]>> s_calls = new()
    {
        ["Fill"] = (b, v) => b.Fill(v[3], 3.5f),
        ["Copy"] = (b, v) => b.Copy(v[0], v[3]),
        ["Add"] = (b, v) => b.Add(v[0], v[1], v[3]),
        ["Add in place"] = (b, v) => b.Add(v[0], v[3], v[3]),
        ["Accumulate"] = (b, v) => b.Accumulate(v[0], v[3], -0.3f),
        ["Scale in place"] = (b, v) => b.Scale(v[3], v[3], 0.7f),
        ["Multiply"] = (b, v) => b.Multiply(v[0], v[1], v[3]),
        ["Map"] = (b, v) => b.Map<GeluTanh>(v[0], v[3]),
        ["MapBackward"] = (b, v) => b.MapBackward<Silu>(v[0], v[1], v[3]),
        ["MapBackward onto zeros"] = (b, v) => b.MapBackward<Silu>(v[0], v[1], v[3], accumulate: false),
        ["Gate"] = (b, v) => b.Gate<Silu>(v[0], v[1], v[3]),
        ["GateBackward"] = (b, v) => b.GateBackward<Silu>(v[0], v[1], v[2], v[3], v[4]),
        ["GateBackward onto zeros"] = (b, v) => b.GateBackward<Silu>(v[0], v[1], v[2], v[3], v[4], accumulate: false),
        ["MultiplyBackward"] = (b, v) => b.MultiplyBackward(v[0], v[1], v[2], v[3], v[4]),
        ["MultiplyBackward of a square"] = (b, v) => b.MultiplyBackward(v[0], v[0], v[2], v[3], v[3]),
        ["MultiplyBackward of a alone"] = (b, v) => b.MultiplyBackward(v[0], v[1], v[2], v[3], default),
        ["Dropout"] = (b, v) => b.Dropout(v[0], v[3], 0.3f, s_stream),
        ["Dropout in place"] = (b, v) => b.Dropout(v[3], v[3], 0.5f, s_stream),
        ["DropoutBackward"] = (b, v) => b.DropoutBackward(v[0], v[3], 0.3f, s_stream),
        ["DropoutBackward onto zeros"] = (b, v) => b.DropoutBackward(v[0], v[3], 0.3f, s_stream, accumulate: false),
        ["Normalize"] = (b, v) => b.Normalize(v[3], v[0].Slice(0, 1), 1e-7),
    };

    private static IEnumerable<string> Names => s_calls.Keys;

    [TestCaseSource(nameof(Names))]
    public void Matches_the_textbook_loop_where_four_are_one_access_and_where_not(string name)
    {
        // Two groups, and a thread with less than four.
        foreach (int n in new[] { 1, 67 })
        {
            Matches(1e-6, s_calls[name], Arrays(n));
            Matches(1e-6, OnFours(s_calls[name]), Arrays(n + 1));
        }
    }

    [Test]
    public void A_gate_without_one_gradient_leaves_the_other()
    {
        using var cpu = new CpuBackend(1);
        Action<Backend, View[]> gateOnly = (b, v) => b.GateBackward<Silu>(v[0], v[1], v[2], v[3], default), upOnly = (b, v) => b.GateBackward<Silu>(v[0], v[1], v[2], default, v[4], accumulate: false);
        Near(Run(GpuCheck.Gpu, gateOnly, Arrays(33)), Run(cpu, gateOnly, Arrays(33)), 1e-6);
        Near(Run(GpuCheck.Gpu, upOnly, Arrays(33)), Run(cpu, upOnly, Arrays(33)), 1e-6);
    }

    [Test]
    public void Rows_are_added_with_any_period_and_format([Values(1, 3, 5)] int period, [Values(4, 7)] int columns, [Values] StorageFormat format)
    {
        StorageFormat[] formats = [StorageFormat.Float32, format, StorageFormat.Float32];
        Action<Backend, View[]> call = (b, v) => b.AddRows(v[0], v[1], v[2], 5, columns, period);
        Matches(0, call, formats, Random(5 * columns, 1), Random(period * columns, 2), new float[5 * columns]);
        Action<Backend, View[]> onFours = (b, v) => b.AddRows(v[0].Slice(1), v[1].Slice(1), v[2].Slice(1), 5, columns, period);
        Matches(0, onFours, formats, Random((5 * columns) + 1, 1), Random((period * columns) + 1, 2), new float[(5 * columns) + 1]);
    }

    [Test]
    public void Sums_in_16_bits_are_rounded_with_the_bits_of_the_processor([Values(StorageFormat.BFloat16, StorageFormat.Float16)] StorageFormat format, [Values] bool onFours)
    {
        Action<Backend, View[]> call = (b, v) =>
        {
            v[1].Buffer.Rounding = new RandomStream(9, 4);
            b.Accumulate(v[0], v[1], 0.37f);
            b.Accumulate(v[0], v[1]);
            b.Scale(v[0], v[2], 1.7f);
        };
        Matches(0, onFours ? OnFours(call) : call, [StorageFormat.Float32, format, format], Random(67, 1), Random(67, 2), new float[67]);
    }

    [Test]
    public void An_empty_view_a_wrong_length_a_wrong_format_and_a_wrong_rate_are_told_apart()
    {
        using TensorBuffer buffer = GpuCheck.Gpu.Allocate(8), half = GpuCheck.Gpu.Allocate(8, StorageFormat.BFloat16), split = GpuCheck.Gpu.Allocate(8, StorageFormat.SplitFloat32);
        View x = new(buffer, 0, 8), y = new(half, 0, 8);
        Assert.That(() => GpuCheck.Gpu.Add(default, default, default), Throws.Nothing);
        Assert.That(() => GpuCheck.Gpu.Add(x, x.Slice(1), x), Throws.ArgumentException.With.Message.Contains("holds 7 numbers, but the sizes ask for 8"));
        Assert.That(() => GpuCheck.Gpu.Scale(y, x, 2), Throws.ArgumentException.With.Message.Contains("BFloat16"));
        Assert.That(() => GpuCheck.Gpu.Scale(x, new View(split, 0, 8), 2), Throws.ArgumentException.With.Message.Contains("SplitFloat32"));
        Assert.That(() => GpuCheck.Gpu.Copy(x, y), Throws.ArgumentException.With.Message.Contains("'x' is kept in Float32"));
        Assert.That(() => GpuCheck.Gpu.Dropout(x, x, 1f, s_stream), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("[0, 1)"));
    }

    [Test]
    public void A_kernel_is_loaded_once()
    {
        using TensorBuffer x = GpuCheck.Gpu.Allocate(16), y = GpuCheck.Gpu.Allocate(16, StorageFormat.BFloat16);
        View vx = new(x, 0, 16), vy = new(y, 0, 16);
        int loaded = 0;
        for (int i = 0; i < 2; i++)
        {
            GpuCheck.Gpu.Map<Silu>(vx, vx);
            GpuCheck.Gpu.GateBackward<Silu>(vx, vx, vx, vx, vx);
            GpuCheck.Gpu.Accumulate(vx, vy);
            if (i == 0) { loaded = GpuCheck.Gpu.LoadedKernels; }
        }
        Assert.That(GpuCheck.Gpu.LoadedKernels, Is.EqualTo(loaded), "kernels that were loaded again");
    }

    private static float[][] Arrays(int n) => [Random(n, 1), Random(n, 2), Random(n, 3), Random(n, 4), Random(n, 5)];
}
