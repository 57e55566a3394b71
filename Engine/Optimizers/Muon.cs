using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Optimizers;

/// <summary>Momentum whose update is orthogonalised, for the matrices inside the blocks; AdamW for embeddings, output head, biases and norms.</summary>
/// <remarks>
/// M = μM + g, U = nesterov ? g + μM : M, O = <see cref="NewtonSchulz"/>(U), w −= η(0.2·√max(rows, columns)·O + λw).
/// Jordan et al. 2024; the factor 0.2·√max, which gives the update the size of an AdamW update so that one learning rate and one decay serve both,
/// is that of Liu et al. 2025, arXiv:2502.16982. Query, key and value matrices that are stored as one are updated as three.
/// </remarks>
public sealed class Muon : Optimizer
{
    /// <summary>Root mean square of an AdamW update, matched by the scaling rule.</summary>
    public const double UpdateSize = 0.2;

    private readonly double momentum, decay;
    private readonly bool nesterov;
    private readonly AdamWStep adam;
    private readonly HiddenMatrix[] matrices;
    private readonly SlabRange[] others;
    private readonly View m, v;
    private readonly NewtonSchulz newtonSchulz;
    private readonly TensorBuffer update;

    /// <param name="backend">Where the slabs live.</param>
    /// <param name="slabs">All parameters.</param>
    /// <param name="model">Sizes of the packed projections.</param>
    /// <param name="train">Momentum, nesterov and decay; betas and epsilon for the AdamW part.</param>
    public Muon(Backend backend, ParameterSlabs slabs, ModelConfig model, TrainSection train, MomentStorage storage = default) : base(backend, slabs, storage)
    {
        (momentum, decay, nesterov) = (train.Momentum, train.Decay, train.Nesterov);
        adam = new AdamWStep(0, (float)train.Beta1, (float)train.Beta2, (float)train.Epsilon, 0, 0, 1);
        matrices = [.. slabs.Parameters.SelectMany(parameter => HiddenMatrix.PartsOf(parameter, model))];
        others = [.. slabs.Parameters.Where(parameter => !HiddenMatrix.Is(parameter))
            .Select(parameter => new SlabRange(parameter.Offset, parameter.Shape.Length, parameter.Decays))];
        newtonSchulz = new NewtonSchulz(backend, matrices.Select(matrix => (matrix.Rows, matrix.Columns)));
        update = backend.Allocate(matrices.Length == 0 ? 1 : matrices.Max(matrix => matrix.Length));
        // v has no gaps: only what AdamW updates, one parameter after the other.
        (m, v) = (Moment(slabs.Length), Moment(others.Sum(other => other.Length)));
        State = [("m", m), ("v", v)];
    }

    public override string Name => "muon";

    public override IReadOnlyList<(string Name, View Slab)> State { get; }

    public override UpdateRule RuleOf(Parameter parameter)
    {
        View mean = m.Slice(parameter.Offset, parameter.Shape.Length);
        HiddenMatrix[] parts = [.. matrices.Where(matrix => matrix.Offset >= parameter.Offset && matrix.Offset < parameter.Offset + parameter.Shape.Length)];
        if (parts.Length > 0) { return new MuonRule(momentum, decay, nesterov, parts, mean); }
        int place = others.TakeWhile(other => other.Offset != parameter.Offset).Sum(other => other.Length);
        return new AdamWRule((double)(decimal)adam.Beta1, (double)(decimal)adam.Beta2, adam.Epsilon, parameter.Decays ? decay : 0, mean, v.Slice(place, parameter.Shape.Length));
    }

    public override void Step(long step, double learningRate, GradientScale scale)
    {
        SetRandomness(step);
        foreach (HiddenMatrix matrix in matrices)
        {
            Step(matrix, learningRate, scale);
        }
        int place = 0;
        foreach ((int offset, int length, bool decays) in others)
        {
            AdamWStep part = adam with { LearningRate = (float)learningRate, WeightDecay = (float)(decays ? decay : 0), Step = (int)step, GradientScale = scale };
            Backend.AdamW(Slabs.ValuesOf(offset, length), Slabs.GradientsOf(offset, length), m.Slice(offset, length), v.Slice(place, length), part);
            place += length;
        }
    }

    private void Step(HiddenMatrix matrix, double learningRate, GradientScale scale)
    {
        View u = new(update, 0, matrix.Length);
        Backend.Momentum(Slabs.GradientsOf(matrix.Offset, matrix.Length), m.Slice(matrix.Offset, matrix.Length), u, (float)momentum, nesterov, scale);
        newtonSchulz.Orthogonalize(u, matrix.Rows, matrix.Columns);
        Backend.Sgd(
            Slabs.ValuesOf(matrix.Offset, matrix.Length), u, default, (float)learningRate, momentum: 0, (float)decay, nesterov: false,
            scale: (float)(UpdateSize * Math.Sqrt(Math.Max(matrix.Rows, matrix.Columns))));
    }

    public override void Dispose()
    {
        newtonSchulz.Dispose();
        update.Dispose();
        base.Dispose();
    }
}
