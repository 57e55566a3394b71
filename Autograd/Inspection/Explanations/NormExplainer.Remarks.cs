namespace PureLlm.Autograd.Inspection.Explanations;

// What is worth knowing about an element of a norm.
internal abstract partial class NormExplainer
{
    public override IEnumerable<Observation> Observe(NodeValues values, int input, int element)
    {
        if (input != 0)
        {
            yield return new("shared weight", $"{Symbol(values, input)}[{element}] {(IsBias(input) ? "shifts" : "scales")} channel {element} of all {GroupsOf(values, input).Count} {Groups}: what they ask for adds up");
            yield break;
        }
        NormGroup group = GroupOf(values, element);
        if (group.Weight < 0)
        {
            yield return new("passed on", "value heads are not normalised: the gradient passes unchanged");
            yield break;
        }
        int c = element - group.Start;
        NormRow row = Row(values, group);
        double epsilon = Epsilon(values), limit = 1 / Math.Sqrt(epsilon), size = Math.Sqrt(Math.Max(0, (1 / (row.R * row.R)) - epsilon));
        string spread = IsCentered ? "spread" : "size", through = IsCentered ? "μ and r" : "r";
        if (size * size < epsilon)
        {
            yield return new("tiny row", $"the {spread} of {group.Label} is {NumberText.Of(size)}, so small that ε decides: r = {NumberText.Of(row.R)} of at most {NumberText.Of(limit)}, and every gradient grows by it", 0, element);
        }
        if (values.Input(group.Weight)[c] == 0)
        {
            yield return new("closed channel", $"{Symbol(values, group.Weight)}[{c}] is 0: nothing comes through this channel directly, only through {through}", group.Weight, c);
        }
        double direct = Math.Abs(row.Dn[c]), left = Math.Abs(row.Dn[c] - (IsCentered ? row.MeanDn : 0) - (row.N[c] * row.MeanDnN));
        if (direct > 0 && left < 0.1 * direct)
        {
            yield return new("cancelled", $"the direct part and the part through {through} nearly cancel: most of what is asked for here is another {(IsCentered ? "mean or spread" : "size")} of the row, which the norm takes away again");
        }
    }
}
