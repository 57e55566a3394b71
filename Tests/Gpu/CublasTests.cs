using ILGPU;
using ILGPU.Runtime.CPU;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;
using PureLlm.Kernels.Devices;
using PureLlm.Kernels.Gpu;
using static PureLlm.Tests.Gpu.GpuCheck;

namespace PureLlm.Tests.Gpu;

/// <summary>Products through a library: here a textbook one, in the memory of the emulating processor.</summary>
public class CublasTests
{
    private readonly TextbookGemm gemm = new();
    private readonly Dictionary<DeviceOptions, GpuBackend> opened = [];

    [SetUp]
    public void Forget() => gemm.Calls.Clear();

    [OneTimeTearDown]
    public void Close()
    {
        foreach (GpuBackend gpu in opened.Values) { gpu.Dispose(); }
    }

    [Test]
    public void The_library_is_described_or_the_names_that_were_tried_are_said()
    {
        string description = CublasLibrary.Describe();
        if (CublasLibrary.Found is { } library) { Assert.That(description, Does.Contain(library.Name)); }
        else { Assert.That(CublasLibrary.Names.Where(name => !description.Contains(name, StringComparison.Ordinal)), Is.Empty); }
    }

    [Test]
    public void A_failure_names_the_call_and_the_meaning() => Assert.That(Cublas.Failure("cublasGemmEx", 15), Is.EqualTo("cublasGemmEx failed with status 15: this kind of product is not supported on the device"));

    [Test]
    public void Asked_for_where_there_is_no_CUDA_it_is_an_error()
        => Assert.That(() => Open(new DeviceOptions(DeviceGemm.Cublas)).Dispose(), Throws.TypeOf<DeviceException>().With.Message.Contains("CUDA devices only"));

    [Test]
    public void A_library_that_does_not_start_leaves_the_products_to_our_kernels_and_says_why()
    {
        const string Reason = "cublasCreate_v2 failed with status 1";
        IGemm Start() => throw new DeviceException(Reason);
        Multiplier chosen = Multiplier.Choose(new DeviceOptions(Precision: DevicePrecision.TensorFloat32), null, Start);
        Assert.That(chosen, Is.EqualTo(new Multiplier(null, $"our kernels multiply all matrices in float32, not in tf32, which needs cuBLAS or a GPU of Ampere or newer: {Reason}")));
        Assert.That(() => Multiplier.Choose(new DeviceOptions(DeviceGemm.Cublas), null, Start), Throws.TypeOf<DeviceException>().With.Message.EqualTo($"{Reason}; use --gpu-gemm ilgpu to do without cuBLAS"));
        Assert.That(Multiplier.Choose(new DeviceOptions(), null, () => gemm), Is.EqualTo(new Multiplier(gemm, "a textbook multiplies large matrices in float32, our kernels small ones in float32")));
        Assert.That(Opened(new DeviceOptions(DeviceGemm.Ilgpu)).Products, Does.Contain("--gpu-gemm ilgpu asks for them"));
    }

    [Test]
    public void Sums_start_with_the_bias_or_the_result([Values] MatMulLayout layout, [Values] bool accumulate)
    {
        Near(Product(new DeviceOptions(DeviceGemm.Cublas), layout, StorageFormat.Float32, StorageFormat.Float32, accumulate), Expected(layout, StorageFormat.Float32, StorageFormat.Float32, accumulate), 1e-5);
        Assert.That(gemm.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public void Operands_are_converted_to_what_is_multiplied(
        [Values] MatMulLayout layout, [Values(StorageFormat.Float32, StorageFormat.BFloat16, StorageFormat.Float16, StorageFormat.SplitFloat32)] StorageFormat format, [Values] DevicePrecision precision)
    {
        // bfloat16 keeps 8 bits of each of 20 factors below 2.
        double tolerance = precision == DevicePrecision.BFloat16 ? 0.2 : 1e-5;
        Near(Product(new DeviceOptions(DeviceGemm.Cublas, precision), layout, format, StorageFormat.Float32, accumulate: true), Expected(layout, format, StorageFormat.Float32, accumulate: true), tolerance);
    }

    [Test]
    public void A_result_in_16_bits_is_rounded_after_the_library([Values(StorageFormat.BFloat16, StorageFormat.Float16)] StorageFormat format, [Values] bool accumulate)
        => Near(Product(new DeviceOptions(DeviceGemm.Cublas), MatMulLayout.TN, StorageFormat.Float32, format, accumulate), Expected(MatMulLayout.TN, StorageFormat.Float32, format, accumulate), 1e-5);

    [Test]
    public void Small_products_are_ours_unless_the_library_was_asked_for()
    {
        GpuBackend gpu = Opened(new DeviceOptions());
        Run(gpu, (b, v) => b.MatMul(MatMulLayout.NN, v[0], v[1], v[2], 4, 4, 4), [Random(16), Random(16), Random(16)]);
        Assert.That(gemm.Calls, Is.Empty);
        Run(gpu, (b, v) => b.MatMul(MatMulLayout.NN, v[0], v[1], v[2], 64, 64, 64), [Random(4096), Random(4096), Random(4096)]);
        Assert.That(gemm.Calls, Has.Count.EqualTo(1));
    }

    private const int M = 7, N = 6, K = 20;

    private float[][] Product(DeviceOptions options, MatMulLayout layout, StorageFormat b, StorageFormat c, bool accumulate)
    {
        GpuBackend gpu = Opened(options);
        float[][] result = Run(gpu, (backend, v) => backend.MatMul(layout, v[0], v[1], v[2], M, N, K, accumulate, v[3]), Arrays(), [StorageFormat.Float32, b, c, StorageFormat.Float32]);
        Assert.That(gemm.Calls, Is.All.Matches<(GemmArguments, DevicePrecision Precision)>(call => call.Precision == options.Precision));
        return result;
    }

    private static float[][] Expected(MatMulLayout layout, StorageFormat b, StorageFormat c, bool accumulate)
    {
        using var cpu = new CpuBackend(1);
        return Run(cpu, (backend, v) => backend.MatMul(layout, v[0], v[1], v[2], M, N, K, accumulate, v[3]), Arrays(), [StorageFormat.Float32, b, c, StorageFormat.Float32]);
    }

    private static float[][] Arrays() => [Random(M * K, 1), Random(K * N, 2), Random(M * N, 3), Random(N, 4)];

    private GpuBackend Opened(DeviceOptions options) => opened.TryGetValue(options, out GpuBackend? gpu) ? gpu : opened[options] = Open(options, gemm);

    private static GpuBackend Open(DeviceOptions options, IGemm? gemm = null)
    {
        Context context = IlgpuPlugin.CreateContext(builder => builder.CPU(new CPUDevice(16, 1, 1)));
        return new GpuBackend(context.CreateCPUAccelerator(0), "ilgpu-cpu", options, gemm);
    }
}
