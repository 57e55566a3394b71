using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>Stochastic gradient descent with momentum, Nesterov's look-ahead, and decay as part of the gradient; m may be null without momentum.</summary>
internal readonly unsafe struct SgdKernel(
    float* w, float* g, float* m, float learningRate, float momentum, float weightDecay, bool nesterov, float gradientScale, bool clearsGradient) : IVectorBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector weight = VectorLoop.Load<TWidth, TVector>(w + i, count);
        TVector gradient = TWidth.Multiply(VectorLoop.Load<TWidth, TVector>(g + i, count), TWidth.Broadcast(gradientScale));
        gradient = TWidth.MultiplyAdd(TWidth.Broadcast(weightDecay), weight, gradient);
        TVector step = gradient;
        if (m != null)
        {
            TVector mean = TWidth.MultiplyAdd(TWidth.Broadcast(momentum), VectorLoop.Load<TWidth, TVector>(m + i, count), gradient);
            VectorLoop.Store<TWidth, TVector>(mean, m + i, count);
            step = nesterov ? TWidth.MultiplyAdd(TWidth.Broadcast(momentum), mean, gradient) : mean;
        }
        VectorLoop.Store<TWidth, TVector>(TWidth.NegateMultiplyAdd(TWidth.Broadcast(learningRate), step, weight), w + i, count);
        if (clearsGradient)
        {
            VectorLoop.Store<TWidth, TVector>(default, g + i, count);
        }
    }
}
