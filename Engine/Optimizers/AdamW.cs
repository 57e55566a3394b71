using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Optimizers;

/// <summary>m = β₁m + (1 − β₁)g, v = β₂v + (1 − β₂)g², w −= η(m̂/(√v̂ + ε) + λw) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).</summary>
/// <remarks>Loshchilov and Hutter 2019, arXiv:1711.05101. λ acts on matrices only, the embedding included, and is multiplied by η.</remarks>
public sealed class AdamW(Backend backend, ParameterSlabs slabs, double beta1, double beta2, double epsilon, double decay) : Optimizer(backend, slabs)
{
    public override string Name => "adamw";

    public override IReadOnlyList<(string Name, View Slab)> State { get; } = [("m", slabs.FirstMoments), ("v", slabs.SecondMoments)];

    public override void Step(long step, double learningRate, double gradientScale)
    {
        IReadOnlyList<SlabRange> ranges = Slabs.Ranges;
        for (int i = 0; i < ranges.Count; i++)
        {
            SlabRange range = ranges[i];
            Update(range.Offset, range.Length, new AdamWStep(
                (float)learningRate, (float)beta1, (float)beta2, (float)epsilon, (float)(range.Decays ? decay : 0), (int)step, (float)gradientScale));
        }
    }

    private void Update(int offset, int length, in AdamWStep step) => Backend.AdamW(
        Slabs.Values.Slice(offset, length), Slabs.Gradients.Slice(offset, length),
        Slabs.FirstMoments.Slice(offset, length), Slabs.SecondMoments.Slice(offset, length), step);
}
