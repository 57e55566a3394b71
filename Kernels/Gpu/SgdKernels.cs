using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>What a step of gradient descent is told beside its memory; flags are 0 or 1.</summary>
internal struct SgdNumbers
{
    public float LearningRate, Momentum, WeightDecay, GradientScale;

    public int IsNesterov, HasMoment;

    /// <summary>The step goes into update, and the weights stay.</summary>
    public int HasUpdate;

    /// <summary>The factor of the gradient lies on the device.</summary>
    public int HasScale;
}

/// <summary>Stochastic gradient descent with momentum, Nesterov's look-ahead, and decay as part of the gradient, with the bits of the processor's kernel.</summary>
internal static class SgdKernels
{
    public static void Run<TWeight, TGradient, TMoment>(ArrayView<ushort> w, ArrayView<ushort> g, ArrayView<ushort> m, ArrayView<float> update, ArrayView<float> scaleFrom, SgdNumbers s, ElementNumbers n)
        where TWeight : struct, IWeightNumbers where TGradient : struct, IGradientNumbers where TMoment : struct, IMomentNumbers
    {
        int four = Grid.GlobalIndex.X, fours = n.Length >> 2;
        if (four > fours) { return; }
        int i = 4 * four;
        if (s.HasScale != 0) { s.GradientScale = scaleFrom[0]; }
        if (four < fours && n.IsAligned != 0)
        {
            Four vw = default, vg = TGradient.LoadFourExact(g, four), vm = default;
            if (s.HasUpdate == 0) { vw = TWeight.LoadFourExact(w, four); }
            if (s.HasMoment != 0) { vm = TMoment.LoadFourExact(m, four); }
            Moved a = Move(vw.A, vg.A, vm.A, s), b = Move(vw.B, vg.B, vm.B, s), c = Move(vw.C, vg.C, vm.C, s), d = Move(vw.D, vg.D, vm.D, s);
            if (s.HasMoment != 0)
            {
                TMoment.StoreFour(m, four, new Four(a.M, b.M, c.M, d.M), Noise<TMoment>(n, i), Noise<TMoment>(n, i + 1), Noise<TMoment>(n, i + 2), Noise<TMoment>(n, i + 3));
            }
            if (s.HasUpdate != 0) { update.Cast<Four>()[four] = new Four(a.W, b.W, c.W, d.W); }
            else { TWeight.StoreFour(w, four, new Four(a.W, b.W, c.W, d.W), 0, 0, 0, 0); }
            return;
        }
        for (int end = Math.Min(n.Length - i, 4) + i; i < end; i++)
        {
            float vw = 0f, vm = 0f;
            if (s.HasUpdate == 0) { vw = TWeight.LoadExact(w, i); }
            if (s.HasMoment != 0) { vm = TMoment.LoadExact(m, i); }
            Moved moved = Move(vw, TGradient.LoadExact(g, i), vm, s);
            if (s.HasMoment != 0) { TMoment.Store(m, i, moved.M, Noise<TMoment>(n, i)); }
            if (s.HasUpdate != 0) { update[i] = moved.W; }
            else { TWeight.Store(w, i, moved.W, 0); }
        }
    }

    private static Moved Move(float w, float g, float m, SgdNumbers s)
    {
        // With an update there are no weights: w and the decay are 0.
        float gradient = MathF.FusedMultiplyAdd(s.WeightDecay, w, MathF.FusedMultiplyAdd(g, s.GradientScale, 0f)), step = gradient;
        if (s.HasMoment != 0)
        {
            m = MathF.FusedMultiplyAdd(s.Momentum, m, gradient);
            step = s.IsNesterov != 0 ? MathF.FusedMultiplyAdd(s.Momentum, m, gradient) : m;
        }
        return new Moved(s.HasUpdate != 0 ? step : MathF.FusedMultiplyAdd(-s.LearningRate, step, w), m);
    }

    private static uint Noise<TMoment>(ElementNumbers n, int i) where TMoment : struct, IMomentNumbers => TMoment.Rounds ? CounterRandom.Noise(n.First, n.Second, (uint)i) : 0;

    private readonly struct Moved(float w, float m)
    {
        public readonly float W = w, M = m;
    }
}
