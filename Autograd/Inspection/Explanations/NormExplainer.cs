namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>What the norms have in common: groups of channels are divided by their size, then scaled channel by channel.</summary>
/// <remarks>With n = (x − μ)·r and dn = dy ⊙ w of a group: dx = r·(dn − mean(dn) − n·mean(dn ⊙ n)), dw = Σ dy ⊙ n, db = Σ dy.
/// RMSNorm has neither μ nor mean(dn). All is computed again from x, so that a saved value that went stale does not agree.</remarks>
internal abstract partial class NormExplainer : OpExplainer
{
    /// <summary>Whether the mean of a group is taken away first.</summary>
    protected abstract bool IsCentered { get; }

    /// <summary>ε under the root.</summary>
    protected abstract double Epsilon(NodeValues values);

    /// <summary>The channels that are normalised together with an element of x.</summary>
    protected abstract NormGroup GroupOf(NodeValues values, int element);

    /// <summary>All groups that a weight (or bias) scales, in the order of x.</summary>
    protected abstract IReadOnlyList<NormGroup> GroupsOf(NodeValues values, int input);

    /// <summary>What the groups are: "tokens".</summary>
    protected virtual string Groups => "tokens";

    /// <summary>Whether an input is added, not multiplied.</summary>
    protected virtual bool IsBias(int input) => false;

    public override IReadOnlyList<Term> Terms(NodeValues values, int input, int element)
    {
        Shape shape = values.InputShape(0);
        ReadOnlySpan<float> dy = values.OutputGradient;
        if (input != 0)
        {
            List<Term> sum = [];
            NormStatistics all = Statistics(values);
            foreach (NormGroup each in GroupsOf(values, input))
            {
                int at = each.Start + element;
                Factor upstream = new(Place.At("dy", shape, at), dy[at]);
                sum.Add(IsBias(input) ? new Term(each.Label, upstream) : new Term(each.Label, upstream, new Factor(Place.At("n", shape, at), all.N(each, values.Input(0)[at]))));
            }
            return sum;
        }
        NormGroup group = GroupOf(values, element);
        Factor dyHere = new(Place.At("dy", shape, element), dy[element]);
        if (group.Weight < 0) { return [new Term("passed on", dyHere)]; }
        NormRow row = Row(values, group);
        int c = element - group.Start;
        Factor r = new("r", row.R), minus = new("−r", -row.R);
        List<Term> terms = [new("direct", r, dyHere, new($"{Symbol(values, group.Weight)}[{c}]", values.Input(group.Weight)[c]))];
        if (IsCentered) { terms.Add(new("through μ", minus, new("mean(dn)", row.MeanDn))); }
        terms.Add(new("through r", minus, new(Place.At("n", shape, element), row.N[c]), new("mean(dn ⊙ n)", row.MeanDnN)));
        return terms;
    }

    public override IReadOnlyList<Quantity> Rule(NodeValues values, int input, int element)
    {
        if (input != 0)
        {
            string letters = Place.RowLetters(values.InputShape(0)), sum = letters.Length == 0 ? "" : $"Σ_{(letters.Length == 1 ? letters : $"({letters})")} ";
            return [.. RuleLines.Sum($"d{Symbol(values, input)}[{element}]", $"{sum}dy{(IsBias(input) ? "" : "·n")} over {GroupsOf(values, input).Count} {Groups}", Terms(values, input, element))];
        }
        Shape shape = values.InputShape(0);
        NormGroup group = GroupOf(values, element);
        double dy = values.OutputGradient[element];
        string result = Place.At("dx", shape, element);
        if (group.Weight < 0) { return [new(result, $"{Place.At("dy", shape, element)}, which passes unchanged", dy)]; }
        NormRow row = Row(values, group);
        int c = element - group.Start;
        double n = row.N[c], dn = row.Dn[c], w = values.Input(group.Weight)[c];
        (string atN, string atDn, string mu) = (Place.At("n", shape, element), Place.At("dn", shape, element), IsCentered ? " − mean(dn)" : "");
        List<Quantity> lines = [.. Normalised(values, group, row, element)];
        lines.Add(new(atDn, $"dy·{Symbol(values, group.Weight)} = {NumberText.Of(dy)}·{NumberText.Operand(w)}", dn));
        if (IsCentered) { lines.Add(new("mean(dn)", $"over {group.Size} channels", row.MeanDn)); }
        lines.Add(new("mean(dn ⊙ n)", $"over {group.Size} channels", row.MeanDnN));
        lines.AddRange(RuleLines.Both(result, $"r·({atDn}{mu} − {atN}·mean(dn ⊙ n))",
            $"{NumberText.Of(row.R)}·({NumberText.Of(dn)}{(IsCentered ? $" − {NumberText.Operand(row.MeanDn)}" : "")} − {NumberText.Operand(n)}·{NumberText.Operand(row.MeanDnN)})",
            row.R * (dn - (IsCentered ? row.MeanDn : 0) - (n * row.MeanDnN))));
        return lines;
    }

    public override IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element)
    {
        Shape shape = values.OutputShape;
        NormGroup group = GroupOf(values, element);
        string result = Place.At("y", shape, element);
        if (group.Weight < 0) { return [new(result, $"{Place.At("x", shape, element)}, which passes unchanged", values.Input(0)[element])]; }
        NormRow row = Row(values, group);
        int c = element - group.Start;
        bool hasBias = values.InputCount == 3 && IsBias(2);
        double n = row.N[c], w = values.Input(group.Weight)[c], b = hasBias ? values.Input(2)[c] : 0;
        return
        [
            .. Normalised(values, group, row, element),
            .. RuleLines.Both(result, $"{Place.At("n", shape, element)}·{Symbol(values, group.Weight)}[{c}]{(hasBias ? $" + b[{c}]" : "")}",
                $"{NumberText.Of(n)}·{NumberText.Operand(w)}{(hasBias ? $" + {NumberText.Operand(b)}" : "")}", (n * w) + b),
        ];
    }

    /// <remarks>The means and the deviations from μ are sums that may cancel: their parts count, not what is left of them.</remarks>
    public override double Magnitude(NodeValues values, int input, int element, IReadOnlyList<Term> terms)
    {
        if (IsBias(input) || (input == 0 && GroupOf(values, element).Weight < 0)) { return base.Magnitude(values, input, element, terms); }
        ReadOnlySpan<float> x = values.Input(0), dy = values.OutputGradient;
        NormStatistics all = Statistics(values);
        double sum = 0;
        if (input != 0)
        {
            foreach (NormGroup each in GroupsOf(values, input)) { sum += Math.Abs(dy[each.Start + element]) * all.Size(each, x[each.Start + element]); }
            return sum;
        }
        NormGroup group = GroupOf(values, element);
        NormRow row = Row(values, group);
        (double n, double size) = (Math.Abs(row.N[element - group.Start]), all.Size(group, x[element]));
        for (int c = 0; c < group.Size; c++) { sum += Math.Abs(row.Dn[c]) * ((IsCentered ? 1 : 0) + (n * all.Size(group, x[group.Start + c])) + (size * Math.Abs(row.N[c]))); }
        return row.R * (Math.Abs(row.Dn[element - group.Start]) + (sum / group.Size));
    }

    public override double ToleranceInUlps(NodeValues values, int input) => 5;

    /// <summary>μ, r and n of an element.</summary>
    private IEnumerable<Quantity> Normalised(NodeValues values, NormGroup group, NormRow row, int element)
    {
        double x = values.Input(0)[element];
        if (IsCentered) { yield return new("μ", $"mean of {group.Size} x", row.Mean); }
        yield return new("r", IsCentered ? "1/√(mean (x − μ)² + ε)" : "1/√(mean x² + ε)", row.R);
        yield return new(Place.At("n", values.InputShape(0), element), IsCentered
            ? $"(x − μ)·r = ({NumberText.Of(x)} − {NumberText.Operand(row.Mean)})·{NumberText.Of(row.R)}"
            : $"x·r = {NumberText.Of(x)}·{NumberText.Of(row.R)}", row.N[element - group.Start]);
    }

    private NormStatistics Statistics(NodeValues values) => values.Remember("statistics", () => NormStatistics.Of(values, IsCentered, Epsilon(values), Enumerable.Range(1, values.InputCount - 1).SelectMany(input => GroupsOf(values, input))));

    private NormRow Row(NodeValues values, NormGroup group) => values.Remember(("group", group.Index), () => NormRow.Of(values, Statistics(values), group));
}
