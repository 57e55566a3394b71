namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>The loss of one row in float64: its probabilities, and what is asked of its logits.</summary>
/// <param name="Logits">z.</param>
/// <param name="LogSumExp">ln Σ exp z.</param>
/// <param name="Target">The class that should have been likely; <see cref="Tokens.Ignored"/>: the row counts nothing.</param>
internal sealed record LossRow(double[] Logits, double LogSumExp, int Target)
{
    // The kernels make probabilities below e⁻⁶⁹ exactly 0; this many last places cover them.
    private const double Underflow = 1e-23;

    public bool IsIgnored => Target == Tokens.Ignored;

    /// <summary>The loss of the row before the weight.</summary>
    public double Loss => IsIgnored ? 0 : LogSumExp - Logits[Target];

    public static LossRow Of(double[] logits, int target)
    {
        double max = double.NegativeInfinity, sum = 0;
        foreach (double z in logits) { max = Math.Max(max, z); }
        foreach (double z in logits) { sum += Math.Exp(z - max); }
        return new LossRow(logits, max + Math.Log(sum), target);
    }

    public double Probability(int column) => Math.Exp(Logits[column] - LogSumExp);

    /// <summary>p − 1[target].</summary>
    public double Push(int column) => IsIgnored ? 0 : Probability(column) - (column == Target ? 1 : 0);

    /// <summary>What the rounding of p − 1[target] is counted by.</summary>
    public double Size(int column) => IsIgnored ? 0 : SizeOf(Logits[column], LogSumExp, column == Target);

    public static double SizeOf(double logit, double logSumExp, bool isTarget) =>
        (Math.Exp(logit - logSumExp) * (1 + Math.Abs(logit) + Math.Abs(logSumExp))) + (isTarget ? 1 : 0) + Underflow;

    /// <summary>Remarks that hold for every number of the row.</summary>
    /// <param name="row">How the row is called: "token 3".</param>
    public IEnumerable<Observation> Observe(string row)
    {
        if (IsIgnored)
        {
            yield return new("ignored target", $"{row} has an ignored target: it takes no part in the loss, and its gradient is exactly 0");
            yield break;
        }
        double p = Probability(Target);
        string loss = NumberText.Of(Loss);
        if (p < 0.05)
        {
            yield return new("surprised", $"p(target) = {NumberText.Of(p)} for vocabulary {Target}, a loss of {loss}: a big push, {NumberText.Of(1 - p)} of the weight");
        }
        else if (p > 0.99)
        {
            yield return new("confident", $"p(target) = {NumberText.Of(p)} for vocabulary {Target}, a loss of {loss}: {row} is learned, and hardly any gradient is left");
        }
        else if (Likeliest is var best && best != Target)
        {
            yield return new("outvoted", $"vocabulary {best} is likelier than the target, vocabulary {Target}: p = {NumberText.Of(Probability(best))} against {NumberText.Of(p)}");
        }
    }

    private int Likeliest
    {
        get
        {
            int best = 0;
            for (int v = 1; v < Logits.Length; v++) { best = Logits[v] > Logits[best] ? v : best; }
            return best;
        }
    }
}
