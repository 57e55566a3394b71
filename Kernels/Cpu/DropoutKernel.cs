using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>Dropout (Srivastava et al. 2014): element i is kept where its number in <see cref="CounterRandom"/> is ≥ rate, and scaled by 1/(1 − rate).</summary>
/// <remarks>The mask is never stored: backward draws the same numbers again.</remarks>
internal static unsafe class DropoutKernel
{
    /// <summary>y = x under the mask.</summary>
    public readonly struct Forward(float* x, float* y, Mask mask) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
            => VectorLoop.Store<TWidth, TVector>(mask.Apply<TWidth, TVector>(VectorLoop.Load<TWidth, TVector>(x + i, count), i), y + i, count);
    }

    /// <summary>dx += dy under the mask.</summary>
    public readonly struct Backward(float* dy, float* dx, Mask mask, bool adds) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TWidth, TVector>(nint i, int count) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector kept = mask.Apply<TWidth, TVector>(VectorLoop.Load<TWidth, TVector>(dy + i, count), i);
            VectorLoop.Store<TWidth, TVector>(TWidth.Add(adds ? VectorLoop.Load<TWidth, TVector>(dx + i, count) : default, kept), dx + i, count);
        }
    }

    /// <summary>Which elements are kept, and by what factor.</summary>
    public readonly struct Mask(RandomStream stream, float rate)
    {
        private readonly uint _first = CounterRandom.Keys(stream).First;
        private readonly uint _second = CounterRandom.Keys(stream).Second;

        // The 24 bits of a uniform number as an integer, compared with rate·2²⁴: both exact.
        private readonly float _threshold = rate * (1 << 24);
        private readonly float _scale = 1f / (1f - rate);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply<TWidth, TVector>(TVector x, nint i) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        {
            TVector number = TWidth.BitsToFloat(TWidth.ShiftRightLogical(CounterRandom.At<TWidth, TVector>((_first, _second), (uint)i), 8));
            return TWidth.And(TWidth.LessThanOrEqual(TWidth.Broadcast(_threshold), number), TWidth.Multiply(x, TWidth.Broadcast(_scale)));
        }
    }
}
