using System.Runtime.InteropServices;

namespace PureLlm.Kernels.Cpu;

/// <content>Buffers that keep another format than float32: host access, sums, and what lets other kernels use them.</content>
public sealed unsafe partial class CpuBackend
{
    private CpuBuffer? _stage;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<float> source, View destination)
    {
        if (destination.Buffer.Format == StorageFormat.Float32)
        {
            source.CopyTo(destination.Span);
            return;
        }
        if (source.Length > destination.Length)
        {
            throw new ArgumentException($"Write: {source.Length} numbers do not fit into a view of {destination.Length}.");
        }
        StoredPointer p = Stored(destination, destination.Length, "Write", nameof(destination));
        if (source.Length == 0)
        {
            return;
        }
        fixed (float* from = source)
        {
            switch (destination.Buffer.Format)
            {
                case StorageFormat.SplitFloat32: Run(new StoredKernel.Store<StoredSplit>(from, p), source.Length); break;
                case StorageFormat.BFloat16: StorageKernel.Narrow(Team, Width, from, p.Halves, source.Length, isBFloat: true); break;
                default: StorageKernel.Narrow(Team, Width, from, p.Halves, source.Length, isBFloat: false); break;
            }
        }
    }

    /// <inheritdoc/>
    public override void Read(View source, Span<float> destination)
    {
        if (source.Buffer.Format == StorageFormat.Float32)
        {
            source.Span.CopyTo(destination);
            return;
        }
        if (destination.Length < source.Length)
        {
            throw new ArgumentException($"Read: a view of {source.Length} numbers does not fit into {destination.Length}.");
        }
        fixed (float* to = destination)
        {
            if (source.Length > 0)
            {
                Load(source, to, exactly: true);
            }
        }
    }

    /// <summary>What a computation reads: y = x in float32; of a split number its nearest bfloat16, or all of it.</summary>
    private void Load(View x, float* y, bool exactly)
    {
        StoredPointer p = Stored(x, x.Length, "Load", nameof(x));
        switch (x.Buffer.Format)
        {
            case StorageFormat.SplitFloat32 when exactly: Run(new StoredKernel.Load<StoredSplit>(p, y), x.Length); break;
            case StorageFormat.Float16: Run(new StoredKernel.Load<StoredFloat16>(p, y), x.Length); break;
            default: Run(new StoredKernel.Load<StoredBFloat16>(p, y), x.Length); break;
        }
    }

    /// <summary>y = scale·x, or y += scale·x, in the format of y, rounded at random.</summary>
    private void AddTo(View y, float* x, bool accumulates, float scale = 1f)
    {
        StoredPointer p = Stored(y, y.Length, "AddTo", nameof(y));
        RandomStream rounding = y.Buffer.NextRounding();
        if (y.Buffer.Format == StorageFormat.Float16)
        {
            Run(new StoredKernel.Add<StoredFloat16>(x, p, accumulates, rounding, scale), y.Length);
        }
        else
        {
            RequireFormat(y, StorageFormat.BFloat16, "AddTo", nameof(y));
            Run(new StoredKernel.Add<StoredBFloat16>(x, p, accumulates, rounding, scale), y.Length);
        }
    }

    /// <summary>Room for a float32 twin of something stored, of any content; valid until the next call.</summary>
    private View Stage(int length)
    {
        if (_stage is null || _stage.Length < length)
        {
            _stage?.Dispose();
            _stage = new CpuBuffer(length);
        }
        return new View(_stage, 0, length);
    }

    /// <summary>The float32 twin of a view that keeps another format.</summary>
    private View Staged(View x)
    {
        View stage = Stage(x.Length);
        Load(x, Pointer(stage), exactly: false);
        return stage;
    }

    private static bool IsStored(View view) => !view.IsEmpty && view.Buffer.Format != StorageFormat.Float32;

    private void FillStored(View x, float value)
    {
        Span<float> one = [value];
        View first = x with { Length = 1 };
        if (x.Length == 0)
        {
            return;
        }
        Write(one, first);
        StoredPointer p = Stored(x, x.Length, "Fill", nameof(x));
        FillHalves(p.Halves, x.Length);
        if (p.Rest != 0)
        {
            FillHalves(p.LowHalves, x.Length);
        }
    }

    /// <summary>All of them as the first, two at a time.</summary>
    private void FillHalves(ushort* p, int length)
    {
        Run(new ElementwiseKernel.Fill((float*)p, BitConverter.UInt32BitsToSingle(*p * 0x10001u)), length / 2);
        p[length - 1] = *p;
    }

    /// <summary>Between two views of one format.</summary>
    private static void CopyStored(View x, View y)
    {
        RequireFormat(x, y.Buffer.Format, "Copy", nameof(x));
        StoredPointer from = Stored(x, y.Length, "Copy", nameof(x)), to = Stored(y, y.Length, "Copy", nameof(y));
        NativeMemory.Copy(from.Halves, to.Halves, (nuint)y.Length * sizeof(ushort));
        if (to.Rest != 0)
        {
            NativeMemory.Copy(from.LowHalves, to.LowHalves, (nuint)y.Length * sizeof(ushort));
        }
    }

    private float SumOfStoredSquares(View x, float* sums)
    {
        StoredPointer p = Stored(x, x.Length, "SumOfSquares", nameof(x));
        return x.Buffer.Format switch
        {
            StorageFormat.BFloat16 => ReductionKernel.Run(Team, Width, new StoredKernel.SquareBlocks<StoredBFloat16>(p, sums), sums, x.Length),
            StorageFormat.Float16 => ReductionKernel.Run(Team, Width, new StoredKernel.SquareBlocks<StoredFloat16>(p, sums), sums, x.Length),
            _ => throw OtherFormat(x),
        };
    }

    /// <summary>Where the numbers of a view lie, which must be exactly so many.</summary>
    private static StoredPointer Stored(View view, long length, string operation, string argument)
    {
        if ((view.IsEmpty ? 0 : view.Length) != length)
        {
            throw new ArgumentException($"{operation}: '{argument}' holds {(view.IsEmpty ? 0 : view.Length)} numbers, but the sizes ask for {length}.");
        }
        if (view.IsEmpty)
        {
            return default;
        }
        CpuBuffer buffer = (CpuBuffer)view.Buffer;
        return buffer.Format switch
        {
            StorageFormat.Float32 => new StoredPointer((nint)(buffer.Pointer + view.Offset), 0),
            StorageFormat.SplitFloat32 => new StoredPointer((nint)((ushort*)buffer.Pointer + view.Offset), (nint)((ushort*)buffer.Pointer + buffer.Length + view.Offset)),
            _ => new StoredPointer((nint)((ushort*)buffer.Pointer + view.Offset), 0),
        };
    }

    private static void RequireFormat(View view, StorageFormat format, string operation, string argument)
    {
        if (view.Buffer.Format != format)
        {
            throw new ArgumentException($"{operation}: '{argument}' is kept in {view.Buffer.Format}, where {format} is needed.");
        }
    }

    private static ArgumentException OtherFormat(View view) =>
        new($"A view of {view.Length} numbers is kept in {view.Buffer.Format}, and this operation reads {StorageFormat.Float32}; widen it first, or keep it in {StorageFormat.Float32}.");
}
