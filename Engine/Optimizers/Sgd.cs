using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Optimizers;

/// <summary>g' = g + λw (matrices only), m = μm + g', w −= η·(nesterov ? g' + μm : m).</summary>
/// <remarks>Stochastic gradient descent with momentum (Polyak 1964; Sutskever et al. 2013). λ is the L2 term, inside the momentum. Without momentum nothing is remembered.</remarks>
public sealed class Sgd : Optimizer
{
    private readonly double momentum, decay;
    private readonly bool nesterov;
    private readonly View m;

    public Sgd(Backend backend, ParameterSlabs slabs, double momentum, double decay, bool nesterov, MomentStorage storage = default) : base(backend, slabs, storage)
    {
        (this.momentum, this.decay, this.nesterov) = (momentum, decay, nesterov);
        m = momentum == 0 ? default : Moment(slabs.Length);
        State = m.IsEmpty ? [] : [("m", m)];
    }

    public override string Name => "sgd";

    public override IReadOnlyList<(string Name, View Slab)> State { get; }

    public override UpdateRule RuleOf(Parameter parameter) =>
        new SgdRule(momentum, parameter.Decays ? decay : 0, nesterov, m.IsEmpty ? m : m.Slice(parameter.Offset, parameter.Shape.Length));

    public override void Step(long step, double learningRate, GradientScale scale)
    {
        SetRandomness(step);
        IReadOnlyList<SlabRange> ranges = Slabs.Ranges;
        for (int i = 0; i < ranges.Count; i++)
        {
            (int offset, int length, bool decays) = ranges[i];
            Backend.Sgd(
                Slabs.ValuesOf(offset, length), Slabs.GradientsOf(offset, length), m.IsEmpty ? m : m.Slice(offset, length),
                (float)learningRate, (float)momentum, (float)(decays ? decay : 0), nesterov, scale);
        }
    }
}
