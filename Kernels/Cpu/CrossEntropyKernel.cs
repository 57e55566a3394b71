using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>Cross-entropy of each row against a target: forward in two passes while the row stays in the cache, backward in one.</summary>
/// <remarks>A row with the ignored target costs nothing: its result and its logSumExp are 0, its gradient a row of zeros.
/// A NaN among the logits makes the result NaN.</remarks>
internal static unsafe class CrossEntropyKernel
{
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
                float max = SoftmaxKernel.Max<TWidth, TVector>(x, columns);
                float sum = (float)SoftmaxKernel.ExpSum<TWidth, TVector>(x, max, null, columns);
                logSumExp[row] = max + VectorMath.Log(sum);
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
