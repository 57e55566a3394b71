using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using PureLlm.Kernels;
using PureLlm.Kernels.Devices;
using PureLlm.Kernels.Gpu;
using static PureLlm.Tests.Gpu.GpuCheck;

namespace PureLlm.Tests.Gpu;

public class MatMulKernelsTests
{
    private const int Side = 4;

    private static readonly MatMulLayout[] s_layouts = [MatMulLayout.NN, MatMulLayout.NT, MatMulLayout.TN];

    [Test]
    public void Tiles_give_the_numbers_of_the_textbook_loop([Values] bool isLarge, [ValueSource(nameof(s_layouts))] MatMulLayout layout, [Values(0, 1, 2, 3)] int size)
    {
        // The last in accesses of four, the others number by number.
        (int m, int n, int k) = size switch { 0 => (1, 1, 1), 1 => (37, 5, 3), 2 => (19, 34, 11), _ => (36, 40, 12) };
        Multiplies(layout, m, n, k, new MatMulPlan(Tiles(isLarge), 1, k));
    }

    [Test]
    public void Sums_start_with_the_bias_or_the_result([Values] bool isLarge, [Values] bool accumulate)
    {
        Multiplies(MatMulLayout.NN, 9, 7, 5, new MatMulPlan(Tiles(isLarge), 1, 5), accumulate, withBias: true);
        Multiplies(MatMulLayout.NN, 8, 20, 8, new MatMulPlan(Tiles(isLarge), 1, 8), accumulate, withBias: true);
    }

    [Test]
    public void Parts_along_k_are_joined_in_order([Values] bool isLarge, [ValueSource(nameof(s_layouts))] MatMulLayout layout, [Values] bool accumulate)
        => Multiplies(layout, 9, 12, 22, MatMulPlan.WithParts(Tiles(isLarge), 3, 22, Side), accumulate, withBias: true);

    [TestCase(1, 1, 1)]
    [TestCase(1, 5, 48)]
    [TestCase(2, 3, 67)]
    [TestCase(3, 4, 132)]
    [TestCase(5, 2, 64)]
    [TestCase(8, 3, 35)]
    public void Few_rows_give_the_numbers_of_the_textbook_loop(int m, int n, int k)
    {
        Multiplies(MatMulLayout.NT, m, n, k, new MatMulPlan(MatMulKind.FewRows, 1, k));
        Multiplies(MatMulLayout.NT, m, n, k, new MatMulPlan(MatMulKind.FewRows, 1, k), accumulate: true, withBias: true);
    }

    [Test]
    public void Without_terms_a_sum_is_its_start([Values] bool accumulate)
    {
        Multiplies(MatMulLayout.NN, 3, 7, 0, plan: null, accumulate, withBias: true);
        Multiplies(MatMulLayout.NT, 3, 7, 0, plan: null, accumulate);
    }

    [Test]
    public void The_sizes_choose_a_kernel_that_gives_the_same_numbers([ValueSource(nameof(s_layouts))] MatMulLayout layout)
    {
        Multiplies(layout, 20, 17, 48, plan: null);
        Multiplies(layout, 0, 4, 4, plan: null);
    }

    [Test]
    public void Weights_in_other_formats_are_read_as_the_processor_reads_them(
        [Values(StorageFormat.BFloat16, StorageFormat.Float16, StorageFormat.SplitFloat32)] StorageFormat format, [ValueSource(nameof(s_layouts))] MatMulLayout layout, [Values(5, 8)] int size)
        => MatchesFormats(layout, size, size + 4, size, format, StorageFormat.Float32, new MatMulPlan(MatMulKind.SmallTiles, 1, size), accumulate: true);

    [Test]
    public void Few_rows_read_weights_in_other_formats([Values(StorageFormat.BFloat16, StorageFormat.Float16, StorageFormat.SplitFloat32)] StorageFormat format, [Values(39, 40)] int k)
        => MatchesFormats(MatMulLayout.NT, 2, 5, k, format, StorageFormat.Float32, new MatMulPlan(MatMulKind.FewRows, 1, k), accumulate: false);

    [Test]
    public void A_result_in_16_bits_is_rounded_as_on_the_processor(
        [Values(StorageFormat.BFloat16, StorageFormat.Float16)] StorageFormat format, [Values] bool accumulate, [Values(1, 2)] int parts)
        => MatchesFormats(MatMulLayout.TN, 9, 7, 8, StorageFormat.Float32, format, MatMulPlan.WithParts(MatMulKind.SmallTiles, parts, 8, Side), accumulate);

    [Test]
    public void Sixteen_bits_on_both_sides_are_refused()
    {
        using TensorBuffer a = GpuCheck.Gpu.Allocate(1), b = GpuCheck.Gpu.Allocate(1, StorageFormat.BFloat16), split = GpuCheck.Gpu.Allocate(1, StorageFormat.SplitFloat32);
        View v(TensorBuffer buffer) => new(buffer, 0, 1);
        Assert.That(() => GpuCheck.Gpu.MatMul(MatMulLayout.NN, v(a), v(b), v(b), 1, 1, 1), Throws.ArgumentException.With.Message.Contains("both"));
        Assert.That(() => GpuCheck.Gpu.MatMul(MatMulLayout.NN, v(a), v(a), v(split), 1, 1, 1), Throws.ArgumentException.With.Message.Contains("SplitFloat32"));
        Assert.That(() => GpuCheck.Gpu.MatMul(MatMulLayout.NN, v(b), v(a), v(a), 1, 1, 1), Throws.ArgumentException.With.Message.Contains("'a'"));
        Assert.That(() => GpuCheck.Gpu.MatMul(MatMulLayout.NN, v(a), v(a), v(a), 1, 1, 1), Throws.ArgumentException.With.Message.Contains("share memory"));
    }

    [Test, Explicit("256 threads of the system: a minute"), Category("Slow")]
    public void Groups_of_256_threads_give_the_numbers_of_the_textbook_loop([Values] bool isLarge, [ValueSource(nameof(s_layouts))] MatMulLayout layout, [Values] bool isEven)
    {
        (int m, int n, int k) = isEven ? (132, 72, 36) : (70, 131, 35);
        float[][] arrays = [Random(m * k, 1), Random(k * n, 2), Random(m * n, 3), Random(n, 4)];
        Context context = IlgpuPlugin.CreateContext(builder => builder.CPU(new CPUDevice(32, 8, 1)));
        using var gpu = new GpuBackend(context.CreateCPUAccelerator(0), "wide", new DeviceOptions()) { ForcedPlan = MatMulPlan.WithParts(Tiles(isLarge), isEven ? 1 : 2, k, 16) };
        using var textbook = new Kernels.PlainBackend();
        void Call(Backend b, View[] v) => b.MatMul(layout, v[0], v[1], v[2], m, n, k, bias: v[3]);
        Near(Run(gpu, Call, arrays), Run(textbook, Call, arrays), 1e-5);
    }

    private static MatMulKind Tiles(bool isLarge) => isLarge ? MatMulKind.LargeTiles : MatMulKind.SmallTiles;

    /// <summary>With the plan that the sizes ask for, or another.</summary>
    private static void Multiplies(MatMulLayout layout, int m, int n, int k, MatMulPlan? plan, bool accumulate = false, bool withBias = false)
        => With(plan, () => Matches(1e-5, (b, v) => b.MatMul(layout, v[0], v[1], v[2], m, n, k, accumulate, withBias ? v[3] : default), Random(m * k, 1), Random(k * n, 2), Random(m * n, 3), Random(n, 4)));

    private static void MatchesFormats(MatMulLayout layout, int m, int n, int k, StorageFormat b, StorageFormat c, MatMulPlan plan, bool accumulate)
        => With(plan, () => Matches(1e-5, (backend, v) => backend.MatMul(layout, v[0], v[1], v[2], m, n, k, accumulate, v[3]),
            [StorageFormat.Float32, b, c, StorageFormat.Float32], Random(m * k, 1), Random(k * n, 2), Random(m * n, 3), Random(n, 4)));

    private static void With(MatMulPlan? plan, Action check)
    {
        GpuCheck.Gpu.ForcedPlan = plan;
        try { check(); }
        finally { GpuCheck.Gpu.ForcedPlan = null; }
    }
}
