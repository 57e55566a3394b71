namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Writes a formula in LaTeX, for math mode.</summary>
internal static class FormulaLatex
{
    public static string Write(FormulaNode node) => node switch
    {
        NumberNode number => number.Digits,
        SymbolNode symbol => FormulaSigns.Latex(symbol.Name),
        TextNode text => $@"\text{{{Escape(text.Words)}}}",
        GroupNode group => Fence("(", group.Inner, ")"),
        IversonNode iverson => Fence("[", iverson.Inner, "]"),
        BinaryNode { Operator: "/" } fraction => $@"\frac{{{Write(FormulaSigns.Bare(fraction.Left))}}}{{{Write(FormulaSigns.Bare(fraction.Right))}}}",
        BinaryNode binary => $"{Fenced(binary.Left, true, binary.Operator)} {FormulaSigns.LatexOperator(binary.Operator)} {Fenced(binary.Right, false, binary.Operator)}",
        NegativeNode negative => $"-{Write(negative.Inner)}",
        PartialNode partial => $@"\partial {Write(partial.Inner)}",
        PowerNode power => $"{Base(power.Base)}^{{{Write(FormulaSigns.Exponent(power.Exponent))}}}",
        TransposedNode transposed => $@"{Base(transposed.Base)}^\top",
        PrimeNode prime => $"{Base(prime.Base)}'",
        SubscriptNode subscript => $"{Base(subscript.Base)}_{{{Write(subscript.Index)}}}",
        IndexedNode indexed => $"{Base(indexed.Base)}_{{{Join(indexed.Indices, ",")}}}",
        CallNode call => Function(call.Function) + (call.Arguments.Any(FormulaSigns.IsTall) ? $@"\left({Join(call.Arguments, ", ")}\right)" : $"({Join(call.Arguments, ", ")})"),
        AccentNode accent => $@"\{accent.Kind}{{{Write(accent.Inner)}}}",
        RootNode root => $@"\sqrt{(root.Degree is null ? "" : $"[{Write(root.Degree)}]")}{{{Write(FormulaSigns.Bare(root.Inner))}}}",
        BarsNode bars => bars.Kind == "abs" ? Fence("|", bars.Inner, "|") : Fence(@"\|", bars.Inner, @"\|"),
        BigNode big => $@"\{big.Kind}{(big.Under.Count == 0 ? "" : $"_{{{Join(big.Under, ",")}}}")} {(FormulaSigns.IsSum(big.Body) ? Fence("(", big.Body, ")") : Write(big.Body))}",
        ClausesNode clauses => Join(clauses.Clauses, @",\quad "),
        _ => throw new NotSupportedException($"{node.GetType().Name} has no LaTeX form."),
    };

    private static string Fenced(FormulaNode node, bool isLeft, string sign)
    {
        bool isFactor = sign is "*" or ".*" or "times";
        return (isFactor && FormulaSigns.NeedsFence(node, isLeft)) || (sign is "+" or "-" && node is NegativeNode && !isLeft) ? Fence("(", node, ")") : Write(node);
    }

    private static string Fence(string left, FormulaNode inner, string right) => FormulaSigns.IsTall(inner) ? $@"\left{left}{Write(inner)}\right{right}" : left + Write(inner) + right;

    private static string Base(FormulaNode node) => node is SymbolNode or NumberNode ? Write(node) : $"{{{Write(node)}}}";

    private static string Function(FormulaNode node)
    {
        string name = Write(node);
        const string Upright = @"\mathrm{";
        return name.StartsWith(Upright, StringComparison.Ordinal) && node is SymbolNode { Name.Length: > 2 } ? @"\operatorname{" + name[Upright.Length..] : name;
    }

    private static string Escape(string words) => words.Replace("_", @"\_", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("&", @"\&", StringComparison.Ordinal);

    private static string Join(IReadOnlyList<FormulaNode> nodes, string separator) => string.Join(separator, nodes.Select(Write));
}
