using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace PureLlm.Kernels.Gpu;

/// <content>Memory: what the host and the device exchange.</content>
internal sealed partial class GpuBackend
{
    // 4 MiB a piece: at 25 GB/s 160 µs, long against the cost of a call.
    private const int PieceWords = 1 << 20;

    // Words of staging for numbers that are read later: 256 KiB.
    private const int ReadbackWords = 1 << 16;

    private readonly RangeAllocator readbacks = new(4L * ReadbackWords);
    private HostStaging? staging;
    private DeviceStreams? streams;
    private UploadRing? uploads;

    /// <summary>Bytes of the buffers that live, and the most that ever lived at once.</summary>
    internal long AllocatedBytes { get; private set; }

    internal long PeakBytes { get; private set; }

    internal bool IsDisposed { get; private set; }

    /// <summary>The blocks that buffers and the workspace lie in.</summary>
    internal DeviceArenas Arenas { get; }

    /// <summary>The copy queue with its staging.</summary>
    private DeviceStreams Streams => streams ??= new DeviceStreams(Accelerator, Stream, UploadRing.StagingWords(PieceWords) + ReadbackWords);

    private UploadRing Uploads => uploads ??= new UploadRing(Streams, PieceWords);

    /// <summary>Where long views come through; the host waits for them, so they are copied by the compute queue.</summary>
    private HostStaging Staging
    {
        get
        {
            Accelerator.Bind();
            return staging ??= new HostStaging(Accelerator, Stream, PieceWords);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="OutOfMemoryException">The device has no memory for it.</exception>
    public override TensorBuffer Allocate(int length, StorageFormat format = StorageFormat.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        try
        {
            var buffer = new GpuBuffer(this, length, format);
            AllocatedBytes += buffer.Bytes;
            PeakBytes = Math.Max(PeakBytes, AllocatedBytes);
            return buffer;
        }
        catch (Exception e) when (e is AcceleratorException or OutOfMemoryException)
        {
            long bytes = (format is StorageFormat.BFloat16 or StorageFormat.Float16 ? 2L : 4L) * length;
            throw new OutOfMemoryException(
                $"{Name}: a buffer of {length:N0} numbers in {format}, {MiB(bytes)}, does not fit beside the {MiB(AllocatedBytes)} in use: {MiB(Arenas.Free)} are free on a device of {MiB(Arenas.Limit ?? Accelerator.MemorySize)}; use a smaller train.batch or model.context, train.recompute = \"block\", or 16-bit storage ([precision]).",
                e);
        }
    }

    public override bool ReservesMemory => true;

    public override IDisposable Reserve(MemoryNeeds needs)
    {
        long room = 4 * WorkspaceWords(needs.Operands), all = RangeAllocator.Aligned(needs.Bytes) + RangeAllocator.Aligned(room), free = Arenas.Free;
        Exception? refused = null;
        if (all <= free)
        {
            try
            {
                Arenas.Reserve(all);
                Workspace(room / 4);
                return new Reservation(this);
            }
            catch (Exception e) when (e is AcceleratorException or OutOfMemoryException)
            {
                refused = e; // the driver's free memory may lie in pieces
            }
        }
        string parts = string.Join(", ", needs.Parts.Append(new MemoryPart("working memory of the kernels", room)).Where(part => part.Bytes > 0).Select(part => $"{part.Name} {MiB(part.Bytes)}{(part.Remedy.Length > 0 ? $" (less with {part.Remedy})" : "")}"));
        throw new OutOfMemoryException($"{Name}: {MiB(all)} are needed and {MiB(free)} are free on a device of {MiB(Arenas.Limit ?? Accelerator.MemorySize)}: {parts}.", refused ?? new InvalidOperationException("It was found before anything was allocated."));
    }

    /// <inheritdoc/>
    public override Readback CreateReadback(int length)
    {
        long place = readbacks.Take(4L * length);
        return place < 0 ? base.CreateReadback(length)
            : new DeviceReadback(Streams, UploadRing.StagingWords(PieceWords) + (int)(place / 4), length, SetAside, (start, words) => readbacks.Give(4L * (start - UploadRing.StagingWords(PieceWords)), 4L * words));
    }

    /// <inheritdoc/>
    /// <remarks>Returns when the source has been copied to staging. The copy queue brings it to the device while that computes; the compute queue puts it into its place, in the order of the calls.</remarks>
    public override void Write(ReadOnlySpan<float> source, View destination)
    {
        const string operation = "Write";
        if (source.IsEmpty) { return; }
        if (source.Length > Length(destination)) { throw new ArgumentException($"{operation}: {source.Length} numbers do not fit into a view of {Length(destination)}."); }
        for (int start = 0; start < source.Length; start += PieceWords)
        {
            int count = Math.Min(PieceWords, source.Length - start), piece = Uploads.Take(count);
            View part = destination.Slice(start, count);
            ArrayView<ushort> numbers = Numbers(part, count, operation, nameof(destination));
            source.Slice(start, count).CopyTo(Streams.Host(piece, count));
            Uploads.Send(piece, count);
            ArrayView<float> arrived = Streams.Device(piece, count);
            if (HalvesOf(FormatOf(part)) == 2) { arrived.CopyTo(Stream, numbers.Cast<float>()); }
            else { NumbersChoice.Run(FormatOf(part), new NarrowCall(this, arrived, numbers, Over(count, part))); }
        }
    }

    /// <inheritdoc/>
    /// <remarks>Waits for the device. Long views come in pieces: one is copied on the host while the next is on its way.</remarks>
    public override void Read(View source, Span<float> destination)
    {
        int n = Length(source);
        if (n > destination.Length) { throw new ArgumentException($"Read: a view of {n} numbers does not fit into {destination.Length}."); }
        if (n == 0) { return; }
        int previous = QueueRead(source, 0);
        for (int start = PieceWords; start < n; start += PieceWords)
        {
            int next = QueueRead(source, start);
            Staging.MarkOf(previous).Wait();
            Staging.Span(previous, PieceWords).CopyTo(destination[(start - PieceWords)..]);
            previous = next;
        }
        Staging.Finish();
        int last = (n - 1) / PieceWords * PieceWords;
        Staging.Span(previous, n - last).CopyTo(destination[last..]);
    }

    public override void WriteTokens(ReadOnlySpan<int> source, View destination)
    {
        RequireFormat(destination, StorageFormat.Float32, "WriteTokens", nameof(destination));
        Write(MemoryMarshal.Cast<int, float>(source), destination);
    }

    public override void ReadTokens(View source, Span<int> destination)
    {
        RequireFormat(source, StorageFormat.Float32, "ReadTokens", nameof(source));
        Read(source, MemoryMarshal.Cast<int, float>(destination));
    }

    public override void Copy(View x, View y)
    {
        RequireFormat(x, FormatOf(y), "Copy", nameof(x));
        int n = Length(y);
        ArrayView<ushort> from = Numbers(x, n, "Copy", nameof(x)), to = Numbers(y, n, "Copy", nameof(y));
        if (n > 0) { from.CopyTo(Stream, to); }
    }

    public override void Narrow(View x, View y, StorageFormat format)
    {
        int n = Length(x);
        ArrayView<ushort> numbers = Halves(y, n, format, "Narrow", nameof(y));
        NumbersChoice.Run(format, new NarrowCall(this, Floats(x, n, "Narrow", nameof(x)), numbers, Over(n, x, y)));
    }

    public override void Widen(View x, View y, StorageFormat format)
    {
        int n = Length(y);
        ArrayView<ushort> numbers = Halves(x, n, format, "Widen", nameof(x));
        NumbersChoice.Run(format, new WidenCall(this, numbers, Floats(y, n, "Widen", nameof(y)), Over(n, x, y)));
    }

    /// <summary>A buffer's memory is given back; what is queued may still use it, before whatever gets it next.</summary>
    internal void Release(GpuBuffer buffer, DeviceArenas.Place place)
    {
        AllocatedBytes -= buffer.Bytes;
        if (!IsDisposed) { DeviceArenas.Give(place); }
    }

    private void DisposeMemory()
    {
        IsDisposed = true;
        staging?.Dispose();
        streams?.Dispose();
        Arenas.Dispose();
    }

    /// <summary>Queues a view's numbers, in float32, to staging of the device.</summary>
    private void SetAside(View source, int start)
    {
        ArrayView<ushort> numbers = Numbers(source, source.Length, "Readback", nameof(source));
        ArrayView<float> place = Streams.Device(start, source.Length);
        if (HalvesOf(FormatOf(source)) == 2) { numbers.Cast<float>().CopyTo(Stream, place); }
        else { NumbersChoice.Run(FormatOf(source), new WidenCall(this, numbers, place, Over(source.Length, source))); }
    }

    /// <summary>Queues the copy of a piece, all bits of it, into staging; its place there.</summary>
    private int QueueRead(View source, int start)
    {
        int count = Math.Min(PieceWords, source.Length - start), piece = Staging.Take(count);
        View part = source.Slice(start, count);
        ArrayView<ushort> numbers = Numbers(part, count, "Read", nameof(source));
        if (HalvesOf(FormatOf(part)) == 2) { numbers.Cast<float>().CopyTo(Stream, Staging.View(piece, count)); }
        else
        {
            ArrayView<float> wide = Workspace(count);
            NumbersChoice.Run(FormatOf(part), new WidenCall(this, numbers, wide, Over(count, part)));
            wide.CopyTo(Stream, Staging.View(piece, count));
        }
        Staging.MarkOf(piece).Set();
        return piece;
    }

    /// <summary>The 16-bit numbers in the words of a float32 view.</summary>
    private static ArrayView<ushort> Halves(View view, int n, StorageFormat format, string operation, string argument)
    {
        if (format is not (StorageFormat.BFloat16 or StorageFormat.Float16))
        {
            throw new ArgumentException($"{operation}: {format} is no format of 16 bits; take BFloat16 or Float16, or copy.", nameof(format));
        }
        RequireFormat(view, StorageFormat.Float32, operation, argument);
        ArrayView<ushort> halves = Numbers(view, StoredLength(n, format), operation, argument);
        return n == 0 ? default : halves.SubView(0, n);
    }

    private static int HalvesOf(StorageFormat format) => format is StorageFormat.BFloat16 or StorageFormat.Float16 ? 1 : 2;

    private static string MiB(long bytes) => $"{bytes / (1024.0 * 1024):N1} MiB";

    private readonly struct NarrowCall(GpuBackend backend, ArrayView<float> x, ArrayView<ushort> y, ElementNumbers n) : INumbersCall
    {
        public void Run<TNumbers>() where TNumbers : struct, INumbers => backend.Launch(StoredKernels.Narrow<TNumbers>, backend.Threads(ElementwiseKernels.Threads(n.Length)), x, y, n);
    }

    private readonly struct WidenCall(GpuBackend backend, ArrayView<ushort> x, ArrayView<float> y, ElementNumbers n) : INumbersCall
    {
        public void Run<TNumbers>() where TNumbers : struct, INumbers => backend.Launch(StoredKernels.Widen<TNumbers>, backend.Threads(ElementwiseKernels.Threads(n.Length)), x, y, n);
    }

    /// <summary>A block that was taken ahead.</summary>
    private sealed class Reservation(GpuBackend backend) : IDisposable
    {
        public void Dispose()
        {
            if (!backend.IsDisposed) { backend.Arenas.EndReservations(); }
        }
    }
}
