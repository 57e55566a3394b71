using System.Security;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Writes a formula in MathML Core, which browsers lay out without any script or font of ours.</summary>
internal static class FormulaMathMl
{
    private const string Apply = "<mo>\u2061</mo>"; // "of", invisible; read aloud by screen readers

    public static string Document(FormulaNode node) => $"""<math xmlns="http://www.w3.org/1998/Math/MathML">{Write(node)}</math>""";

    private static string Write(FormulaNode node) => node switch
    {
        NumberNode number => $"<mn>{number.Digits}</mn>",
        SymbolNode symbol => Symbol(symbol.Name),
        TextNode text => $"<mtext>{Escape(text.Words)}</mtext>",
        GroupNode group => Fence("(", group.Inner, ")"),
        IversonNode iverson => Fence("[", iverson.Inner, "]"),
        BinaryNode { Operator: "/" } fraction => $"<mfrac>{Write(FormulaSigns.Bare(fraction.Left))}{Write(FormulaSigns.Bare(fraction.Right))}</mfrac>",
        BinaryNode binary => Row(Fenced(binary.Left, true, binary.Operator) + Sign(FormulaSigns.UnicodeOperator(binary.Operator)) + Fenced(binary.Right, false, binary.Operator)),
        NegativeNode negative => Row($"""<mo form="prefix">−</mo>{Write(negative.Inner)}"""),
        PartialNode partial => Row(Sign("∂") + Write(partial.Inner)),
        PowerNode power => $"<msup>{Write(power.Base)}{Write(FormulaSigns.Exponent(power.Exponent))}</msup>",
        TransposedNode transposed => $"<msup>{Write(transposed.Base)}{Sign("⊤")}</msup>",
        PrimeNode prime => Row($"""{Write(prime.Base)}<mo lspace="0" rspace="0">′</mo>"""),
        SubscriptNode subscript => $"<msub>{Write(subscript.Base)}{Write(subscript.Index)}</msub>",
        IndexedNode indexed => $"<msub>{Write(indexed.Base)}{Row(List(indexed.Indices))}</msub>",
        CallNode call => Row(Write(call.Function) + Apply + Fence("(", List(call.Arguments), ")", call.Arguments.Any(FormulaSigns.IsTall))),
        AccentNode accent => $"""<mover accent="true">{Write(accent.Inner)}{Sign(accent.Kind switch { "hat" => "^", "bar" => "¯", _ => "~" })}</mover>""",
        RootNode { Degree: { } degree } root => $"<mroot>{Write(FormulaSigns.Bare(root.Inner))}{Write(degree)}</mroot>",
        RootNode root => $"<msqrt>{Write(FormulaSigns.Bare(root.Inner))}</msqrt>",
        BarsNode bars => bars.Kind == "abs" ? Fence("|", bars.Inner, "|") : Fence("‖", bars.Inner, "‖"),
        BigNode big => Big(big),
        ClausesNode clauses => $"<mtable>{string.Concat(clauses.Clauses.Select(clause => $"<mtr><mtd>{Write(clause)}</mtd></mtr>"))}</mtable>",
        _ => throw new NotSupportedException($"{node.GetType().Name} has no MathML form."),
    };

    private static string Symbol(string name) => FormulaSigns.IsGradient(name)
        ? $"""<mrow><mi mathvariant="normal">d</mi><mi>{name[1]}</mi></mrow>"""
        : name == "..." ? Sign("…") : $"<mi>{Escape(FormulaSigns.Unicode(name))}</mi>";

    private static string Big(BigNode big)
    {
        string sign = Sign(big.Kind == "sum" ? "∑" : "∏");
        string head = big.Under.Count == 0 ? sign : $"<munder>{sign}{Row(List(big.Under))}</munder>";
        return Row(head + (FormulaSigns.IsSum(big.Body) ? Fence("(", big.Body, ")") : Write(big.Body)));
    }

    private static string Fenced(FormulaNode node, bool isLeft, string sign)
    {
        bool isFactor = sign is "*" or ".*" or "times";
        return (isFactor && FormulaSigns.NeedsFence(node, isLeft)) || (sign is "+" or "-" && node is NegativeNode && !isLeft) ? Fence("(", node, ")") : Write(node);
    }

    private static string Fence(string left, FormulaNode inner, string right) => Fence(left, Write(inner), right, FormulaSigns.IsTall(inner));

    private static string Fence(string left, string inner, string right, bool grows)
    {
        string fixedSize = grows ? "" : " stretchy=\"false\"";
        return Row($"""<mo fence="true" form="prefix"{fixedSize}>{left}</mo>{inner}<mo fence="true" form="postfix"{fixedSize}>{right}</mo>""");
    }

    private static string List(IReadOnlyList<FormulaNode> nodes) => string.Join("""<mo separator="true">,</mo>""", nodes.Select(Write));

    private static string Row(string inner) => $"<mrow>{inner}</mrow>";

    private static string Sign(string sign) => $"<mo>{Escape(sign)}</mo>";

    private static string Escape(string text) => SecurityElement.Escape(text);
}
