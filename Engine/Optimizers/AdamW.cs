using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Optimizers;

/// <summary>m = β₁m + (1 − β₁)g, v = β₂v + (1 − β₂)g², w −= η(m̂/(√v̂ + ε) + λw) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).</summary>
/// <remarks>Loshchilov and Hutter 2019, arXiv:1711.05101. λ acts on matrices only, the embedding included, and is multiplied by η.</remarks>
public sealed class AdamW : Optimizer
{
    private readonly AdamWStep hyper;
    private readonly double decay;
    private readonly View m, v;

    public AdamW(Backend backend, ParameterSlabs slabs, double beta1, double beta2, double epsilon, double decay, MomentStorage storage = default) : base(backend, slabs, storage)
    {
        hyper = new AdamWStep(0, (float)beta1, (float)beta2, (float)epsilon, 0, 0, 1);
        this.decay = decay;
        (m, v) = (Moment(slabs.Length), Moment(slabs.Length));
        State = [("m", m), ("v", v)];
    }

    public override string Name => "adamw";

    public override IReadOnlyList<(string Name, View Slab)> State { get; }

    public override UpdateRule RuleOf(Parameter parameter) => new AdamWRule(
        (double)(decimal)hyper.Beta1, (double)(decimal)hyper.Beta2, hyper.Epsilon, parameter.Decays ? decay : 0,
        m.Slice(parameter.Offset, parameter.Shape.Length), v.Slice(parameter.Offset, parameter.Shape.Length));

    public override void Step(long step, double learningRate, GradientScale scale)
    {
        SetRandomness(step);
        IReadOnlyList<SlabRange> ranges = Slabs.Ranges;
        for (int i = 0; i < ranges.Count; i++)
        {
            (int offset, int length, bool decays) = ranges[i];
            Backend.AdamW(Slabs.ValuesOf(offset, length), Slabs.GradientsOf(offset, length), m.Slice(offset, length), v.Slice(offset, length), hyper with
            {
                LearningRate = (float)learningRate,
                WeightDecay = (float)(decays ? decay : 0),
                Step = (int)step,
                GradientScale = scale,
            });
        }
    }
}
