using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>Rotary positions (Su et al. 2021, arXiv:2104.09864): each pair (a, b) of a head becomes (a·cos − b·sin, b·cos + a·sin).</summary>
/// <remarks>The backward pass turns the other way and adds, or overwrites.</remarks>
internal static unsafe class RotaryKernel
{
    /// <summary>Rows of [TotalHeads, HeadSize]; table [position, cosines then sines].</summary>
    public readonly struct Rows(float* x, float* table, float* y, RotaryShape shape, bool isBackward, bool adds) : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            int size = shape.HeadSize, half = shape.Dimensions / 2;
            nint columns = (nint)shape.TotalHeads * size, rotated = (nint)shape.RotatedHeads * size;
            for (int row = first; row < end; row++)
            {
                float* px = x + (row * columns), py = y + (row * columns);
                float* cos = table + ((nint)(shape.FirstPosition + (row % shape.Time)) * shape.Dimensions), sin = cos + half;
                for (nint head = 0; head < rotated; head += size)
                {
                    if (shape.Interleaved)
                    {
                        RotateNeighbours<TWidth, TVector>(px + head, cos, sin, py + head, half, isBackward, adds);
                    }
                    else
                    {
                        VectorLoop.ForEach<TWidth, TVector, Halves>(new Halves(px + head, cos, sin, py + head, half, isBackward, adds), 0, half);
                    }
                    Pass<TWidth, TVector>(px + head, py + head, shape.Dimensions, size);
                }
                Pass<TWidth, TVector>(px, py, rotated, columns);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Pass<TWidth, TVector>(float* from, float* to, nint first, nint end) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            if (adds)
            {
                VectorLoop.ForEach<TWidth, TVector, ColumnSumKernel.AddTo>(new ColumnSumKernel.AddTo(from, to), first, end);
            }
            else if (from != to)
            {
                VectorLoop.ForEach<TWidth, TVector, ElementwiseKernel.Copy>(new ElementwiseKernel.Copy(from, to), first, end);
            }
        }
    }

    // Pairs (i, i + half).
    private readonly struct Halves(float* x, float* cos, float* sin, float* y, int half, bool isBackward, bool adds) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector c = VectorLoop.Load<TWidth, TVector>(cos + i, count), s = VectorLoop.Load<TWidth, TVector>(sin + i, count);
            TVector a = VectorLoop.Load<TWidth, TVector>(x + i, count), b = VectorLoop.Load<TWidth, TVector>(x + half + i, count);
            s = isBackward ? TWidth.Negate(s) : s;
            TVector u = TWidth.NegateMultiplyAdd(b, s, TWidth.Multiply(a, c)), v = TWidth.MultiplyAdd(a, s, TWidth.Multiply(b, c));
            if (adds)
            {
                u = TWidth.Add(u, VectorLoop.Load<TWidth, TVector>(y + i, count));
                v = TWidth.Add(v, VectorLoop.Load<TWidth, TVector>(y + half + i, count));
            }
            VectorLoop.Store<TWidth, TVector>(u, y + i, count);
            VectorLoop.Store<TWidth, TVector>(v, y + half + i, count);
        }
    }

    // Pairs (2i, 2i + 1), the same roundings: (a, b)·cos + (b, a)·(−sin, sin).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RotateNeighbours<TWidth, TVector>(float* x, float* cos, float* sin, float* y, int half, bool isBackward, bool adds)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        nint i = 0;
        for (; TWidth.Lanes > 1 && i <= half - (TWidth.Lanes / 2); i += TWidth.Lanes / 2)
        {
            TVector pairs = TWidth.Load(x + (2 * i)), s = TWidth.LoadTwice(sin + i);
            s = TWidth.NegateFirsts(isBackward ? TWidth.Negate(s) : s);
            TVector turned = TWidth.MultiplyAdd(TWidth.SwapPairs(pairs), s, TWidth.Multiply(pairs, TWidth.LoadTwice(cos + i)));
            TWidth.Store(adds ? TWidth.Add(turned, TWidth.Load(y + (2 * i))) : turned, y + (2 * i));
        }
        for (; i < half; i++)
        {
            float c = cos[i], s = isBackward ? -sin[i] : sin[i], a = x[2 * i], b = x[(2 * i) + 1];
            float u = MathF.FusedMultiplyAdd(-b, s, a * c), v = MathF.FusedMultiplyAdd(a, s, b * c);
            y[2 * i] = adds ? u + y[2 * i] : u;
            y[(2 * i) + 1] = adds ? v + y[(2 * i) + 1] : v;
        }
    }
}
