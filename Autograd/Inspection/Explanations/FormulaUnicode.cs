using System.Text;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Writes a formula on one line of Unicode: "dW[i,j] = Σ_t dy[t,i]·x[t,j]".</summary>
internal static class FormulaUnicode
{
    public static string Write(FormulaNode node) => node switch
    {
        NumberNode number => number.Digits,
        SymbolNode symbol => FormulaSigns.Unicode(symbol.Name),
        TextNode text => text.Words,
        GroupNode group => $"({Write(group.Inner)})",
        IversonNode iverson => $"[{Write(iverson.Inner)}]",
        BinaryNode binary => Binary(binary),
        NegativeNode negative => $"−{Write(negative.Inner)}",
        PartialNode partial => $"∂{Write(partial.Inner)}",
        PowerNode power => Write(power.Base) + Script(power.Exponent, "^", isUpper: true),
        TransposedNode transposed => Write(transposed.Base) + "ᵀ",
        PrimeNode prime => Write(prime.Base) + "′",
        SubscriptNode subscript => Write(subscript.Base) + Script(subscript.Index, "_", isUpper: false),
        IndexedNode indexed => $"{Write(indexed.Base)}[{Join(indexed.Indices, ",")}]",
        CallNode call => $"{Write(call.Function)}({Join(call.Arguments, ", ")})",
        AccentNode accent => Write(accent.Inner) + accent.Kind switch { "hat" => "\u0302", "bar" => "\u0304", _ => "\u0303" },
        RootNode root => Root(root),
        BarsNode bars => bars.Kind == "abs" ? $"|{Write(bars.Inner)}|" : $"‖{Write(bars.Inner)}‖",
        BigNode big => Big(big),
        ClausesNode clauses => Join(clauses.Clauses, ",  "),
        _ => throw new NotSupportedException($"{node.GetType().Name} has no Unicode form."),
    };

    private static string Binary(BinaryNode binary)
    {
        if (binary is { Operator: "/", Left: NumberNode { Digits: "1" }, Right: NumberNode { Digits: "2" } }) { return "½"; }
        string left = Fenced(binary.Left, isLeft: true, binary.Operator), right = Fenced(binary.Right, isLeft: false, binary.Operator);
        string sign = FormulaSigns.UnicodeOperator(binary.Operator);
        return binary.Operator is "*" or "/" ? left + sign + right : $"{left} {sign} {right}";
    }

    private static string Fenced(FormulaNode node, bool isLeft, string sign) =>
        sign is "*" or ".*" or "/" or "times" && FormulaSigns.NeedsFence(node, isLeft) || (sign is "+" or "-" && node is NegativeNode && !isLeft) ? $"({Write(node)})" : Write(node);

    private static string Root(RootNode root)
    {
        string inner = Write(FormulaSigns.Bare(root.Inner));
        string sign = root.Degree is null ? "√" : Write(root.Degree) switch { "3" => "∛", "4" => "∜", string degree => (FormulaSigns.Script(degree, isUpper: true) ?? $"{degree}-") + "√" };
        return sign + (root.Inner is NumberNode or SymbolNode or IndexedNode or SubscriptNode ? inner : $"({inner})");
    }

    private static string Big(BigNode big)
    {
        StringBuilder text = new(big.Kind == "sum" ? "Σ" : "Π");
        if (big.Under.Count > 0)
        {
            string under = string.Join(',', big.Under.Select(part => part is TextNode ? Write(part) : Write(part).Replace(" ", "", StringComparison.Ordinal)));
            text.Append('_').Append(under.All(char.IsLetterOrDigit) ? under : $"({under})");
        }
        string body = Write(big.Body);
        return text.Append(' ').Append(FormulaSigns.IsSum(big.Body) ? $"({body})" : body).ToString();
    }

    private static string Script(FormulaNode node, string fallback, bool isUpper)
    {
        string text = Write(node);
        return FormulaSigns.Script(text, isUpper) ?? fallback + (text.All(char.IsLetterOrDigit) ? text : $"({text})");
    }

    private static string Join(IReadOnlyList<FormulaNode> nodes, string separator) => string.Join(separator, nodes.Select(Write));
}
