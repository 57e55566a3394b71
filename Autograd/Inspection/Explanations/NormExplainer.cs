namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>What the norms have in common: groups of channels are divided by their size, then scaled channel by channel.</summary>
/// <remarks>With n = (x − μ)·r and dn = dy ⊙ w of a group: dx = r·(dn − mean(dn) − n·mean(dn ⊙ n)), dw = Σ dy ⊙ n, db = Σ dy.
/// RMSNorm has neither μ nor mean(dn). All is computed again from x, so that a saved value that went stale does not agree.</remarks>
public abstract class NormExplainer : OpExplainer
{
    /// <summary>Whether the mean of a group is taken away first.</summary>
    protected abstract bool IsCentered { get; }

    /// <summary>ε under the root.</summary>
    protected abstract double Epsilon(NodeValues values);

    /// <summary>The channels that are normalised together with an element of x.</summary>
    protected abstract Group GroupOf(NodeValues values, int element);

    /// <summary>All groups that a weight (or bias) scales, in the order of x.</summary>
    protected abstract IReadOnlyList<Group> GroupsOf(NodeValues values, int input);

    /// <inheritdoc/>
    public override IReadOnlyList<Quantity> Rule(NodeValues values, int input, int element)
    {
        IReadOnlyList<Term> terms = Terms(values, input, element);
        double sum = terms.Sum(term => term.Value);
        if (input != 0)
        {
            string what = GroupsOf(values, input) is [var only] ? only.Label : FormattableString.Invariant($"{terms.Count} {Groups(values)}");
            string formula = IsBias(input) ? "dy" : "dy × n";
            return [new($"d{Symbol(values, input)}[{element}]", terms.Count > 3 ? $"Σ {formula} over {what}" : Shown.Sum(terms, formula), sum)];
        }
        Group group = GroupOf(values, element);
        string place = Shown.Place(values.InputShape(0), element);
        double x = values.Input(0)[element], dy = values.OutputGradient[element];
        if (group.Weight < 0) { return [new($"d{Symbol(values, 0)}{place}", $"dy{place}: these channels pass unchanged", dy)]; }
        Normed normed = Of(values, group);
        int c = element - group.Start;
        double n = normed.N[c], dn = normed.Dn[c];
        List<Quantity> lines = [];
        if (IsCentered) { lines.Add(new("μ", $"mean of {group.Size} x", normed.Mean)); }
        lines.Add(new("r", IsCentered ? "1/√(mean (x − μ)² + ε)" : "1/√(mean x² + ε)", normed.R));
        lines.Add(new($"n{place}", IsCentered ? $"(x − μ) × r = ({Shown.Number(x)} − {Shown.Operand(normed.Mean)}) × {Shown.Number(normed.R)}" : $"x × r = {Shown.Number(x)} × {Shown.Number(normed.R)}", n));
        lines.Add(new($"dn{place}", $"dy × {Symbol(values, group.Weight)} = {Shown.Number(dy)} × {Shown.Operand(values.Input(group.Weight)[c])}", dn));
        if (IsCentered) { lines.Add(new("mean(dn)", $"over {group.Size} channels", normed.MeanDn)); }
        lines.Add(new("mean(dn⊙n)", $"over {group.Size} channels", normed.MeanDnN));
        string middle = IsCentered ? $" − {Shown.Operand(normed.MeanDn)}" : "";
        lines.Add(new($"d{Symbol(values, 0)}{place}", $"{Shown.Number(normed.R)} × ({Shown.Number(dn)}{middle} − {Shown.Operand(n)} × {Shown.Operand(normed.MeanDnN)})", sum));
        return lines;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Term> Terms(NodeValues values, int input, int element)
    {
        Shape shape = values.InputShape(0);
        ReadOnlySpan<float> dy = values.OutputGradient;
        if (input != 0)
        {
            List<Term> sum = [];
            foreach (Group each in GroupsOf(values, input))
            {
                string there = Shown.Place(shape, each.Start + element);
                Factor upstream = new($"dy{there}", dy[each.Start + element]);
                sum.Add(IsBias(input) ? new Term(each.Label, upstream) : new Term(each.Label, upstream, new($"n{there}", N(values, each, element))));
            }
            return sum;
        }
        Group group = GroupOf(values, element);
        string place = Shown.Place(shape, element);
        if (group.Weight < 0) { return [new Term("passed", new Factor($"dy{place}", dy[element]))]; }
        Normed normed = Of(values, group);
        int c = element - group.Start;
        Factor r = new("r", normed.R), minus = new("−r", -normed.R);
        List<Term> terms = [new("direct", r, new($"dy{place}", dy[element]), new($"{Symbol(values, group.Weight)}[{c}]", values.Input(group.Weight)[c]))];
        if (IsCentered) { terms.Add(new("through μ", minus, new("mean(dn)", normed.MeanDn))); }
        terms.Add(new("through r", minus, new($"n{place}", normed.N[c]), new("mean(dn⊙n)", normed.MeanDnN)));
        return terms;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element)
    {
        Group group = GroupOf(values, element);
        string place = Shown.Place(values.OutputShape, element);
        double x = values.Input(0)[element];
        if (group.Weight < 0) { return [new($"y{place}", $"x{place}: these channels pass unchanged", x)]; }
        Normed normed = Of(values, group);
        int c = element - group.Start;
        double n = normed.N[c], w = values.Input(group.Weight)[c], b = IsBias(2) && values.InputCount == 3 ? values.Input(2)[c] : 0;
        List<Quantity> lines = [];
        if (IsCentered) { lines.Add(new("μ", $"mean of {group.Size} x", normed.Mean)); }
        lines.Add(new("r", IsCentered ? "1/√(mean (x − μ)² + ε)" : "1/√(mean x² + ε)", normed.R));
        lines.Add(new($"n{place}", IsCentered ? $"(x − μ) × r = ({Shown.Number(x)} − {Shown.Operand(normed.Mean)}) × {Shown.Number(normed.R)}" : $"x × r = {Shown.Number(x)} × {Shown.Number(normed.R)}", n));
        bool hasBias = IsBias(2) && values.InputCount == 3;
        lines.Add(new($"y{place}", $"n × {Symbol(values, group.Weight)}{(hasBias ? " + b" : "")} = {Shown.Number(n)} × {Shown.Operand(w)}{(hasBias ? $" + {Shown.Operand(b)}" : "")}", (n * w) + b));
        return lines;
    }

    /// <inheritdoc/>
    public override IEnumerable<Observation> Observe(NodeValues values, int input, int element)
    {
        int c = element;
        if (input == 0)
        {
            Group group = GroupOf(values, element);
            if (group.Weight < 0)
            {
                yield return new("passed", "Value heads are not normalised: the gradient passes unchanged.");
                yield break;
            }
            c = element - group.Start;
            Normed normed = Of(values, group);
            double limit = 1 / Math.Sqrt(Epsilon(values)), size = Math.Sqrt(Math.Max(0, (1 / (normed.R * normed.R)) - Epsilon(values)));
            if (normed.R > limit / Math.Sqrt(2))
            {
                yield return new("tiny row", $"The {(IsCentered ? "spread" : "size")} of {group.Label} is {Shown.Number(size)}, so small that ε decides: r = {Shown.Number(normed.R)} of at most {Shown.Number(limit)}, and every gradient grows by it.", 0, element);
            }
            double direct = Math.Abs(normed.Dn[c]), passed = Math.Abs(normed.Dn[c] - (IsCentered ? normed.MeanDn : 0) - (normed.N[c] * normed.MeanDnN));
            if (direct > 0 && passed < 0.1 * direct)
            {
                yield return new("cancelled", $"The direct part and the part through {(IsCentered ? "μ and r" : "r")} nearly cancel: what the gradient asks for here is mostly a change of the row's {(IsCentered ? "mean or spread" : "size")}, and the norm undoes that.");
            }
            if (values.Input(group.Weight)[c] == 0)
            {
                yield return new("closed channel", $"{Symbol(values, group.Weight)}[{c}] is 0: nothing comes through this channel directly, only through {(IsCentered ? "μ and r" : "r")}.", group.Weight, c);
            }
            yield break;
        }
        int count = GroupsOf(values, input).Count;
        yield return new("shared weight", FormattableString.Invariant($"{Symbol(values, input)}[{c}] {(IsBias(input) ? "shifts" : "scales")} channel {c} of all {count} {Groups(values)}: their gradients add up."));
    }

    /// <inheritdoc/>
    /// <remarks>The means and the deviations from μ are sums that may cancel: their parts count, not what is left of them.</remarks>
    public override double Magnitude(NodeValues values, int input, int element, IReadOnlyList<Term> terms)
    {
        if (IsBias(input) || (input == 0 && GroupOf(values, element).Weight < 0)) { return base.Magnitude(values, input, element, terms); }
        ReadOnlySpan<float> x = values.Input(0), dy = values.OutputGradient;
        double sum = 0;
        if (input != 0)
        {
            foreach (Group each in GroupsOf(values, input)) { sum += Math.Abs(dy[each.Start + element]) * Size(x[each.Start + element], Mean(values, each), Scale(values, each)); }
            return sum;
        }
        Group group = GroupOf(values, element);
        Normed normed = Of(values, group);
        int at = element - group.Start;
        double dnSize = 0, productSize = 0;
        for (int c = 0; c < group.Size; c++)
        {
            dnSize += Math.Abs(normed.Dn[c]) / group.Size;
            productSize += Math.Abs(normed.Dn[c]) * Size(x[group.Start + c], normed.Mean, normed.R) / group.Size;
        }
        double n = Size(x[element], normed.Mean, normed.R);
        return normed.R * (Math.Abs(normed.Dn[at]) + (IsCentered ? dnSize : 0) + (n * productSize));
    }

    /// <summary>"tokens", "heads": what the groups are.</summary>
    protected virtual string Groups(NodeValues values) => values.InputShape(0).Rank == 3 ? "tokens" : "rows";

    /// <summary>Whether an input is added, not multiplied.</summary>
    protected virtual bool IsBias(int input) => false;

    private static double Size(double x, double mean, double r) => (Math.Abs(x) + Math.Abs(mean)) * r;

    private double N(NodeValues values, Group group, int c) => (values.Input(0)[group.Start + c] - Mean(values, group)) * Scale(values, group);

    private double Mean(NodeValues values, Group group) => Statistics(values).Mean[group.Index];

    private double Scale(NodeValues values, Group group) => Statistics(values).R[group.Index];

    /// <summary>Mean and r of every group, by its index.</summary>
    private (double[] Mean, double[] R) Statistics(NodeValues values) => values.Remember("statistics", () =>
    {
        Dictionary<int, Group> groups = [];
        for (int input = 1; input < values.InputCount; input++)
        {
            foreach (Group group in GroupsOf(values, input)) { groups[group.Index] = group; }
        }
        int count = groups.Count == 0 ? 0 : groups.Keys.Max() + 1;
        double[] mean = new double[count], r = new double[count];
        foreach (Group group in groups.Values)
        {
            ReadOnlySpan<float> x = values.Input(0).Slice(group.Start, group.Size);
            double sum = 0, squares = 0;
            foreach (float value in x) { sum += value; }
            double mu = IsCentered ? sum / group.Size : 0;
            foreach (float value in x) { squares += (value - mu) * (value - mu); }
            (mean[group.Index], r[group.Index]) = (mu, 1 / Math.Sqrt((squares / group.Size) + Epsilon(values)));
        }
        return Tuple.Create(mean, r);
    }).ToValueTuple();

    private Normed Of(NodeValues values, Group group) => values.Remember(("group", group.Index), () =>
    {
        ReadOnlySpan<float> w = values.Input(group.Weight), dy = values.OutputGradient.Slice(group.Start, group.Size);
        double[] n = new double[group.Size], dn = new double[group.Size];
        double sum = 0, products = 0;
        for (int c = 0; c < group.Size; c++)
        {
            n[c] = N(values, group, c);
            dn[c] = (double)dy[c] * w[c];
            sum += dn[c];
            products += dn[c] * n[c];
        }
        return new Normed(Mean(values, group), Scale(values, group), n, dn, sum / group.Size, products / group.Size);
    });

    /// <summary>Channels that are normalised together.</summary>
    /// <param name="Index">Number of the group in x.</param>
    /// <param name="Start">Its first element.</param>
    /// <param name="Size">Its channels.</param>
    /// <param name="Weight">The input that scales them; −1: they pass unchanged.</param>
    /// <param name="Label">"token 3", "token 3, query head 1".</param>
    protected readonly record struct Group(int Index, int Start, int Size, int Weight, string Label);

    private sealed record Normed(double Mean, double R, double[] N, double[] Dn, double MeanDn, double MeanDnN);
}
