using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>y = x·r·w, r = 1/√(mean x² + ε) of each row (Zhang and Sennrich 2019, arXiv:1910.07467), and its gradient.</summary>
internal static unsafe class RmsNormKernel
{
    /// <summary>y and r of each row; w may be null.</summary>
    public readonly struct Forward(float* x, float* w, float* y, float* r, int columns, float epsilon) : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            for (nint row = first; row < end; row++)
            {
                r[row] = Row<TWidth, TVector>(x + (row * columns), w, y + (row * columns), columns, epsilon);
            }
        }
    }

    /// <summary>dx += …, and partial sums of dw [block, columns]; w, dx and the sums may be null.</summary>
    public readonly struct Backward(float* x, float* w, float* r, float* dy, float* dx, float* sums, int columns) : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            float* dw = sums == null ? null : sums + ((nint)block * columns);
            if (dw != null)
            {
                new Span<float>(dw, columns).Clear();
            }
            for (nint row = first; row < end; row++)
            {
                nint at = row * columns;
                RowBackward<TWidth, TVector>(x + at, w, r[row], dy + at, dx == null ? null : dx + at, dw, columns);
            }
        }
    }

    /// <summary>Normalises one row and returns its r.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Row<TWidth, TVector>(float* x, float* w, float* y, int columns, float epsilon)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        float squares = VectorLoop.Sum<TWidth, TVector, SquareTerm>(new SquareTerm(x), columns);
        return Scale<TWidth, TVector>(x, w, y, squares, columns, epsilon);
    }

    // Each case has a loop of its own: a question in the loop costs more than its arithmetic.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Scale<TWidth, TVector>(float* x, float* w, float* y, float squares, int columns, float epsilon)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        float r = 1f / MathF.Sqrt((squares / columns) + epsilon);
        if (w == null)
        {
            VectorLoop.ForEach<TWidth, TVector, ElementwiseKernel.Scale>(new ElementwiseKernel.Scale(x, y, r), 0, columns);
        }
        else
        {
            VectorLoop.ForEach<TWidth, TVector, ScaleBody>(new ScaleBody(x, w, y, r), 0, columns);
        }
        return r;
    }

    /// <summary>With g = dy·w and n = x·r: dx += r·(g − n·mean(g·n)), dw += dy·n.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RowBackward<TWidth, TVector>(float* x, float* w, float r, float* dy, float* dx, float* dw, int columns)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        float mean = dx == null ? 0f : VectorLoop.Sum<TWidth, TVector, ProductTerm>(new ProductTerm(x, w, dy), columns) * r / columns;
        VectorLoop.ForEach<TWidth, TVector, BackwardBody>(new BackwardBody(x, w, dy, dx, dw, r, mean), 0, columns);
    }

    /// <summary>Σ x².</summary>
    public readonly struct SquareTerm(float* x) : IVectorTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Add<TWidth, TVector>(TVector sum, nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector v = VectorLoop.Load<TWidth, TVector>(x + i, count);
            return TWidth.MultiplyAdd(v, v, sum);
        }
    }

    private readonly struct ScaleBody(float* x, float* w, float* y, float r) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector n = TWidth.Multiply(VectorLoop.Load<TWidth, TVector>(x + i, count), TWidth.Broadcast(r));
            VectorLoop.Store<TWidth, TVector>(TWidth.Multiply(n, VectorLoop.Load<TWidth, TVector>(w + i, count)), y + i, count);
        }
    }

    private readonly struct ProductTerm(float* x, float* w, float* dy) : IVectorTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Add<TWidth, TVector>(TVector sum, nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector g = VectorLoop.Load<TWidth, TVector>(dy + i, count);
            g = w == null ? g : TWidth.Multiply(g, VectorLoop.Load<TWidth, TVector>(w + i, count));
            return TWidth.MultiplyAdd(g, VectorLoop.Load<TWidth, TVector>(x + i, count), sum);
        }
    }

    private readonly struct BackwardBody(float* x, float* w, float* dy, float* dx, float* dw, float r, float mean) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector d = VectorLoop.Load<TWidth, TVector>(dy + i, count);
            TVector n = TWidth.Multiply(VectorLoop.Load<TWidth, TVector>(x + i, count), TWidth.Broadcast(r));
            if (dx != null)
            {
                TVector g = w == null ? d : TWidth.Multiply(d, VectorLoop.Load<TWidth, TVector>(w + i, count));
                g = TWidth.NegateMultiplyAdd(n, TWidth.Broadcast(mean), g);
                VectorLoop.Store<TWidth, TVector>(TWidth.MultiplyAdd(TWidth.Broadcast(r), g, VectorLoop.Load<TWidth, TVector>(dx + i, count)), dx + i, count);
            }
            if (dw != null)
            {
                VectorLoop.Store<TWidth, TVector>(TWidth.MultiplyAdd(d, n, VectorLoop.Load<TWidth, TVector>(dw + i, count)), dw + i, count);
            }
        }
    }
}
