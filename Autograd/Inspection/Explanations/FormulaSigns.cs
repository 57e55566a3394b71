using System.Text;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Letters and signs of formulas in each notation.</summary>
internal static class FormulaSigns
{
    private const string UpperScripts = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖ\0ʳˢᵗᵘᵛʷˣʸᶻ", LowerScripts = "ₐ\0\0\0ₑ\0\0ₕᵢⱼₖₗₘₙₒₚ\0ᵣₛₜᵤᵥ\0ₓ\0\0";

    /// <summary>A fraction on one line, where a bar would be too small to read.</summary>
    private const string Slash = "slash";

    private static readonly Dictionary<string, string> Letters = (
        "alpha α beta β gamma γ delta δ epsilon ε zeta ζ eta η theta θ kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ phi φ chi χ psi ψ omega ω "
        + "Gamma Γ Delta Δ Theta Θ Lambda Λ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω inf ∞ ... …").Split(' ').Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);

    private static readonly Dictionary<string, (string Unicode, string Latex)> Operators = new()
    {
        ["+"] = ("+", "+"),
        ["-"] = ("−", "-"),
        ["*"] = ("·", @"\cdot"),
        [".*"] = ("⊙", @"\odot"),
        ["times"] = ("×", @"\times"),
        ["/"] = ("/", "/"),
        [Slash] = ("/", "/"),
        ["="] = ("=", "="),
        ["<"] = ("<", "<"),
        [">"] = (">", ">"),
        ["<="] = ("≤", @"\le"),
        [">="] = ("≥", @"\ge"),
        ["!="] = ("≠", @"\ne"),
        ["<-"] = ("←", @"\leftarrow"),
        ["->"] = ("→", @"\to"),
        ["+="] = ("+=", @"\mathrel{+}="),
        ["~"] = ("≈", @"\approx"),
        ["in"] = ("∈", @"\in"),
    };

    /// <summary>Functions that LaTeX knows by name.</summary>
    private static readonly HashSet<string> LatexFunctions = ["tanh", "exp", "log", "ln", "max", "min", "sin", "cos", "cosh"];

    public static string Unicode(string name) => Letters.GetValueOrDefault(name, name);

    public static string Latex(string name) =>
        name == "..." ? @"\dots" : name == "inf" ? @"\infty" : Letters.ContainsKey(name) || LatexFunctions.Contains(name) ? $@"\{name}"
        : name.Length == 1 ? name : IsGradient(name) ? $@"\mathrm{{d}}{name[1]}" : $@"\mathrm{{{name}}}";

    public static string UnicodeOperator(string sign) => Operators[sign].Unicode;

    public static string LatexOperator(string sign) => Operators[sign].Latex;

    /// <summary>dx, dW: the gradient of a variable of one letter.</summary>
    public static bool IsGradient(string name) => name.Length == 2 && name[0] == 'd';

    /// <summary>The text raised or lowered, or null where it is a word or Unicode lacks a letter of it.</summary>
    public static string? Script(string text, bool isUpper)
    {
        StringBuilder script = new();
        for (int i = 1; i < text.Length; i++)
        {
            if (char.IsLetter(text[i - 1]) && char.IsLetter(text[i])) { return null; }
        }
        foreach (char letter in text)
        {
            char found = letter switch
            {
                >= 'a' and <= 'z' => (isUpper ? UpperScripts : LowerScripts)[letter - 'a'],
                >= '0' and <= '9' => (isUpper ? "⁰¹²³⁴⁵⁶⁷⁸⁹" : "₀₁₂₃₄₅₆₇₈₉")[letter - '0'],
                '−' => isUpper ? '⁻' : '₋',
                '+' => isUpper ? '⁺' : '₊',
                _ => '\0',
            };
            if (found == '\0') { return null; }
            script.Append(found);
        }
        return script.ToString();
    }

    /// <summary>Whether something needs parentheses as a factor: what follows it would be taken into it, or its sign would meet an operator.</summary>
    public static bool NeedsFence(FormulaNode node, bool isLeft) => isLeft ? EndsWithBig(node) : node is NegativeNode;

    private static bool EndsWithBig(FormulaNode node) => node switch
    {
        BigNode => true,
        BinaryNode { Operator: "*" or ".*" or "times" } product => EndsWithBig(product.Right),
        NegativeNode negative => EndsWithBig(negative.Inner),
        _ => false,
    };

    public static bool IsSum(FormulaNode node) => node is BinaryNode { Operator: not ("*" or ".*" or "/" or "times") } or NegativeNode;

    /// <summary>An exponent, with its fraction on one line.</summary>
    public static FormulaNode Exponent(FormulaNode node) => node is BinaryNode { Operator: "/" } fraction ? fraction with { Operator = Slash } : node;

    /// <summary>Whether it is higher than a line, so that parentheses around it must grow.</summary>
    public static bool IsTall(FormulaNode node) => node switch
    {
        BinaryNode { Operator: "/" } => true,
        BinaryNode binary => IsTall(binary.Left) || IsTall(binary.Right),
        GroupNode group => IsTall(group.Inner),
        NegativeNode negative => IsTall(negative.Inner),
        RootNode root => IsTall(root.Inner),
        PowerNode power => IsTall(power.Base),
        CallNode call => call.Arguments.Any(IsTall),
        BigNode big => IsTall(big.Body),
        BarsNode bars => IsTall(bars.Inner),
        _ => false,
    };

    public static FormulaNode Bare(FormulaNode node) => node is GroupNode group ? group.Inner : node;
}
