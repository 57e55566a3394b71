using ILGPU;
using ILGPU.Runtime;
using PureLlm.Kernels.Devices;

namespace PureLlm.Kernels.Gpu;

/// <summary>A device of ILGPU: every operation as a kernel on one stream, in the order of the calls.</summary>
/// <remarks>Nothing waits for the device but <see cref="Backend.Read"/>. No atomics on floats: each sum is added in a fixed order.</remarks>
internal sealed partial class GpuBackend : Backend
{
    // The delegates of static methods are one object each, so that a reference finds the loaded kernel.
    private readonly Dictionary<Delegate, Delegate> kernels = new(ReferenceEqualityComparer.Instance);

    public GpuBackend(Accelerator accelerator, string name, DeviceOptions options, IGemm? gemm = null)
    {
        (Accelerator, Name, Options) = (accelerator, name, options);
        accelerator.Bind();
        Stream = accelerator.CreateStream();
        Arenas = new DeviceArenas(accelerator, accelerator.AcceleratorType == AcceleratorType.CPU ? 1 << 20 : 32 << 20);
        GroupSize = Math.Min(256, accelerator.MaxNumThreadsPerGroup);
        Multiplier multiplier = gemm is null ? Cublas.Open(accelerator, Stream, options) : Multiplier.Choose(options, null, () => gemm);
        (Gemm, Products) = (multiplier.Library, multiplier.Description);
    }

    public override string Name { get; }

    public override string Products { get; }

    public DeviceOptions Options { get; }

    internal Accelerator Accelerator { get; }

    /// <summary>The one compute stream, ready for the calling thread: CUDA knows a device by threads, and a trainer's files are written by others.</summary>
    internal AcceleratorStream Stream
    {
        get
        {
            Accelerator.Bind();
            return field;
        }
    }

    /// <summary>Threads of a group, a power of two: 256 on a GPU, 16 on the emulating processor. Kernels read it as Group.DimX.</summary>
    internal int GroupSize { get; }

    /// <summary>Kernels that were loaded.</summary>
    internal int LoadedKernels => kernels.Count;

    /// <summary>Their methods.</summary>
    internal IEnumerable<System.Reflection.MethodInfo> LoadedMethods => kernels.Keys.Select(kernel => kernel.Method);

    public override void Dispose()
    {
        Context context = Accelerator.Context;
        Stream.Synchronize();
        Gemm?.Dispose();
        DisposeMemory();
        Stream.Dispose();
        Accelerator.Dispose();
        context.Dispose();
    }

    /// <summary>A grid that gives each of <paramref name="count"/> elements a thread; a kernel checks its index against the count.</summary>
    private KernelConfig Threads(int count) => new((int)(((long)count + GroupSize - 1) / GroupSize), GroupSize);

    /// <summary>A grid of one group for each of <paramref name="count"/> rows, tiles or chunks.</summary>
    private KernelConfig Groups(int count) => new(count, GroupSize);

    /// <summary>A view that must hold exactly <paramref name="length"/> float32 numbers; an empty one gives an empty view.</summary>
    /// <exception cref="ArgumentException">The view has another length or format.</exception>
    private static ArrayView<float> Floats(View view, long length, string operation, string argument)
    {
        Check(view, length, operation, argument);
        if (view.IsEmpty) { return default; }
        var buffer = (GpuBuffer)view.Buffer;
        return buffer.Format == StorageFormat.Float32 ? buffer.Memory.SubView(2L * view.Offset, 2L * view.Length).Cast<float>()
            : throw new ArgumentException($"{operation}: '{argument}' is kept in {buffer.Format}, which this operation does not read.");
    }

    /// <summary>The same as token ids.</summary>
    private static ArrayView<int> Ids(View view, long length, string operation, string argument) => Floats(view, length, operation, argument).Cast<int>();

    /// <summary>A view of any format, as half words, for kernels over an <see cref="INumbers"/>.</summary>
    private static ArrayView<ushort> Numbers(View view, long length, string operation, string argument)
    {
        Check(view, length, operation, argument);
        if (view.IsEmpty) { return default; }
        var buffer = (GpuBuffer)view.Buffer;
        return buffer.Memory.SubView((long)buffer.HalvesOfNumber * view.Offset, (long)buffer.HalvesOfNumber * view.Length);
    }

    private static void Check(View view, long length, string operation, string argument)
    {
        if ((view.IsEmpty ? 0 : view.Length) != length)
        {
            throw new ArgumentException($"{operation}: '{argument}' holds {(view.IsEmpty ? 0 : view.Length)} numbers, but the sizes ask for {length}.");
        }
    }

    private static StorageFormat FormatOf(View view) => view.IsEmpty ? StorageFormat.Float32 : view.Buffer.Format;
}
