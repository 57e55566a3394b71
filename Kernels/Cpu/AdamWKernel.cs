using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>AdamW in one pass over w, g, m and v (Loshchilov and Hutter 2019, arXiv:1711.05101), each in a format of its own.</summary>
/// <remarks>m += (1 − β₁)(g − m), v += (1 − β₂)(g² − v), w −= η·(m̂/(√v̂ + ε) + λw), in float32. A moment that decays below the normal floats
/// becomes 0. The update uses m and v before they are rounded to what is stored;
/// one random word serves both, a half for each.</remarks>
internal readonly unsafe struct AdamWKernel<TWeight, TGradient, TMoment> : IVectorBody
    where TWeight : struct, IStored where TGradient : struct, IStored where TMoment : struct, IStored
{
    private readonly StoredPointer _w, _g, _m, _v;
    private readonly float _scale, _toMean, _toSquare, _rate, _decay, _correction, _epsilon;
    private readonly (uint, uint) _keys;

    public AdamWKernel(StoredPointer w, StoredPointer g, StoredPointer m, StoredPointer v, in AdamWStep step, RandomStream rounding)
    {
        _w = w;
        _g = g;
        _m = m;
        _v = v;
        var factors = AdamWFactors.Of(step);
        _scale = factors.Scale;
        _toMean = factors.ToMean;
        _toSquare = factors.ToSquare;
        _rate = factors.Rate;
        _decay = factors.Decay;
        _correction = factors.Correction;
        _epsilon = factors.Epsilon;
        _keys = CounterRandom.Keys(rounding);
    }

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
        TVector w = TWeight.Load<TWidth, TVector>(_w, i), m = TMoment.Load<TWidth, TVector>(_m, i), v = TMoment.Load<TWidth, TVector>(_v, i);
        TVector g = TWidth.Multiply(TGradient.Load<TWidth, TVector>(_g, i), TWidth.Broadcast(_scale));
        m = Normal<TWidth, TVector>(TWidth.MultiplyAdd(TWidth.Broadcast(_toMean), TWidth.Subtract(g, m), m));
        v = Normal<TWidth, TVector>(TWidth.MultiplyAdd(TWidth.Broadcast(_toSquare), TWidth.Subtract(TWidth.Multiply(g, g), v), v));
        TVector root = TWidth.MultiplyAdd(TWidth.Sqrt(v), TWidth.Broadcast(_correction), TWidth.Broadcast(_epsilon));
        w = TWidth.NegateMultiplyAdd(TWidth.Broadcast(_decay), w, w);
        w = TWidth.NegateMultiplyAdd(TWidth.Broadcast(_rate), TWidth.Divide(m, root), w);
        TVector noise = TMoment.Rounds ? CounterRandom.Noise<TWidth, TVector>(_keys, (uint)i) : default;
        TMoment.Store<TWidth, TVector>(m, _m, i, noise);
        TMoment.Store<TWidth, TVector>(v, _v, i, TMoment.Rounds ? TWidth.ShiftRightLogical(noise, 16) : default);
        TWeight.Store<TWidth, TVector>(w, _w, i, default);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Normal<TWidth, TVector>(TVector x) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => TWidth.Select(TWidth.LessThan(TWidth.Abs(x), TWidth.Broadcast(AdamWFactors.SmallestNormal)), default, x);
}
