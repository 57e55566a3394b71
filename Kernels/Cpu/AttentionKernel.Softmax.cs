using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Kernels.Cpu;

// What happens to the rows of a tile of scores between the products.
internal static unsafe partial class AttentionKernel
{
    /// <summary>Which keys six rows see: some of them [First, End), all of them [LatestFirst, EarliestEnd).</summary>
    private readonly record struct SeenKeys(int First, int End, int LatestFirst, int EarliestEnd)
    {
        public static SeenKeys Of(int* firstKey, int* endKey, int rows)
        {
            int first = int.MaxValue, end = 0, latestFirst = 0, earliestEnd = int.MaxValue;
            for (int r = 0; r < rows; r++)
            {
                first = Math.Min(first, firstKey[r]);
                latestFirst = Math.Max(latestFirst, firstKey[r]);
                end = Math.Max(end, endKey[r]);
                earliestEnd = Math.Min(earliestEnd, endKey[r]);
            }
            return new(first, end, latestFirst, earliestEnd);
        }

        /// <summary>The part of a tile that some of the rows see, relative to its first key; masked when they do not all see all of the tile.</summary>
        public (int First, int End, bool Masked) In(int key, int keys) =>
            (Math.Max(First - key, 0), Math.Min(End - key, keys), LatestFirst > key || EarliestEnd < key + keys);
    }

    /// <summary>Writes the value outside [first, end) of the columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mask<TWidth, TVector>(float* row, int firstColumn, int endColumn, int first, int end, TVector value)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        for (int i = firstColumn; i < Math.Min(first, endColumn); i += TWidth.Lanes)
        {
            TWidth.Store(TWidth.Select(TWidth.MaskFirst(first - i), value, TWidth.Load(row + i)), row + i);
        }
        for (int i = Math.Max(RoundDown(end, TWidth.Lanes), firstColumn); i < endColumn; i += TWidth.Lanes)
        {
            TWidth.Store(TWidth.Select(TWidth.MaskFirst(end - i), TWidth.Load(row + i), value), row + i);
        }
    }

    /// <summary>Turns the scores of six rows into weights against each row's maximum so far and adds them to its sums, lane by key index.</summary>
    /// <returns>Whether a maximum moved: then what was computed before must be multiplied by the corrections.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool SoftmaxStep<TWidth, TVector>(float* scores, int first, int end, float* maxima, float* sums, float* corrections)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        int n = TWidth.Lanes;
        bool moved = false;
        for (int r = 0; r < AttentionTiles.Rows; r++)
        {
            float* row = scores + (r * KeyTile);
            TVector largest = TWidth.Load(row + first), other = largest;
            for (int i = first; i < end; i += 2 * n)
            {
                largest = TWidth.Max(largest, TWidth.Load(row + i));
                other = TWidth.Max(other, TWidth.Load(row + i + n));
            }
            float before = maxima[r], tile = AttentionTiles.MaxAcross(TWidth.Max(largest, other)), now = AttentionTiles.Larger(tile, before);
            maxima[r] = now;
            corrections[r] = before - now;
            moved |= now != before;
        }
        for (int r = 0; r < AttentionTiles.Rows; r += n)
        {
            TWidth.Store(VectorMath.BinaryWeight<TWidth, TVector>(TWidth.Load(corrections + r)), corrections + r);
        }
        for (int r = 0; r < AttentionTiles.Rows; r++, sums += SumLanes)
        {
            float* row = scores + (r * KeyTile);
            TVector shift = TWidth.Broadcast(maxima[r]), factor = TWidth.Broadcast(corrections[r]);
            if (n == SumLanes / 2)
            {
                TVector low = TWidth.Multiply(TWidth.Load(sums), factor), high = TWidth.Multiply(TWidth.Load(sums + n), factor);
                for (int i = first; i < end; i += SumLanes)
                {
                    TVector a = VectorMath.BinaryWeight<TWidth, TVector>(TWidth.Subtract(TWidth.Load(row + i), shift));
                    TVector b = VectorMath.BinaryWeight<TWidth, TVector>(TWidth.Subtract(TWidth.Load(row + i + n), shift));
                    TWidth.Store(a, row + i);
                    TWidth.Store(b, row + i + n);
                    low = TWidth.Add(low, a);
                    high = TWidth.Add(high, b);
                }
                TWidth.Store(low, sums);
                TWidth.Store(high, sums + n);
                continue;
            }
            for (int lane = 0; lane < SumLanes; lane += n)
            {
                TVector sum = TWidth.Multiply(TWidth.Load(sums + lane), factor);
                for (int i = first + lane; i < end; i += SumLanes)
                {
                    TVector weight = VectorMath.BinaryWeight<TWidth, TVector>(TWidth.Subtract(TWidth.Load(row + i), shift));
                    TWidth.Store(weight, row + i);
                    sum = TWidth.Add(sum, weight);
                }
                TWidth.Store(sum, sums + lane);
            }
        }
        return moved;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScaleRow<TWidth, TVector>(float* x, int count, float factor)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector f = TWidth.Broadcast(factor);
        for (int i = 0; i < count; i += TWidth.Lanes)
        {
            TWidth.Store(TWidth.Multiply(TWidth.Load(x + i), f), x + i);
        }
    }

    /// <summary>p = 2^(s − logSumExp) over s, ds = p·(dp − delta) over dp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SoftmaxGradient<TWidth, TVector>(float* s, float* dp, int first, int end, float logSumExp, float delta)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector shift = TWidth.Broadcast(logSumExp), mean = TWidth.Broadcast(delta);
        for (int i = first; i < end; i += TWidth.Lanes)
        {
            TVector p = VectorMath.BinaryWeight<TWidth, TVector>(TWidth.Subtract(TWidth.Load(s + i), shift));
            TWidth.Store(p, s + i);
            TWidth.Store(TWidth.Multiply(p, TWidth.Subtract(TWidth.Load(dp + i), mean)), dp + i);
        }
    }

    /// <summary>((0+8)+(4+12)) + …: the fixed tree over 16 lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float SumOfLanes(float* x) => VectorLoop.SumAcross(Vector256.Load(x) + Vector256.Load(x + (SumLanes / 2)));
}
