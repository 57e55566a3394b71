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
                double sum = 0;
                for (nint i = 0; i < columns; i += Part)
                {
                    int count = (int)Math.Min(Part, columns - i);
                    float larger = Width1.Max(SoftmaxKernel.Max<TWidth, TVector>(x + i, count), max);
                    if (larger > max)
                    {
                        sum *= VectorMath.Exp(max - larger);
                        max = larger;
                    }

                    // Where all so far is −∞ a shift of 0 keeps its weights at 0, and a NaN a NaN.
                    float shift = float.IsNegativeInfinity(max) ? 0f : max;
                    sum += VectorLoop.SumLong<TWidth, TVector, ExpTerm>(new ExpTerm(x + i, shift), count);
                }
                logSumExp[row] = max + VectorMath.Log((float)sum);
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

    /// <summary>Σ e^(x − shift), while the part that follows is asked for: the hardware does not look past the one that is read twice.</summary>
    private readonly struct ExpTerm(float* x, float shift) : IVectorTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Add<TWidth, TVector>(TVector sum, nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            if (Sse.IsSupported && TWidth.Lanes > 1)
            {
                Sse.Prefetch0(x + i + Part);
            }
            return TWidth.Add(sum, SoftmaxKernel.Exp<TWidth, TVector>(VectorLoop.Load<TWidth, TVector>(x + i, count), shift));
        }
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
