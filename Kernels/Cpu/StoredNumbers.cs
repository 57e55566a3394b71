using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>Where numbers of some <see cref="StorageFormat"/> lie.</summary>
/// <param name="First">The first number: a float, or 16 bits.</param>
/// <param name="Rest">The low halves of <see cref="StorageFormat.SplitFloat32"/>; else null.</param>
internal readonly unsafe record struct StoredPointer(nint First, nint Rest)
{
    public float* Floats => (float*)First;

    public ushort* Halves => (ushort*)First;

    public ushort* LowHalves => (ushort*)Rest;
}

/// <summary>A <see cref="StorageFormat"/> as a kernel sees it: an empty struct, so that each combination of formats is a loop of its own.</summary>
internal interface IStored
{
    /// <summary>Whether storing rounds, by noise in the low 16 bits of each lane.</summary>
    static abstract bool Rounds { get; }

    /// <summary>Elements [i, i + Lanes) in float32.</summary>
    static abstract TVector Load<TWidth, TVector>(StoredPointer p, nint i) where TWidth : struct, IVectorWidth<TVector> where TVector : struct;

    /// <summary>Rounds up with a probability that is the part cut off, so that the mean of what is stored is x.</summary>
    static abstract void Store<TWidth, TVector>(TVector x, StoredPointer p, nint i, TVector noise) where TWidth : struct, IVectorWidth<TVector> where TVector : struct;
}

internal readonly unsafe struct StoredFloat32 : IStored
{
    public static bool Rounds => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TWidth, TVector>(StoredPointer p, nint i) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => TWidth.Load(p.Floats + i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TWidth, TVector>(TVector x, StoredPointer p, nint i, TVector noise) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => TWidth.Store(x, p.Floats + i);
}

internal readonly unsafe struct StoredBFloat16 : IStored
{
    public static bool Rounds => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TWidth, TVector>(StoredPointer p, nint i) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => TWidth.ShiftLeft(StorageKernel.Unpack<TVector>(p.Halves + i), 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TWidth, TVector>(TVector x, StoredPointer p, nint i, TVector noise) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        // No noise for NaN, which it could turn into a number; a quiet one keeps its first bit.
        TVector carry = TWidth.And(TWidth.And(noise, StorageKernel.Bits<TWidth, TVector>(0xFFFF)), TWidth.Equal(x, x));
        StorageKernel.Pack(TWidth.ShiftRightLogical(TWidth.AddBits(x, carry), 16), p.Halves + i);
    }
}

internal readonly unsafe struct StoredFloat16 : IStored
{
    public static bool Rounds => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TWidth, TVector>(StoredPointer p, nint i) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => StorageKernel.FromHalf<TWidth, TVector>(StorageKernel.Unpack<TVector>(p.Halves + i));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TWidth, TVector>(TVector x, StoredPointer p, nint i, TVector noise) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector size = TWidth.Abs(x), sign = TWidth.ShiftRightLogical(TWidth.Xor(x, size), 16);

        // Normal: the exponent is 112 smaller, and of the 13 bits that go, what they and the noise carry is kept.
        TVector carry = TWidth.And(noise, StorageKernel.Bits<TWidth, TVector>(0x1FFF));
        TVector normal = TWidth.ShiftRightLogical(TWidth.AddBits(TWidth.AddBits(size, carry), StorageKernel.Bits<TWidth, TVector>(unchecked((uint)(-112 << 23)))), 13);

        // Subnormal, in units of 2⁻²⁴, the last bit of ½: noise of −½ … ½ units, then the hardware's rounding to nearest.
        TVector units = TWidth.BitsToFloat(TWidth.And(noise, StorageKernel.Bits<TWidth, TVector>(0xFFFF)));
        TVector moved = TWidth.MultiplyAdd(units, TWidth.Broadcast(9.0949470e-13f), TWidth.Subtract(size, TWidth.Broadcast(2.9801868e-8f)));
        TVector half = TWidth.Broadcast(0.5f), subnormal = TWidth.SubtractBits(TWidth.Add(TWidth.Max(moved, default), half), half);

        TVector bits = TWidth.Select(TWidth.LessThan(size, TWidth.Broadcast(6.10351562e-5f)), subnormal, normal);
        bits = TWidth.Select(TWidth.LessThan(size, TWidth.Broadcast(65536f)), bits, StorageKernel.Bits<TWidth, TVector>(0x7C00));
        bits = TWidth.Select(TWidth.Equal(x, x), bits, StorageKernel.Bits<TWidth, TVector>(0x7E00));
        StorageKernel.Pack(TWidth.Or(bits, sign), p.Halves + i);
    }
}

/// <summary>All 32 bits: the nearest bfloat16 first, and elsewhere the signed rest that was rounded away.</summary>
internal readonly unsafe struct StoredSplit : IStored
{
    public static bool Rounds => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TWidth, TVector>(StoredPointer p, nint i) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector rest = TWidth.ShiftRight(TWidth.ShiftLeft(StorageKernel.Unpack<TVector>(p.LowHalves + i), 16), 16);
        return TWidth.AddBits(TWidth.ShiftLeft(StorageKernel.Unpack<TVector>(p.Halves + i), 16), rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TWidth, TVector>(TVector x, StoredPointer p, nint i, TVector noise) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        StorageKernel.Pack(TWidth.ShiftRightLogical(TWidth.AddBits(x, StorageKernel.Bits<TWidth, TVector>(0x8000)), 16), p.Halves + i);
        StorageKernel.Pack(TWidth.And(x, StorageKernel.Bits<TWidth, TVector>(0xFFFF)), p.LowHalves + i);
    }
}
