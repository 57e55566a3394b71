using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Kernels.Cpu;

/// <summary>6 × 16: 12 of the 16 registers accumulate, 2 hold b, 1 an element of a. A panel of fewer rows leaves registers out.</summary>
internal readonly unsafe struct MatMulTile256 : IMatMulTile
{
    public static int Rows => 6;

    public static int Columns => 16;

    public static bool TakesFewerRows => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(int rows, int depth, float* a, float* b, float* start, nint startStride, float* c, nint stride)
    {
        switch (rows)
        {
            case 6:
                Multiply<Six>(depth, a, b, start, startStride, c, stride);
                break;
            case 5:
                Multiply<Five>(depth, a, b, start, startStride, c, stride);
                break;
            case 4:
                Multiply<Four>(depth, a, b, start, startStride, c, stride);
                break;
            case 3:
                Multiply<Three>(depth, a, b, start, startStride, c, stride);
                break;
            case 2:
                Multiply<Two>(depth, a, b, start, startStride, c, stride);
                break;
            default:
                Multiply<One>(depth, a, b, start, startStride, c, stride);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Multiply<TRows>(int depth, float* a, float* b, float* start, nint startStride, float* c, nint stride) where TRows : struct, IRows
    {
        Vector256<float> c0a = default, c0b = default, c1a = default, c1b = default, c2a = default, c2b = default;
        Vector256<float> c3a = default, c3b = default, c4a = default, c4b = default, c5a = default, c5b = default;
        Load<TRows>(0, ref start, startStride, ref c0a, ref c0b);
        Load<TRows>(1, ref start, startStride, ref c1a, ref c1b);
        Load<TRows>(2, ref start, startStride, ref c2a, ref c2b);
        Load<TRows>(3, ref start, startStride, ref c3a, ref c3b);
        Load<TRows>(4, ref start, startStride, ref c4a, ref c4b);
        Load<TRows>(5, ref start, startStride, ref c5a, ref c5b);

        for (; depth >= 4; depth -= 4, a += 4 * TRows.Count, b += 4 * 16)
        {
            Step<TRows>(a, b, ref c0a, ref c0b, ref c1a, ref c1b, ref c2a, ref c2b, ref c3a, ref c3b, ref c4a, ref c4b, ref c5a, ref c5b);
            Step<TRows>(a + TRows.Count, b + 16, ref c0a, ref c0b, ref c1a, ref c1b, ref c2a, ref c2b, ref c3a, ref c3b, ref c4a, ref c4b, ref c5a, ref c5b);
            Step<TRows>(a + 2 * TRows.Count, b + 32, ref c0a, ref c0b, ref c1a, ref c1b, ref c2a, ref c2b, ref c3a, ref c3b, ref c4a, ref c4b, ref c5a, ref c5b);
            Step<TRows>(a + 3 * TRows.Count, b + 48, ref c0a, ref c0b, ref c1a, ref c1b, ref c2a, ref c2b, ref c3a, ref c3b, ref c4a, ref c4b, ref c5a, ref c5b);
        }
        for (; depth > 0; depth--, a += TRows.Count, b += 16)
        {
            Step<TRows>(a, b, ref c0a, ref c0b, ref c1a, ref c1b, ref c2a, ref c2b, ref c3a, ref c3b, ref c4a, ref c4b, ref c5a, ref c5b);
        }

        Store<TRows>(0, ref c, stride, c0a, c0b);
        Store<TRows>(1, ref c, stride, c1a, c1b);
        Store<TRows>(2, ref c, stride, c2a, c2b);
        Store<TRows>(3, ref c, stride, c3a, c3b);
        Store<TRows>(4, ref c, stride, c4a, c4b);
        Store<TRows>(5, ref c, stride, c5a, c5b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load<TRows>(int row, ref float* from, nint stride, ref Vector256<float> low, ref Vector256<float> high) where TRows : struct, IRows
    {
        if (row < TRows.Count)
        {
            low = Vector256.Load(from);
            high = Vector256.Load(from + 8);
            from += stride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TRows>(int row, ref float* to, nint stride, Vector256<float> low, Vector256<float> high) where TRows : struct, IRows
    {
        if (row < TRows.Count)
        {
            low.Store(to);
            high.Store(to + 8);
            to += stride;
        }
    }

    // One step of k.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TRows>(float* a, float* b,
        ref Vector256<float> c0a, ref Vector256<float> c0b, ref Vector256<float> c1a, ref Vector256<float> c1b, ref Vector256<float> c2a, ref Vector256<float> c2b,
        ref Vector256<float> c3a, ref Vector256<float> c3b, ref Vector256<float> c4a, ref Vector256<float> c4b, ref Vector256<float> c5a, ref Vector256<float> c5b) where TRows : struct, IRows
    {
        Vector256<float> low = Vector256.Load(b), high = Vector256.Load(b + 8);
        Add<TRows>(0, a, low, high, ref c0a, ref c0b);
        Add<TRows>(1, a, low, high, ref c1a, ref c1b);
        Add<TRows>(2, a, low, high, ref c2a, ref c2b);
        Add<TRows>(3, a, low, high, ref c3a, ref c3b);
        Add<TRows>(4, a, low, high, ref c4a, ref c4b);
        Add<TRows>(5, a, low, high, ref c5a, ref c5b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TRows>(int row, float* a, Vector256<float> low, Vector256<float> high, ref Vector256<float> sumLow, ref Vector256<float> sumHigh) where TRows : struct, IRows
    {
        if (row < TRows.Count)
        {
            Vector256<float> x = Vector256.Create(a[row]);
            sumLow = Vector256.FusedMultiplyAdd(x, low, sumLow);
            sumHigh = Vector256.FusedMultiplyAdd(x, high, sumHigh);
        }
    }
}
