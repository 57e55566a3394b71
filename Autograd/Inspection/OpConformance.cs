using PureLlm.Kernels;

namespace PureLlm.Autograd.Inspection;

/// <summary>One example of an op on two backends, compared.</summary>
/// <param name="Op">Name of the op, with the example's label.</param>
/// <param name="Elements">Numbers compared: the output, then the gradient of every input that has one.</param>
/// <param name="WorstElement">The one with the largest difference.</param>
/// <param name="Actual">Its value on the backend under test.</param>
/// <param name="Expected">Its value on the other.</param>
/// <param name="RelativeError">Largest difference / largest expected magnitude; infinite where one is not a number and the other is, or where a repetition had other bits.</param>
public sealed record OpConformanceResult(string Op, int Elements, int WorstElement, float Actual, float Expected, double RelativeError)
{
    public bool Passes(double tolerance = OpConformance.Tolerance) => RelativeError <= tolerance;
}

/// <summary>Compares a backend with another one on every example of every op, forward and backward, and with itself: a repetition has the same bits.</summary>
public static class OpConformance
{
    /// <summary>What float32 kernels are held to: sums in another order.</summary>
    public const double Tolerance = 1e-5;

    /// <summary>One result for each example of the catalog.</summary>
    public static IEnumerable<OpConformanceResult> Run(Backend actual, Backend expected) =>
        OpCatalog.Examples.Select(entry => Run(actual, expected, entry.Example));

    /// <summary>The result of one example.</summary>
    public static OpConformanceResult Run(Backend actual, Backend expected, OpExample example)
    {
        string name = example.Op(expected).Name;
        float[] ours = Results(actual, example), again = Results(actual, example), theirs = Results(expected, example);
        double worst = 0, scale = 1e-30;
        int element = 0;
        for (int i = 0; i < theirs.Length; i++)
        {
            double error = !ours[i].Equals(again[i]) ? double.PositiveInfinity
                : ours[i].Equals(theirs[i]) ? 0
                : double.IsFinite(ours[i] - theirs[i]) ? Math.Abs((double)ours[i] - theirs[i]) : double.PositiveInfinity;
            if (error > worst) { (worst, element) = (error, i); }
            if (float.IsFinite(theirs[i])) { scale = Math.Max(scale, Math.Abs(theirs[i])); }
        }
        return new OpConformanceResult(example.Label.Length == 0 ? name : $"{name} ({example.Label})", theirs.Length, element, ours[element], theirs[element], worst / scale);
    }

    private static float[] Results(Backend backend, OpExample example)
    {
        using ExampleRun run = new(backend, example);
        run.Step();
        return run.Results();
    }
}
