using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Updates;

/// <summary>Muon's way from a gradient to an orthogonal update, for one matrix.</summary>
/// <param name="Matrix">Which.</param>
/// <param name="Look">The momentum, or its look-ahead: what is orthogonalised.</param>
/// <param name="Iterates">After 0 to 5 Newton–Schulz steps; of a large matrix the last alone.</param>
/// <param name="SingularValues">Of each iterate, largest first; none for a large matrix.</param>
internal sealed record MuonMatrix(HiddenMatrix Matrix, float[] Look, IReadOnlyList<float[]> Iterates, IReadOnlyList<double[]> SingularValues)
{
    /// <summary>Smaller side up to which the way is shown step by step.</summary>
    public const int ShownSide = 64;

    /// <summary>Repeats the step of the optimizer with its own kernels.</summary>
    public static MuonMatrix Of(Backend backend, MuonRule rule, HiddenMatrix matrix, float[] gradient, float[] momentum, float clipScale)
    {
        float[] look = new float[gradient.Length];
        for (int i = 0; i < look.Length; i++)
        {
            float g = gradient[i] * clipScale, m = MathF.FusedMultiplyAdd((float)rule.Momentum, momentum[i], g);
            look[i] = rule.Nesterov ? MathF.FusedMultiplyAdd((float)rule.Momentum, m, g) : m;
        }
        bool isSmall = Math.Min(matrix.Rows, matrix.Columns) <= ShownSide;
        using NewtonSchulz newtonSchulz = new(backend, [(matrix.Rows, matrix.Columns)]);
        using TensorBuffer memory = backend.Allocate(matrix.Length);
        View x = new(memory, 0, matrix.Length);
        List<float[]> iterates = [];
        for (int steps = isSmall ? 0 : NewtonSchulz.Iterations; steps <= NewtonSchulz.Iterations; steps++)
        {
            backend.Write(look, x);
            newtonSchulz.Orthogonalize(x, matrix.Rows, matrix.Columns, steps);
            float[] iterate = new float[matrix.Length];
            backend.Read(x, iterate);
            iterates.Add(iterate);
        }
        return new MuonMatrix(matrix, look, iterates, isSmall ? [.. iterates.Select(iterate => Updates.SingularValues.Of(iterate, matrix.Rows, matrix.Columns))] : []);
    }
}
