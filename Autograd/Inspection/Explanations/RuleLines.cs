namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Lines of rules: first with symbols, then with the numbers in their places.</summary>
internal static class RuleLines
{
    private const int Shown = 4;

    /// <summary>A line with symbols, and the same with numbers where that says more.</summary>
    public static IEnumerable<Quantity> Both(string name, string symbols, string numbers, double value)
    {
        yield return new Quantity(name, symbols, value);
        if (numbers != NumberText.Of(value)) { yield return new Quantity(name, numbers, value); }
    }

    /// <summary>A sum of terms: its symbols, then the numbers of the first few.</summary>
    public static IEnumerable<Quantity> Sum(string name, string symbols, IReadOnlyList<Term> terms)
    {
        double value = terms.Sum(term => term.Value);
        string numbers = terms.Count == 0 ? "0" : string.Join(" + ", terms.Take(terms.Count > Shown + 1 ? Shown : Shown + 1).Select((term, i) => Product(term, isFirst: i == 0)));
        if (terms.Count > Shown + 1) { numbers += $" + … ({terms.Count - Shown} more)"; }
        return Both(name, symbols, numbers, value);
    }

    /// <summary>The factors of a term as a product: "0.1938·(−1.56893)"; what comes first needs no parentheses.</summary>
    private static string Product(Term term, bool isFirst) =>
        string.Join('·', term.Factors.Select((factor, i) => isFirst && i == 0 ? NumberText.Of(factor.Value) : NumberText.Operand(factor.Value)));
}
