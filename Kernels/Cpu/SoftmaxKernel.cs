using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>Softmax of each row, its gradient, and the sum of exponentials that cross-entropy shares.</summary>
internal static unsafe class SoftmaxKernel
{
    // Below e^−69 ≈ 10⁻³⁰ an exponential counts as 0: multiplied later, it would become subnormal and slow.
    private const float Lowest = -69f;

    // Elements whose exponentials are summed in float; the parts are summed in double.
    private const int Part = 4096;

    /// <summary>y = softmax(x); x and y may be the same memory.</summary>
    public readonly struct Forward(float* x, float* y, int columns) : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            for (nint row = first; row < end; row++)
            {
                float* px = x + (row * columns), py = y + (row * columns);
                float max = Max<TWidth, TVector>(px, columns);
                float scale = (float)(1 / ExpSum<TWidth, TVector>(px, max, py, columns));
                VectorLoop.ForEach<TWidth, TVector, ElementwiseKernel.Scale>(new ElementwiseKernel.Scale(py, py, scale), 0, columns);
            }
        }
    }

    /// <summary>dx += y ⊙ (dy − Σ y ⊙ dy).</summary>
    public readonly struct Backward(float* y, float* dy, float* dx, int columns) : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            for (nint row = first; row < end; row++)
            {
                nint at = row * columns;
                float dot = VectorLoop.Sum<TWidth, TVector, DotTerm>(new DotTerm(y + at, dy + at), columns);
                VectorLoop.ForEach<TWidth, TVector, BackwardBody>(new BackwardBody(y + at, dy + at, dx + at, dot), 0, columns);
            }
        }
    }

    /// <summary>The largest element. A NaN may be missed here; it reappears in the sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max<TWidth, TVector>(float* x, int columns) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => VectorLoop.Max<TWidth, TVector, MaxTerm>(new MaxTerm(x), columns);

    /// <summary>Σ e^(x − max), and y = e^(x − max) where y is not null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ExpSum<TWidth, TVector>(float* x, float max, float* y, int columns) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        double sum = 0;
        for (nint i = 0; i < columns; i += Part)
        {
            nint count = Math.Min(Part, columns - i);
            sum += y == null
                ? VectorLoop.SumLong<TWidth, TVector, ExpTerm>(new ExpTerm(x + i, max), count)
                : VectorLoop.SumLong<TWidth, TVector, ExpStoreTerm>(new ExpStoreTerm(x + i, y + i, max), count);
        }
        return sum;
    }

    /// <summary>e^(x − shift), 0 where it is below 10⁻³⁰.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp<TWidth, TVector>(TVector x, float shift) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => VectorMath.ExpNotPositive<TWidth, TVector>(TWidth.Subtract(x, TWidth.Broadcast(shift)), Lowest);

    private readonly struct MaxTerm(float* x) : IVectorTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Add<TWidth, TVector>(TVector sum, nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
            => TWidth.Max(sum, VectorLoop.Load<TWidth, TVector>(x + i, count));
    }

    private readonly struct ExpTerm(float* x, float max) : IVectorTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Add<TWidth, TVector>(TVector sum, nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
            => TWidth.Add(sum, Exp<TWidth, TVector>(VectorLoop.Load<TWidth, TVector>(x + i, count), max));
    }

    private readonly struct ExpStoreTerm(float* x, float* y, float max) : IVectorTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Add<TWidth, TVector>(TVector sum, nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector e = Exp<TWidth, TVector>(VectorLoop.Load<TWidth, TVector>(x + i, count), max);
            VectorLoop.Store<TWidth, TVector>(e, y + i, count);
            return TWidth.Add(sum, e);
        }
    }

    /// <summary>Σ a ⊙ b.</summary>
    public readonly struct DotTerm(float* a, float* b) : IVectorTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Add<TWidth, TVector>(TVector sum, nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
            => TWidth.MultiplyAdd(VectorLoop.Load<TWidth, TVector>(a + i, count), VectorLoop.Load<TWidth, TVector>(b + i, count), sum);
    }

    private readonly struct BackwardBody(float* y, float* dy, float* dx, float dot) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector d = TWidth.Subtract(VectorLoop.Load<TWidth, TVector>(dy + i, count), TWidth.Broadcast(dot));
            TVector sum = TWidth.MultiplyAdd(VectorLoop.Load<TWidth, TVector>(y + i, count), d, VectorLoop.Load<TWidth, TVector>(dx + i, count));
            VectorLoop.Store<TWidth, TVector>(sum, dx + i, count);
        }
    }
}
