using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>Stochastic gradient descent with momentum, Nesterov's look-ahead, and decay as part of the gradient; without momentum nothing is kept in m.</summary>
/// <remarks>With <c>update</c> the step goes there and the weights stay: the momentum of an optimizer that has more to do with it.</remarks>
internal readonly unsafe struct SgdKernel<TWeight, TGradient, TMoment>(
    StoredPointer w, StoredPointer g, StoredPointer m, float* update, float learningRate, float momentum, float weightDecay, bool nesterov, float gradientScale,
    RandomStream rounding) : IVectorBody
    where TWeight : struct, IStored where TGradient : struct, IStored where TMoment : struct, IStored
{
    private readonly (uint, uint) _keys = CounterRandom.Keys(rounding);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        if (count == TWidth.Lanes)
        {
            Update<TWidth, TVector>(i);
            return;
        }
        for (nint end = i + count; i < end; i++)
        {
            Update<Width1, float>(i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Update<TWidth, TVector>(nint i) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector gradient = TWidth.Multiply(TGradient.Load<TWidth, TVector>(g, i), TWidth.Broadcast(gradientScale)), weight = default;
        if (update == null)
        {
            weight = TWeight.Load<TWidth, TVector>(w, i);
            gradient = TWidth.MultiplyAdd(TWidth.Broadcast(weightDecay), weight, gradient);
        }
        TVector step = gradient;
        if (m.First != 0)
        {
            TVector mean = TWidth.MultiplyAdd(TWidth.Broadcast(momentum), TMoment.Load<TWidth, TVector>(m, i), gradient);
            TMoment.Store<TWidth, TVector>(mean, m, i, TMoment.Rounds ? CounterRandom.Noise<TWidth, TVector>(_keys, (uint)i) : default);
            step = nesterov ? TWidth.MultiplyAdd(TWidth.Broadcast(momentum), mean, gradient) : mean;
        }
        if (update != null)
        {
            TWidth.Store(step, update + i);
        }
        else
        {
            TWeight.Store<TWidth, TVector>(TWidth.NegateMultiplyAdd(TWidth.Broadcast(learningRate), step, weight), w, i, default);
        }
    }
}
