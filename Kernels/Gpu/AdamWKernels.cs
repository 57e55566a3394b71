using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>AdamW in one pass over w, g, m and v (Loshchilov and Hutter 2019, arXiv:1711.05101), each in a format of its own, with the bits of the processor's kernel.</summary>
/// <remarks>m += (1 − β₁)(g − m), v += (1 − β₂)(g² − v), w −= η·(m̂/(√v̂ + ε) + λw). The update uses m and v before they are rounded to what is stored;
/// one random word serves both, a half for each.</remarks>
internal static class AdamWKernels
{
    public static void Run<TWeight, TGradient, TMoment>(ArrayView<ushort> w, ArrayView<ushort> g, ArrayView<ushort> m, ArrayView<ushort> v, AdamWFactors factors, ArrayView<float> scaleFrom, int hasScale, ElementNumbers n)
        where TWeight : struct, IWeightNumbers where TGradient : struct, IGradientNumbers where TMoment : struct, IMomentNumbers
    {
        int four = Grid.GlobalIndex.X, fours = n.Length >> 2;
        if (four > fours) { return; }
        int i = 4 * four;
        float scale = factors.Scale;
        if (hasScale != 0) { scale = scaleFrom[0]; }
        if (four < fours && n.IsAligned != 0)
        {
            Four vw = TWeight.LoadFourExact(w, four), vg = TGradient.LoadFourExact(g, four), vm = TMoment.LoadFourExact(m, four), vv = TMoment.LoadFourExact(v, four);
            Moved a = Move(vw.A, vg.A, vm.A, vv.A, scale, factors), b = Move(vw.B, vg.B, vm.B, vv.B, scale, factors), c = Move(vw.C, vg.C, vm.C, vv.C, scale, factors), d = Move(vw.D, vg.D, vm.D, vv.D, scale, factors);
            uint noise0 = Noise<TMoment>(n, i), noise1 = Noise<TMoment>(n, i + 1), noise2 = Noise<TMoment>(n, i + 2), noise3 = Noise<TMoment>(n, i + 3);
            TMoment.StoreFour(m, four, new Four(a.M, b.M, c.M, d.M), noise0, noise1, noise2, noise3);
            TMoment.StoreFour(v, four, new Four(a.V, b.V, c.V, d.V), noise0 >> 16, noise1 >> 16, noise2 >> 16, noise3 >> 16);
            TWeight.StoreFour(w, four, new Four(a.W, b.W, c.W, d.W), 0, 0, 0, 0);
            return;
        }
        for (int end = Math.Min(n.Length - i, 4) + i; i < end; i++)
        {
            Moved moved = Move(TWeight.LoadExact(w, i), TGradient.LoadExact(g, i), TMoment.LoadExact(m, i), TMoment.LoadExact(v, i), scale, factors);
            uint noise = Noise<TMoment>(n, i);
            TMoment.Store(m, i, moved.M, noise);
            TMoment.Store(v, i, moved.V, noise >> 16);
            TWeight.Store(w, i, moved.W, 0);
        }
    }

    private static Moved Move(float w, float g, float m, float v, float scale, AdamWFactors s)
    {
        // Products as a·b + 0, rounded here: a compiler may not fuse them with the subtraction that follows, so the bits are the processor's.
        g = MathF.FusedMultiplyAdd(g, scale, 0f);
        m = Normal(MathF.FusedMultiplyAdd(s.ToMean, g - m, m));
        v = Normal(MathF.FusedMultiplyAdd(s.ToSquare, MathF.FusedMultiplyAdd(g, g, 0f) - v, v));
        float root = MathF.FusedMultiplyAdd(MathF.Sqrt(v), s.Correction, s.Epsilon);
        w = MathF.FusedMultiplyAdd(-s.Decay, w, w);
        return new Moved(MathF.FusedMultiplyAdd(-s.Rate, m / root, w), m, v);
    }

    private static float Normal(float x) => MathF.Abs(x) < AdamWFactors.SmallestNormal ? 0f : x;

    private static uint Noise<TMoment>(ElementNumbers n, int i) where TMoment : struct, IMomentNumbers => TMoment.Rounds ? CounterRandom.Noise(n.First, n.Second, (uint)i) : 0;

    private readonly struct Moved(float w, float m, float v)
    {
        public readonly float W = w, M = m, V = v;
    }
}
