using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PureLlm.Kernels.Cpu;

/// <summary>Cross-entropy of each row against a target: forward part by part, its maximum and then its exponentials while it is in the first cache, backward in one pass.</summary>
/// <remarks>A row with the ignored target costs nothing: its result and its logSumExp are 0, its gradient a row of zeros.
/// A NaN among the logits makes the result NaN.</remarks>
internal static unsafe class CrossEntropyKernel
{
    // Floats of a part: two of them fit into the first cache.
    private const int Part = 4096;

    // Beyond it the float next to x/ln 2 is too far away.
    private const float LargestOfPowers = 1e6f;

    /// <summary>losses and logSumExp of each row.</summary>
    public readonly struct Forward(float* logits, int* targets, float* losses, float* logSumExp, int columns, int ignoreIndex) : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            for (nint row = first; row < end; row++)
            {
                if (targets[row] == ignoreIndex)
                {
                    losses[row] = logSumExp[row] = 0f;
                    continue;
                }
                float* x = logits + (row * columns);
                float max = float.NegativeInfinity;
                double origin = float.NegativeInfinity, sum = 0;
                for (nint i = 0; i < columns; i += Part)
                {
                    // In powers of two the shift is a float again, and its rounding part of where the sum starts.
                    int count = (int)Math.Min(Part, columns - i);
                    max = Width1.Max(SoftmaxKernel.Max<TWidth, TVector>(x + i, count), max);
                    bool isBinary = MathF.Abs(max) < LargestOfPowers;
                    float shift = isBinary ? max * VectorMath.Log2E : max;
                    double start = isBinary ? shift / (double)VectorMath.Log2E : shift;
                    if (start > origin)
                    {
                        sum *= VectorMath.Exp((float)(origin - start));
                        origin = start;
                    }
                    sum += isBinary
                        ? VectorLoop.SumLong<TWidth, TVector, WeightTerm>(new WeightTerm(x + i, shift), count)
                        : VectorLoop.SumLong<TWidth, TVector, ExpTerm>(new ExpTerm(x + i, shift), count);
                }
                logSumExp[row] = (float)(origin + VectorMath.Log((float)sum));
                losses[row] = logSumExp[row] - x[targets[row]];
            }
        }
    }

    /// <summary>dlogits = scale·(softmax(logits) − onehot(target)); dlogits may be the memory of logits.</summary>
    public readonly struct Backward(float* logits, int* targets, float* logSumExp, float* dlogits, int columns, int ignoreIndex, float scale) : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TWidth, TVector>(int first, int end, int block) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            for (nint row = first; row < end; row++)
            {
                float* x = logits + (row * columns), dx = dlogits + (row * columns);
                if (targets[row] == ignoreIndex)
                {
                    new Span<float>(dx, columns).Clear();
                    continue;
                }
                VectorLoop.ForEach<TWidth, TVector, Body>(new Body(x, dx, logSumExp[row], scale), 0, columns);
                dx[targets[row]] -= scale;
            }
        }
    }

    /// <summary>Σ 2^(x/ln 2 − shift), while the part that follows is asked for: the hardware does not look past the one that is read twice.</summary>
    private readonly struct WeightTerm(float* x, float shift) : IVectorTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Add<TWidth, TVector>(TVector sum, nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            if (Sse.IsSupported && TWidth.Lanes > 1)
            {
                Sse.Prefetch0(x + i + Part);
            }
            TVector exponent = TWidth.MultiplyAdd(VectorLoop.Load<TWidth, TVector>(x + i, count), TWidth.Broadcast(VectorMath.Log2E), TWidth.Broadcast(-shift));
            return TWidth.Add(sum, VectorMath.BinaryWeight<TWidth, TVector>(exponent));
        }
    }

    /// <summary>Σ e^(x − shift) of logits so large that x/ln 2 is no good exponent. Where all are −∞ a shift of 0 keeps their weights at 0, and a NaN a NaN.</summary>
    private readonly struct ExpTerm(float* x, float shift) : IVectorTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Add<TWidth, TVector>(TVector sum, nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
            => TWidth.Add(sum, SoftmaxKernel.Exp<TWidth, TVector>(VectorLoop.Load<TWidth, TVector>(x + i, count), float.IsNegativeInfinity(shift) ? 0f : shift));
    }

    private readonly struct Body(float* x, float* dx, float logSumExp, float scale) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector p = SoftmaxKernel.Exp<TWidth, TVector>(VectorLoop.Load<TWidth, TVector>(x + i, count), logSumExp);
            VectorLoop.Store<TWidth, TVector>(TWidth.Multiply(TWidth.Broadcast(scale), p), dx + i, count);
        }
    }
}
