using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PureLlm.Kernels.Cpu;

/// <summary>Between float32 and 16-bit numbers, which lie two to a word, the first in the low half; rounds to nearest, ties to even.</summary>
/// <remarks>bfloat16: overflow rounds to infinity as float32 would, and NaN stays NaN. float16: from 65520 on infinity, below 2⁻¹⁴ subnormal, exactly as <see cref="Half"/>.</remarks>
internal static unsafe class StorageKernel
{
    private const int Chunk = ElementwiseKernel.Chunk;

    /// <summary>y = x rounded to 16 bits.</summary>
    public static void Narrow(ThreadTeam team, SimdWidth width, float* x, ushort* y, int length, bool isBFloat)
    {
        var job = new Job { Wide = x, Narrow = y, Length = length, IsBFloat = isBFloat };
        switch (width)
        {
            case SimdWidth.Vector512: team.For(Chunks(length), &job, &NarrowChunk<Width512, Vector512<float>>); break;
            case SimdWidth.Vector256: team.For(Chunks(length), &job, &NarrowChunk<Width256, Vector256<float>>); break;
            default: team.For(Chunks(length), &job, &NarrowChunk<Width1, float>); break;
        }
    }

    /// <summary>y = x, exactly.</summary>
    public static void Widen(ThreadTeam team, SimdWidth width, ushort* x, float* y, int length, bool isBFloat)
    {
        var job = new Job { Wide = y, Narrow = x, Length = length, IsBFloat = isBFloat };
        switch (width)
        {
            case SimdWidth.Vector512: team.For(Chunks(length), &job, &WidenChunk<Width512, Vector512<float>>); break;
            case SimdWidth.Vector256: team.For(Chunks(length), &job, &WidenChunk<Width256, Vector256<float>>); break;
            default: team.For(Chunks(length), &job, &WidenChunk<Width1, float>); break;
        }
    }

    private static int Chunks(int length) => (int)(((long)length + Chunk - 1) / Chunk);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NarrowChunk<TWidth, TVector>(Job* job, int chunk, int worker) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        nint i = (nint)chunk * Chunk, end = Math.Min(i + Chunk, job->Length);
        float* x = job->Wide;
        ushort* y = job->Narrow;
        if (job->IsBFloat)
        {
            for (; i <= end - (2 * TWidth.Lanes); i += 2 * TWidth.Lanes) { Pack(ToBFloat<TWidth, TVector>(TWidth.Load(x + i)), ToBFloat<TWidth, TVector>(TWidth.Load(x + i + TWidth.Lanes)), y + i); }
            for (; i < end; i++) { y[i] = (ushort)BitConverter.SingleToUInt32Bits(ToBFloat<Width1, float>(x[i])); }
        }
        else
        {
            for (; i <= end - (2 * TWidth.Lanes); i += 2 * TWidth.Lanes) { Pack(ToHalf<TWidth, TVector>(TWidth.Load(x + i)), ToHalf<TWidth, TVector>(TWidth.Load(x + i + TWidth.Lanes)), y + i); }
            for (; i < end; i++) { y[i] = (ushort)BitConverter.SingleToUInt32Bits(ToHalf<Width1, float>(x[i])); }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WidenChunk<TWidth, TVector>(Job* job, int chunk, int worker) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        nint i = (nint)chunk * Chunk, end = Math.Min(i + Chunk, job->Length);
        ushort* x = job->Narrow;
        float* y = job->Wide;
        if (job->IsBFloat)
        {
            for (; i <= end - TWidth.Lanes; i += TWidth.Lanes) { TWidth.Store(TWidth.ShiftLeft(Unpack<TVector>(x + i), 16), y + i); }
            for (; i < end; i++) { y[i] = BitConverter.UInt32BitsToSingle((uint)x[i] << 16); }
        }
        else
        {
            for (; i <= end - TWidth.Lanes; i += TWidth.Lanes) { TWidth.Store(FromHalf<TWidth, TVector>(Unpack<TVector>(x + i)), y + i); }
            for (; i < end; i++) { y[i] = FromHalf<Width1, float>(BitConverter.UInt32BitsToSingle(x[i])); }
        }
    }

    // The result lies in the low 16 bits of each lane, the others are 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ToBFloat<TWidth, TVector>(TVector x) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        // Half of the last kept bit less one, plus the last kept bit: a tie moves up only where that is odd. A quiet NaN has to keep a bit of its fraction.
        TVector odd = TWidth.And(TWidth.ShiftRightLogical(x, 16), Bits<TWidth, TVector>(1));
        TVector rounded = TWidth.ShiftRightLogical(TWidth.AddBits(x, TWidth.AddBits(odd, Bits<TWidth, TVector>(0x7FFF))), 16);
        TVector quiet = TWidth.Or(TWidth.ShiftRightLogical(x, 16), Bits<TWidth, TVector>(0x40));
        return TWidth.Select(TWidth.Equal(x, x), rounded, quiet);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ToHalf<TWidth, TVector>(TVector x) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector size = TWidth.Abs(x), sign = TWidth.ShiftRightLogical(TWidth.Xor(x, size), 16);

        // Normal: the exponent is 112 smaller, and 13 bits of the fraction are rounded away. An overflow of the fraction counts up the exponent, to infinity at last.
        TVector odd = TWidth.And(TWidth.ShiftRightLogical(size, 13), Bits<TWidth, TVector>(1));
        TVector normal = TWidth.ShiftRightLogical(TWidth.AddBits(TWidth.AddBits(size, odd), Bits<TWidth, TVector>(unchecked((uint)((-112 << 23) + 0xFFF)))), 13);

        // Subnormal: added to ½, whose last bit counts 2⁻²⁴, the hardware rounds; what it left are the 10 low bits.
        TVector subnormal = TWidth.SubtractBits(TWidth.Add(size, TWidth.Broadcast(0.5f)), TWidth.Broadcast(0.5f));

        TVector half = TWidth.Select(TWidth.LessThan(size, TWidth.Broadcast(6.10351562e-5f)), subnormal, normal);
        half = TWidth.Select(TWidth.LessThan(size, TWidth.Broadcast(65520f)), half, Bits<TWidth, TVector>(0x7C00));
        half = TWidth.Select(TWidth.Equal(x, x), half, Bits<TWidth, TVector>(0x7E00));
        return TWidth.Or(half, sign);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector FromHalf<TWidth, TVector>(TVector bits) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        // The fraction in its place; ·2¹¹² corrects the exponent, of subnormals too. The largest exponent means infinity or NaN and becomes float32's largest.
        TVector magnitude = TWidth.ShiftLeft(TWidth.And(bits, Bits<TWidth, TVector>(0x7FFF)), 13);
        TVector x = TWidth.Multiply(magnitude, TWidth.Broadcast(5.19229686e33f));
        x = TWidth.Or(x, TWidth.And(TWidth.LessThanOrEqual(TWidth.Broadcast(65536f), x), TWidth.Broadcast(float.PositiveInfinity)));
        return TWidth.Or(x, TWidth.ShiftLeft(TWidth.And(bits, Bits<TWidth, TVector>(0x8000)), 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Bits<TWidth, TVector>(uint word) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => TWidth.Broadcast(BitConverter.UInt32BitsToSingle(word));

    /// <summary>The low halves of the lanes of a, then of b, to memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pack<TVector>(TVector a, TVector b, ushort* y) where TVector : struct
    {
        if (typeof(TVector) == typeof(Vector512<float>))
        {
            Vector512.Narrow(Unsafe.BitCast<TVector, Vector512<uint>>(a), Unsafe.BitCast<TVector, Vector512<uint>>(b)).Store(y);
        }
        else if (typeof(TVector) == typeof(Vector256<float>))
        {
            Vector256.Narrow(Unsafe.BitCast<TVector, Vector256<uint>>(a), Unsafe.BitCast<TVector, Vector256<uint>>(b)).Store(y);
        }
        else
        {
            (y[0], y[1]) = ((ushort)Unsafe.BitCast<TVector, uint>(a), (ushort)Unsafe.BitCast<TVector, uint>(b));
        }
    }

    /// <summary>The low halves of the lanes to memory; the high halves are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Pack<TVector>(TVector a, ushort* y) where TVector : struct
    {
        if (typeof(TVector) == typeof(Vector512<float>))
        {
            Vector512<uint> words = Unsafe.BitCast<TVector, Vector512<uint>>(a);
            Vector256.Narrow(words.GetLower(), words.GetUpper()).Store(y);
        }
        else if (typeof(TVector) == typeof(Vector256<float>))
        {
            Vector256<uint> words = Unsafe.BitCast<TVector, Vector256<uint>>(a);
            (Sse41.IsSupported ? Sse41.PackUnsignedSaturate(words.GetLower().AsInt32(), words.GetUpper().AsInt32()) : Vector128.Narrow(words.GetLower(), words.GetUpper())).Store(y);
        }
        else
        {
            *y = (ushort)Unsafe.BitCast<TVector, uint>(a);
        }
    }

    /// <summary>One 16-bit number for each lane, in its low half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Unpack<TVector>(ushort* x) where TVector : struct
    {
        if (typeof(TVector) == typeof(Vector512<float>))
        {
            Vector256<ushort> words = Vector256.Load(x);
            if (Avx512F.IsSupported) { return Unsafe.BitCast<Vector512<uint>, TVector>(Avx512F.ConvertToVector512UInt32(words)); }
            return Unsafe.BitCast<Vector512<uint>, TVector>(Vector512.Create(Vector256.WidenLower(words), Vector256.WidenUpper(words)));
        }
        if (typeof(TVector) == typeof(Vector256<float>))
        {
            if (Avx2.IsSupported) { return Unsafe.BitCast<Vector256<int>, TVector>(Avx2.ConvertToVector256Int32(x)); }
            Vector128<ushort> words = Vector128.Load(x);
            return Unsafe.BitCast<Vector256<uint>, TVector>(Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)));
        }
        return Unsafe.BitCast<uint, TVector>(*x);
    }

    private struct Job
    {
        public float* Wide;
        public ushort* Narrow;
        public int Length;
        public bool IsBFloat;
    }
}
