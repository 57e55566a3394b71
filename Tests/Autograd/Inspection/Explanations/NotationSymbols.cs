using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PureLlm.Tests.Autograd.Inspection.Explanations;

/// <summary>The letters and words of a formula, read back from each of its notations.</summary>
internal static partial class NotationSymbols
{
    private const string Scripts = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", Plain = "abcdefghijklmnoprstuvwxyzaehijklmnoprstuvx";

    private static readonly Dictionary<string, string> Greek =
        "alpha α beta β gamma γ delta δ epsilon ε eta η theta θ lambda λ mu μ pi π rho ρ sigma σ tau τ phi φ Phi Φ Omega Ω sum Σ prod Π"
            .Split(' ').Chunk(2).ToDictionary(pair => $@"\{pair[0]}", pair => pair[1]);

    /// <summary>LaTeX that is layout and no letter.</summary>
    private static readonly HashSet<string> Layout =
    [
        @"\cdot", @"\odot", @"\times", @"\le", @"\ge", @"\ne", @"\leftarrow", @"\to", @"\mathrel", @"\approx", @"\in", @"\frac", @"\sqrt", @"\left", @"\right",
        @"\top", @"\hat", @"\bar", @"\tilde", @"\partial", @"\dots", @"\infty", @"\quad", @"\operatorname", @"\mathrm", @"\text",
    ];

    public static string[] OfUnicode(string text)
    {
        StringBuilder plain = new();
        bool wasScript = false;
        foreach (char letter in text)
        {
            if (letter is 'ᵀ' or (>= '\u0300' and < '\u0370')) { continue; }
            int script = Scripts.IndexOf(letter, StringComparison.Ordinal);
            if (script >= 0 || wasScript) { plain.Append(' '); }
            plain.Append(script >= 0 ? Plain[script] : letter);
            wasScript = script >= 0;
        }
        return [.. Letters().Matches(plain.ToString()).Select(match => match.Value)];
    }

    public static string[] OfLatex(string text)
    {
        List<string> found = [];
        text = Gradient().Replace(text, match => $@"\text{{d{match.Groups[1].Value}}}");
        foreach (Match match in LatexToken().Matches(text))
        {
            string token = match.Value;
            if (match.Groups["words"].Success) { found.AddRange(Letters().Matches(match.Groups["words"].Value).Select(word => word.Value)); }
            else if (Greek.TryGetValue(token, out string? letter)) { found.Add(letter); }
            else if (token[0] != '\\') { found.Add(token); }
            else if (!Layout.Contains(token)) { found.Add(token[1..]); }
        }
        return [.. found];
    }

    public static string[] OfMathMl(string text)
    {
        XElement[] leaves = [.. XElement.Parse(text).DescendantsAndSelf().Where(element => !element.HasElements)];
        StringBuilder plain = new();
        foreach (XElement leaf in leaves) { plain.Append(leaf.Value).Append(leaf.Attribute("mathvariant") is null ? " " : ""); }
        return [.. Letters().Matches(plain.ToString()).Select(match => match.Value.Replace("∑", "Σ", StringComparison.Ordinal).Replace("∏", "Π", StringComparison.Ordinal))];
    }

    [GeneratedRegex(@"[\p{L}∑∏]+")]
    private static partial Regex Letters();

    [GeneratedRegex(@"\\mathrm\{d\}(\w)")]
    private static partial Regex Gradient();

    [GeneratedRegex(@"\\(?:operatorname|mathrm|text)\{(?<words>[^}]*)\}|\\[A-Za-z]+|[A-Za-z]")]
    private static partial Regex LatexToken();
}
