namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Channels that are normalised together.</summary>
/// <param name="Index">Number of the group in x.</param>
/// <param name="Start">Its first element.</param>
/// <param name="Size">Its channels.</param>
/// <param name="Weight">The input that scales them; −1: they pass unchanged.</param>
/// <param name="Label">"token 3", "token 3, head 1 (query)".</param>
internal readonly record struct NormGroup(int Index, int Start, int Size, int Weight, string Label);

/// <summary>Mean (0 where none is taken away) and r of every group, by its index.</summary>
internal sealed record NormStatistics(double[] Mean, double[] R)
{
    public static NormStatistics Of(NodeValues values, bool isCentered, double epsilon, IEnumerable<NormGroup> groups)
    {
        ReadOnlySpan<float> x = values.Input(0);
        NormGroup[] all = [.. groups];
        int count = all.Length == 0 ? 0 : all.Max(group => group.Index) + 1;
        NormStatistics statistics = new(new double[count], new double[count]);
        foreach (NormGroup group in all)
        {
            double sum = 0, squares = 0;
            foreach (float value in x.Slice(group.Start, group.Size)) { sum += value; }
            double mean = isCentered ? sum / group.Size : 0;
            foreach (float value in x.Slice(group.Start, group.Size)) { squares += (value - mean) * (value - mean); }
            (statistics.Mean[group.Index], statistics.R[group.Index]) = (mean, 1 / Math.Sqrt((squares / group.Size) + epsilon));
        }
        return statistics;
    }

    /// <summary>n = (x − μ)·r.</summary>
    public double N(NormGroup group, double x) => (x - Mean[group.Index]) * R[group.Index];

    /// <summary>What the rounding of n is counted by.</summary>
    public double Size(NormGroup group, double x) => (Math.Abs(x) + Math.Abs(Mean[group.Index])) * R[group.Index];
}

/// <summary>One group: n, dn = dy ⊙ w, and the means that the rule subtracts.</summary>
internal sealed record NormRow(double Mean, double R, double[] N, double[] Dn, double MeanDn, double MeanDnN)
{
    public static NormRow Of(NodeValues values, NormStatistics statistics, NormGroup group)
    {
        ReadOnlySpan<float> x = values.Input(0).Slice(group.Start, group.Size), w = values.Input(group.Weight), dy = values.OutputGradient.Slice(group.Start, group.Size);
        double[] n = new double[group.Size], dn = new double[group.Size];
        double sum = 0, products = 0;
        for (int c = 0; c < group.Size; c++)
        {
            n[c] = statistics.N(group, x[c]);
            dn[c] = (double)dy[c] * w[c];
            sum += dn[c];
            products += dn[c] * n[c];
        }
        return new NormRow(statistics.Mean[group.Index], statistics.R[group.Index], n, dn, sum / group.Size, products / group.Size);
    }
}
