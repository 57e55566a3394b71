using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>y = (x − mean)·r·w + b, r = 1/√(variance + ε) of each row (Ba, Kiros and Hinton 2016, arXiv:1607.06450), and its gradient.</summary>
internal static unsafe class LayerNormKernel
{
    /// <summary>y, mean and r of each row; w and b may be null.</summary>
    public readonly struct Forward(float* x, float* w, float* b, float* y, float* mean, float* r, int columns, float epsilon) : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            for (nint row = first; row < end; row++)
            {
                float* px = x + (row * columns);
                float mu = VectorLoop.Sum<TWidth, TVector, ReductionKernel.Term>(new ReductionKernel.Term(px), columns) / columns;
                Normalise<TWidth, TVector>(row, mu, VectorLoop.Sum<TWidth, TVector, DeviationTerm>(new DeviationTerm(px, mu), columns));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Normalise<TWidth, TVector>(nint row, float mu, float squares) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            float* px = x + (row * columns), py = y + (row * columns);
            float scale = 1f / MathF.Sqrt((squares / columns) + epsilon);
            mean[row] = mu;
            r[row] = scale;
            if (w != null && b != null)
            {
                VectorLoop.ForEach<TWidth, TVector, AffineBody>(new AffineBody(px, w, b, py, mu, scale), 0, columns);
            }
            else
            {
                VectorLoop.ForEach<TWidth, TVector, Body>(new Body(px, w, b, py, mu, scale), 0, columns);
            }
        }
    }

    /// <summary>With g = dy·w and n = (x − mean)·r: dx += r·(g − mean(g) − n·mean(g·n)); partial sums of dw and db [block, columns]. w, dx and the sums may be null.</summary>
    public readonly struct Backward(
        float* x, float* w, float* mean, float* r, float* dy, float* dx, float* weightSums, float* biasSums, int columns) : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            float* dw = Clear(weightSums, block, columns), db = Clear(biasSums, block, columns);
            for (nint row = first; row < end; row++)
            {
                nint at = row * columns;
                float mu = mean[row], scale = r[row], meanOfG = 0f, meanOfGN = 0f;
                if (dx != null)
                {
                    (float sumOfG, float sumOfGN) = w == null
                        ? VectorLoop.Sums<TWidth, TVector, ReductionKernel.Term, ProductTerm>(new(dy + at), new(x + at, dy + at, mu), columns)
                        : VectorLoop.Sums<TWidth, TVector, SoftmaxKernel.DotTerm, WeightedProductTerm>(new(dy + at, w), new(x + at, w, dy + at, mu), columns);
                    (meanOfG, meanOfGN) = (sumOfG / columns, sumOfGN * scale / columns);
                }
                var body = new BackwardBody(x + at, w, dy + at, dx == null ? null : dx + at, dw, db, mu, scale, meanOfG, meanOfGN);
                if (w != null && dx != null && dw != null && db != null)
                {
                    VectorLoop.ForEach<TWidth, TVector, AffineBackwardBody>(new AffineBackwardBody(body), 0, columns);
                }
                else
                {
                    VectorLoop.ForEach<TWidth, TVector, BackwardBody>(body, 0, columns);
                }
            }
        }

        private static float* Clear(float* sums, int block, int columns)
        {
            if (sums == null)
            {
                return null;
            }
            float* sum = sums + ((nint)block * columns);
            new Span<float>(sum, columns).Clear();
            return sum;
        }
    }

    private readonly struct DeviationTerm(float* x, float mean) : IVectorTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Add<TWidth, TVector>(TVector sum, nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector v = TWidth.Subtract(VectorLoop.Load<TWidth, TVector>(x + i, count), TWidth.Broadcast(mean));
            return TWidth.MultiplyAdd(v, v, sum);
        }
    }

    // The usual case by itself: a question in the loop costs more than its arithmetic.
    private readonly struct AffineBody(float* x, float* w, float* b, float* y, float mean, float r) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector n = TWidth.Multiply(TWidth.Subtract(VectorLoop.Load<TWidth, TVector>(x + i, count), TWidth.Broadcast(mean)), TWidth.Broadcast(r));
            n = TWidth.Add(TWidth.Multiply(n, VectorLoop.Load<TWidth, TVector>(w + i, count)), VectorLoop.Load<TWidth, TVector>(b + i, count));
            VectorLoop.Store<TWidth, TVector>(n, y + i, count);
        }
    }

    private readonly struct Body(float* x, float* w, float* b, float* y, float mean, float r) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector n = TWidth.Multiply(TWidth.Subtract(VectorLoop.Load<TWidth, TVector>(x + i, count), TWidth.Broadcast(mean)), TWidth.Broadcast(r));
            n = w == null ? n : TWidth.Multiply(n, VectorLoop.Load<TWidth, TVector>(w + i, count));
            n = b == null ? n : TWidth.Add(n, VectorLoop.Load<TWidth, TVector>(b + i, count));
            VectorLoop.Store<TWidth, TVector>(n, y + i, count);
        }
    }

    private readonly struct ProductTerm(float* x, float* dy, float mean) : IVectorTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Add<TWidth, TVector>(TVector sum, nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector deviation = TWidth.Subtract(VectorLoop.Load<TWidth, TVector>(x + i, count), TWidth.Broadcast(mean));
            return TWidth.MultiplyAdd(VectorLoop.Load<TWidth, TVector>(dy + i, count), deviation, sum);
        }
    }

    private readonly struct WeightedProductTerm(float* x, float* w, float* dy, float mean) : IVectorTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Add<TWidth, TVector>(TVector sum, nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector g = TWidth.Multiply(VectorLoop.Load<TWidth, TVector>(dy + i, count), VectorLoop.Load<TWidth, TVector>(w + i, count));
            TVector deviation = TWidth.Subtract(VectorLoop.Load<TWidth, TVector>(x + i, count), TWidth.Broadcast(mean));
            return TWidth.MultiplyAdd(g, deviation, sum);
        }
    }

    // All of w, dx, dw and db, as in training.
    private readonly struct AffineBackwardBody(BackwardBody body) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
            => body.Run<TWidth, TVector>(i, count, hasW: true, hasDx: true, hasDw: true, hasDb: true);
    }

    private readonly struct BackwardBody(
        float* x, float* w, float* dy, float* dx, float* dw, float* db, float mean, float r, float meanOfG, float meanOfGN) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
            => Run<TWidth, TVector>(i, count, w != null, dx != null, dw != null, db != null);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count, bool hasW, bool hasDx, bool hasDw, bool hasDb) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector d = VectorLoop.Load<TWidth, TVector>(dy + i, count);
            TVector n = TWidth.Multiply(TWidth.Subtract(VectorLoop.Load<TWidth, TVector>(x + i, count), TWidth.Broadcast(mean)), TWidth.Broadcast(r));
            if (hasDx)
            {
                TVector g = hasW ? TWidth.Multiply(d, VectorLoop.Load<TWidth, TVector>(w + i, count)) : d;
                g = TWidth.NegateMultiplyAdd(n, TWidth.Broadcast(meanOfGN), TWidth.Subtract(g, TWidth.Broadcast(meanOfG)));
                VectorLoop.Store<TWidth, TVector>(TWidth.MultiplyAdd(TWidth.Broadcast(r), g, VectorLoop.Load<TWidth, TVector>(dx + i, count)), dx + i, count);
            }
            if (hasDw)
            {
                VectorLoop.Store<TWidth, TVector>(TWidth.MultiplyAdd(d, n, VectorLoop.Load<TWidth, TVector>(dw + i, count)), dw + i, count);
            }
            if (hasDb)
            {
                VectorLoop.Store<TWidth, TVector>(TWidth.Add(d, VectorLoop.Load<TWidth, TVector>(db + i, count)), db + i, count);
            }
        }
    }
}
