namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>How an op's backward pass is explained: its formulas, and for one element of an input's gradient the numbers that it is made of.</summary>
/// <remarks>Every op has one (a test refuses an op without): <see cref="OpExplainers.For"/>. Explainers are stateless.
/// The arithmetic is float64 on the values that the kernels read, so that the sum of the terms differs from the kernels' gradient by their rounding alone.</remarks>
public abstract class OpExplainer
{
    /// <summary>The forward formula: "y = x·r·w,  r = 1/√(mean x² + ε)".</summary>
    public abstract Formula Forward(NodeValues values);

    /// <summary>The rule of an input's gradient: "dx = r·(dn − n·mean(dn ⊙ n))".</summary>
    public abstract Formula Backward(NodeValues values, int input);

    /// <summary>The rule of one element's gradient, where an input has several: queries, keys and values side by side.</summary>
    public virtual Formula Backward(NodeValues values, int input, int element) => Backward(values, input);

    /// <summary>The symbol of an input in the formulas: "x", "W".</summary>
    public abstract string Symbol(NodeValues values, int input);

    /// <summary>The rule of one element with its indices and numbers, from what is given to the result: the lines that a learner would write.</summary>
    public abstract IReadOnlyList<Quantity> Rule(NodeValues values, int input, int element);

    /// <summary>The summands of what this node adds to one element of the gradient of an input.</summary>
    /// <remarks>Of this input alone: where a node reads one tensor twice (x·x), its share of that tensor's gradient is that of all of <see cref="NodeValues.SameAs"/>: <see cref="TensorTerms"/>.</remarks>
    /// <param name="values">The recorded node.</param>
    /// <param name="input">Which input.</param>
    /// <param name="element">Which element of it, row-major.</param>
    public abstract IReadOnlyList<Term> Terms(NodeValues values, int input, int element);

    /// <summary>The summands of all inputs that are the same tensor as this one: all that the node adds to an element of that tensor's gradient.</summary>
    public IReadOnlyList<Term> TensorTerms(NodeValues values, int input, int element)
    {
        IReadOnlyList<int> same = values.SameAs(input);
        return same.Count == 1
            ? Terms(values, input, element)
            : [.. same.SelectMany(i => Terms(values, i, element).Select(term => term with { Label = $"as {Symbol(values, i)}: {term.Label}" }))];
    }

    /// <summary>The rule for all inputs that are the same tensor as this one; where there are several, the last line adds them up.</summary>
    public IReadOnlyList<Quantity> TensorRule(NodeValues values, int input, int element)
    {
        IReadOnlyList<int> same = values.SameAs(input);
        if (same.Count == 1) { return Rule(values, input, element); }
        List<Quantity> lines = [];
        List<Quantity> parts = [];
        foreach (int i in same)
        {
            lines.AddRange(Rule(values, i, element));
            parts.Add(lines[^1]);
        }
        lines.Add(new Quantity(string.Join(" + ", parts.Select(part => part.Name)), string.Join(" + ", parts.Select((part, i) => i == 0 ? NumberText.Of(part.Value) : NumberText.Operand(part.Value))), parts.Sum(part => part.Value)));
        return lines;
    }

    /// <summary>How one element of the output was made, forward.</summary>
    public abstract IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element);

    /// <summary>What deserves a remark about an element.</summary>
    public virtual IEnumerable<Observation> Observe(NodeValues values, int input, int element) => [];

    /// <summary>What one element of a tensor stands for beyond its index: "token 3, head 1, channel 5"; empty: nothing.</summary>
    public virtual string Describe(NodeValues values, int input, int element) => "";

    /// <summary>The size in whose last places the kernels' rounding is counted: Σ |terms|, or more where factors are differences of larger numbers.</summary>
    /// <param name="values">The recorded node.</param>
    /// <param name="input">Which input.</param>
    /// <param name="element">Which element of it.</param>
    /// <param name="terms">Its <see cref="Terms"/>.</param>
    public virtual double Magnitude(NodeValues values, int input, int element, IReadOnlyList<Term> terms)
    {
        double sum = 0;
        for (int i = 0; i < terms.Count; i++) { sum += Math.Abs(terms[i].Value); }
        return sum;
    }

    /// <summary>How far the kernels' float32 sum may be from the float64 terms, in units in the last place of the <see cref="Magnitude"/>; <see cref="TermSum"/> compares.</summary>
    public virtual double ToleranceInUlps(NodeValues values, int input) => 8;

    /// <summary>Places of the source that compute this gradient, most telling first: the op's Backward, then the kernel.</summary>
    public abstract IReadOnlyList<SourcePlace> Source(NodeValues values, int input);
}
