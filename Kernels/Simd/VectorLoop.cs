using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
/// <remarks>A reduction has 16 virtual lanes: element i goes to lane i mod 16, in order, and the lanes are combined by halves (8, 4, 2, 1).
/// So one 512-bit accumulator, two 256-bit ones and 16 floats give the same bits.</remarks>
internal static unsafe class VectorLoop
{
    private const int VirtualLanes = 16;

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
            body.Run<TWidth, TVector>(i, (int)(end - i));
        }
    }

    /// <summary>The sum of the terms over [0, length).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum<TWidth, TVector, TTerm>(TTerm term, nint length)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct where TTerm : struct, IVectorTerm
    {
        if (TWidth.Lanes == 1)
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
        TVector low = default, high = default;
        VectorLanes<TWidth, TVector, TTerm>(term, length, ref low, ref high);
        Vector256<float> eight = TWidth.Lanes == VirtualLanes
            ? AsVector512(low).GetLower() + AsVector512(low).GetUpper()
            : AsVector256(low) + AsVector256(high);
        Vector128<float> four = eight.GetLower() + eight.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }

    /// <summary>The maximum over [0, length) of a term that returns a larger one of its arguments; −∞ of nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max<TWidth, TVector, TTerm>(TTerm term, nint length)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct where TTerm : struct, IVectorTerm
    {
        float* lanes = stackalloc float[VirtualLanes];
        if (TWidth.Lanes == 1)
        {
            ScalarLanes(term, length, lanes, float.NegativeInfinity);
        }
        else
        {
            TVector low = TWidth.Broadcast(float.NegativeInfinity), high = low;
            VectorLanes<TWidth, TVector, TTerm>(term, length, ref low, ref high);
            TWidth.Store(low, lanes);
            if (TWidth.Lanes < VirtualLanes)
            {
                TWidth.Store(high, lanes + TWidth.Lanes);
            }
        }
        for (int half = VirtualLanes / 2; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++)
            {
                lanes[lane] = Width1.Max(lanes[lane], lanes[lane + half]);
            }
        }
        return lanes[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void VectorLanes<TWidth, TVector, TTerm>(TTerm term, nint length, ref TVector low, ref TVector high)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct where TTerm : struct, IVectorTerm
    {
        TVector a = low, b = high;
        nint i = 0;
        for (; i <= length - VirtualLanes; i += VirtualLanes)
        {
            a = term.Add<TWidth, TVector>(a, i, TWidth.Lanes);
            if (TWidth.Lanes < VirtualLanes)
            {
                b = term.Add<TWidth, TVector>(b, i + TWidth.Lanes, TWidth.Lanes);
            }
        }
        int rest = (int)(length - i);
        if (rest > 0)
        {
            int first = Math.Min(rest, TWidth.Lanes);
            a = TWidth.Select(TWidth.MaskFirst(first), term.Add<TWidth, TVector>(a, i, first), a);
            if (rest > TWidth.Lanes)
            {
                b = TWidth.Select(TWidth.MaskFirst(rest - first), term.Add<TWidth, TVector>(b, i + first, rest - first), b);
            }
        }
        (low, high) = (a, b);
    }

    private static void ScalarLanes<TTerm>(TTerm term, nint length, float* lanes, float start) where TTerm : struct, IVectorTerm
    {
        for (int lane = 0; lane < VirtualLanes; lane++)
        {
            lanes[lane] = start;
        }
        for (nint i = 0; i < length; i++)
        {
            lanes[i % VirtualLanes] = term.Add<Width1, float>(lanes[i % VirtualLanes], i, 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> AsVector512<TVector>(TVector v) where TVector : struct => Unsafe.BitCast<TVector, Vector512<float>>(v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> AsVector256<TVector>(TVector v) where TVector : struct => Unsafe.BitCast<TVector, Vector256<float>>(v);
}
