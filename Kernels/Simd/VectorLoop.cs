using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Kernels;

/// <summary>What a loop does with the lanes from <c>i</c> on; an unmanaged struct of pointers and factors, inlined into the loop.</summary>
internal interface IVectorBody
{
    /// <summary>Handles elements [i, i + count); count is Lanes but at the end of the loop.</summary>
    void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct;
}

/// <summary>A term of a sum or maximum.</summary>
internal interface IVectorTerm
{
    /// <summary>The accumulator after elements [i, i + count); lanes beyond count are discarded by the caller.</summary>
    TVector Add<TWidth, TVector>(TVector sum, nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct;
}

/// <summary>The loops that every kernel is made of, written once for all widths.</summary>
/// <remarks>A reduction has 32 virtual lanes: element i goes to lane i mod 32, those beyond the last whole 32 first, and the lanes are combined by halves (16, 8, 4, 2, 1).
/// So two 512-bit accumulators, four 256-bit ones and 32 floats give the same bits; four chains hide half of the latency of an addition.</remarks>
internal static unsafe class VectorLoop
{
    private const int VirtualLanes = 32;

    /// <summary><paramref name="count"/> floats from memory; the branch disappears when inlined.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TWidth, TVector>(float* p, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => count == TWidth.Lanes ? TWidth.Load(p) : TWidth.LoadFirst(p, count);

    /// <summary><paramref name="count"/> floats to memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TWidth, TVector>(TVector v, float* p, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        if (count == TWidth.Lanes)
        {
            TWidth.Store(v, p);
        }
        else
        {
            TWidth.StoreFirst(v, p, count);
        }
    }

    /// <summary>Runs the body over [first, end).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ForEach<TWidth, TVector, TBody>(TBody body, nint first, nint end)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct where TBody : struct, IVectorBody
    {
        nint i = first;
        for (; i <= end - TWidth.Lanes; i += TWidth.Lanes)
        {
            body.Run<TWidth, TVector>(i, TWidth.Lanes);
        }
        if (i < end)
        {
            RunRest<TWidth, TVector, TBody>(body, i, (int)(end - i));
        }
    }

    // Out of line: a second copy of the body would make its constants common expressions, which the compiler keeps in registers
    // all through the loop, so that it spills what the loop computes.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void RunRest<TWidth, TVector, TBody>(TBody body, nint i, int count)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct where TBody : struct, IVectorBody
        => body.Run<TWidth, TVector>(i, count);

    /// <summary>The sum of the terms over [0, length), for terms of an operation or two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum<TWidth, TVector, TTerm>(TTerm term, nint length)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct where TTerm : struct, IVectorTerm
        => TWidth.Lanes == 1 ? ScalarSum(term, length) : Reduce<TWidth, TVector, TTerm>(term, length, isLong: false, isMaximum: false);

    /// <summary>Two sums over [0, length) at once, each with the bits that it has alone: eight chains hide the latency of an addition.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static (float First, float Second) Sums<TWidth, TVector, TFirst, TSecond>(TFirst first, TSecond second, nint length)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct where TFirst : struct, IVectorTerm where TSecond : struct, IVectorTerm
    {
        if (TWidth.Lanes == 1)
        {
            return (ScalarSum(first, length), ScalarSum(second, length));
        }
        TVector a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        bool four = TWidth.Lanes * 4 == VirtualLanes;
        nint whole = length & -VirtualLanes, n = TWidth.Lanes;
        if (whole < length)
        {
            Four<TVector> a = Rest<TWidth, TVector, TFirst>(first, default, whole, (int)(length - whole));
            Four<TVector> b = Rest<TWidth, TVector, TSecond>(second, default, whole, (int)(length - whole));
            (a0, a1, a2, a3, b0, b1, b2, b3) = (a.A, a.B, a.C, a.D, b.A, b.B, b.C, b.D);
        }
        for (nint i = 0; i < whole; i += VirtualLanes)
        {
            a0 = first.Add<TWidth, TVector>(a0, i, TWidth.Lanes);
            b0 = second.Add<TWidth, TVector>(b0, i, TWidth.Lanes);
            a1 = first.Add<TWidth, TVector>(a1, i + n, TWidth.Lanes);
            b1 = second.Add<TWidth, TVector>(b1, i + n, TWidth.Lanes);
            if (four)
            {
                a2 = first.Add<TWidth, TVector>(a2, i + (2 * n), TWidth.Lanes);
                b2 = second.Add<TWidth, TVector>(b2, i + (2 * n), TWidth.Lanes);
                a3 = first.Add<TWidth, TVector>(a3, i + (3 * n), TWidth.Lanes);
                b3 = second.Add<TWidth, TVector>(b3, i + (3 * n), TWidth.Lanes);
            }
        }
        return four
            ? (SumAcross(TWidth.Add(TWidth.Add(a0, a2), TWidth.Add(a1, a3))), SumAcross(TWidth.Add(TWidth.Add(b0, b2), TWidth.Add(b1, b3))))
            : (SumAcross(TWidth.Add(a0, a1)), SumAcross(TWidth.Add(b0, b1)));
    }

    /// <summary>The same sum for long terms: the loop has one copy of the term, for the reason that <see cref="ForEach"/> has one of its body.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static float SumLong<TWidth, TVector, TTerm>(TTerm term, nint length)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct where TTerm : struct, IVectorTerm
        => TWidth.Lanes == 1 ? ScalarSum(term, length) : Reduce<TWidth, TVector, TTerm>(term, length, isLong: true, isMaximum: false);

    /// <summary>The maximum over [0, length) of a term that returns a larger one of its arguments; −∞ of nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max<TWidth, TVector, TTerm>(TTerm term, nint length)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct where TTerm : struct, IVectorTerm
        => TWidth.Lanes == 1 ? ScalarMax(term, length) : Reduce<TWidth, TVector, TTerm>(term, length, isLong: false, isMaximum: true);

    // 32 lanes: a and b of 16, or a … d of 8. What is left of 32 comes first and out of line: a call while the accumulators are
    // in registers would make the compiler keep them in memory.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Reduce<TWidth, TVector, TTerm>(TTerm term, nint length, bool isLong, bool isMaximum)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct where TTerm : struct, IVectorTerm
    {
        TVector a = isMaximum ? TWidth.Broadcast(float.NegativeInfinity) : default, b = a, c = a, d = a;
        bool four = TWidth.Lanes * 4 == VirtualLanes;
        nint whole = length & -VirtualLanes;
        if (whole < length)
        {
            Four<TVector> rest = Rest<TWidth, TVector, TTerm>(term, a, whole, (int)(length - whole));
            (a, b, c, d) = (rest.A, rest.B, rest.C, rest.D);
        }
        if (isLong)
        {
            for (nint i = 0; i < whole; i += TWidth.Lanes)
            {
                // The accumulators take turns.
                TVector next = term.Add<TWidth, TVector>(a, i, TWidth.Lanes);
                a = b;
                b = four ? c : next;
                c = d;
                d = four ? next : d;
            }
        }
        else
        {
            for (nint i = 0; i < whole; i += VirtualLanes)
            {
                a = term.Add<TWidth, TVector>(a, i, TWidth.Lanes);
                b = term.Add<TWidth, TVector>(b, i + TWidth.Lanes, TWidth.Lanes);
                if (four)
                {
                    c = term.Add<TWidth, TVector>(c, i + (2 * TWidth.Lanes), TWidth.Lanes);
                    d = term.Add<TWidth, TVector>(d, i + (3 * TWidth.Lanes), TWidth.Lanes);
                }
            }
        }
        if (isMaximum)
        {
            return AttentionTiles.MaxAcross(four ? TWidth.Max(TWidth.Max(a, c), TWidth.Max(b, d)) : TWidth.Max(a, b));
        }
        return SumAcross(four ? TWidth.Add(TWidth.Add(a, c), TWidth.Add(b, d)) : TWidth.Add(a, b));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Four<TVector> Rest<TWidth, TVector, TTerm>(TTerm term, TVector start, nint i, int count)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct where TTerm : struct, IVectorTerm
    {
        Four<TVector> lanes = new() { A = start, B = start, C = start, D = start };
        for (int k = 0; count > 0; k++, i += TWidth.Lanes, count -= TWidth.Lanes)
        {
            int first = Math.Min(count, TWidth.Lanes);
            Unsafe.Add(ref lanes.A, k) = TWidth.Select(TWidth.MaskFirst(first), term.Add<TWidth, TVector>(start, i, first), start);
        }
        return lanes;
    }

    /// <summary>The lanes of one vector, combined by halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SumAcross<TVector>(TVector x) where TVector : struct
    {
        Vector256<float> eight = typeof(TVector) == typeof(Vector512<float>) ? AsVector512(x).GetLower() + AsVector512(x).GetUpper() : AsVector256(x);
        Vector128<float> four = eight.GetLower() + eight.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }

    private static float ScalarSum<TTerm>(TTerm term, nint length) where TTerm : struct, IVectorTerm
    {
        float* lanes = stackalloc float[VirtualLanes];
        ScalarLanes(term, length, lanes, 0f);
        for (int half = VirtualLanes / 2; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++)
            {
                lanes[lane] += lanes[lane + half];
            }
        }
        return lanes[0];
    }

    private static float ScalarMax<TTerm>(TTerm term, nint length) where TTerm : struct, IVectorTerm
    {
        float* lanes = stackalloc float[VirtualLanes];
        ScalarLanes(term, length, lanes, float.NegativeInfinity);
        float largest = lanes[0];
        for (int lane = 1; lane < VirtualLanes; lane++)
        {
            largest = Width1.Max(largest, lanes[lane]);
        }
        return largest;
    }

    private static void ScalarLanes<TTerm>(TTerm term, nint length, float* lanes, float start) where TTerm : struct, IVectorTerm
    {
        for (int lane = 0; lane < VirtualLanes; lane++)
        {
            lanes[lane] = start;
        }
        nint whole = length & -VirtualLanes;
        for (nint i = whole; i < length; i++)
        {
            lanes[i - whole] = term.Add<Width1, float>(start, i, 1);
        }
        for (nint i = 0; i < whole; i++)
        {
            lanes[i % VirtualLanes] = term.Add<Width1, float>(lanes[i % VirtualLanes], i, 1);
        }
    }

    private struct Four<TVector> where TVector : struct
    {
        public TVector A, B, C, D;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> AsVector512<TVector>(TVector v) where TVector : struct => Unsafe.BitCast<TVector, Vector512<float>>(v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> AsVector256<TVector>(TVector v) where TVector : struct => Unsafe.BitCast<TVector, Vector256<float>>(v);
}
