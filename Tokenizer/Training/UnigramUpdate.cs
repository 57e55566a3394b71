namespace PureLlm.Tokenizer.Training;

/// <summary>New probabilities from expected counts.</summary>
internal static class UnigramUpdate
{
    /// <summary>Expected less often than this, a token is dropped, or counts as so often where it must stay.</summary>
    private const double Least = 0.5;

    /// <summary>log p = digamma(count) − digamma(sum), a sparse prior (Liang and Klein 2007); drops rare tokens other than characters.</summary>
    public static void Bayesian(UnigramTokens tokens, double[] expected)
    {
        double sum = 0;
        for (int id = 0; id < tokens.Count; id++)
        {
            expected[id] = expected[id] >= Least ? expected[id] : tokens.IsCharacter(id) ? Least : 0;
            sum += expected[id];
        }
        double log = Digamma(sum);
        for (int id = 0; id < tokens.Count; id++)
        {
            tokens.LogProbabilities[id] = expected[id] > 0 ? Digamma(expected[id]) - log : double.NegativeInfinity;
        }
    }

    /// <summary>log p = log(count / sum); no token is dropped.</summary>
    public static void MaximumLikelihood(UnigramTokens tokens, double[] expected)
    {
        double log = Math.Log(expected.Sum(count => Math.Max(count, Least)));
        for (int id = 0; id < tokens.Count; id++)
        {
            tokens.LogProbabilities[id] = Math.Log(Math.Max(expected[id], Least)) - log;
        }
    }

    /// <summary>The derivative of log Γ, for x > 0: recurrence up to 8, then the asymptotic series.</summary>
    internal static double Digamma(double x)
    {
        double shift = 0;
        for (; x < 8; x++)
        {
            shift -= 1 / x;
        }
        double r = 1 / (x * x);
        return shift + Math.Log(x) - (0.5 / x) - (r * ((1.0 / 12) - (r * ((1.0 / 120) - (r * ((1.0 / 252) - (r * ((1.0 / 240) - (r / 132)))))))));
    }
}
