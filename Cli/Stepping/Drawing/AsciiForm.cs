using System.Text;

namespace PureLlm.Cli.Stepping.Drawing;

/// <summary>Text of the step-through in ASCII: formulas as one types them, signs by their nearest look.</summary>
internal static class AsciiForm
{
    private static readonly Dictionary<char, string> Signs = new()
    {
        ['∂'] = "d", ['Σ'] = "sum", ['∑'] = "sum", ['∏'] = "prod", ['√'] = "sqrt", ['−'] = "-", ['×'] = "*", ['⊙'] = ".*", ['·'] = "*", ['÷'] = "/", ['±'] = "+-",
        ['≤'] = "<=", ['≥'] = ">=", ['≠'] = "!=", ['≈'] = "~", ['≡'] = "=", ['∞'] = "inf", ['∈'] = "in", ['∉'] = "not in", ['ℝ'] = "R", ['½'] = "1/2", ['¼'] = "1/4", ['°'] = "deg",
        ['←'] = "<-", ['→'] = "->", ['↑'] = "^", ['↓'] = "v", ['⇒'] = "=>", ['▶'] = ">", ['►'] = ">", ['◀'] = "<", ['▸'] = ">", ['◂'] = "<", ['◄'] = "<", ['▲'] = "^", ['▼'] = "v",
        ['✓'] = "ok", ['✗'] = "WRONG", ['●'] = "*", ['○'] = "o", ['◆'] = "*", ['…'] = "...", ['—'] = "-", ['–'] = "-", ['‖'] = "||", ['∥'] = "||", ['│'] = "|", ['┃'] = "|", ['┊'] = ":",
        ['─'] = "-", ['━'] = "=", ['┄'] = "-", ['╌'] = "-", ['═'] = "=", ['┌'] = "+", ['┐'] = "+", ['└'] = "+", ['┘'] = "+", ['├'] = "+", ['┤'] = "+", ['┬'] = "+", ['┴'] = "+", ['┼'] = "+", ['╋'] = "#",
        ['╭'] = "+", ['╮'] = "+", ['╰'] = "+", ['╯'] = "+", ['█'] = "#", ['▌'] = "|", ['•'] = "-", ['▓'] = "#", ['▒'] = "=", ['░'] = ".", ['▏'] = "|", ['▁'] = "_", ['▂'] = "_", ['▃'] = "-", ['▄'] = "-", ['▅'] = "=", ['▆'] = "=", ['▇'] = "#",
        ['⁰'] = "^0", ['¹'] = "^1", ['²'] = "^2", ['³'] = "^3", ['⁴'] = "^4", ['⁵'] = "^5", ['⁶'] = "^6", ['⁷'] = "^7", ['⁸'] = "^8", ['⁹'] = "^9", ['⁻'] = "^-", ['ᵀ'] = "^T", ['ⁿ'] = "^n", ['ᵗ'] = "^t",
        ['₀'] = "0", ['₁'] = "1", ['₂'] = "2", ['₃'] = "3", ['₄'] = "4", ['₅'] = "5", ['₆'] = "6", ['₇'] = "7", ['₈'] = "8", ['₉'] = "9", ['ᵢ'] = "_i", ['ⱼ'] = "_j", ['ₖ'] = "_k", ['ₙ'] = "_n", ['ₜ'] = "_t",
        ['α'] = "alpha", ['β'] = "beta", ['γ'] = "gamma", ['δ'] = "delta", ['ε'] = "eps", ['ϵ'] = "eps", ['η'] = "eta", ['θ'] = "theta", ['λ'] = "lambda", ['μ'] = "mu", ['π'] = "pi", ['σ'] = "sigma", ['τ'] = "tau", ['φ'] = "phi", ['Φ'] = "Phi", ['ω'] = "omega", ['Δ'] = "delta",
        ['“'] = "\"", ['”'] = "\"", ['‘'] = "'", ['’'] = "'", ['\u0302'] = "^", ['\u0304'] = "_mean", ['\u0303'] = "~", ['\u2009'] = " ", ['\u00A0'] = " ", ['\u202F'] = " ", ['′'] = "'", ['␣'] = "_", ['⏎'] = "\\n", ['≟'] = "=?", ['⟨'] = "<", ['⟩'] = ">", ['⌊'] = "floor(", ['⌋'] = ")",
    };

    /// <summary>The text with every sign beyond ASCII replaced; "?" for one that is not known.</summary>
    public static string Of(string text)
    {
        if (Ascii.IsValid(text)) { return text; }
        var result = new StringBuilder(text.Length + 8);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c < 128) { result.Append(c); }
            else if (Signs.TryGetValue(c, out string? sign)) { result.Append(IsSuperscript(c) && i > 0 && IsSuperscript(text[i - 1]) ? sign[1..] : sign); }
            else if (!char.IsLowSurrogate(c)) { result.Append('?'); }
        }
        return result.ToString();
    }

    private static bool IsSuperscript(char c) => c is '²' or '³' or '¹' or (>= '⁰' and <= '⁻') or 'ᵀ' or 'ⁿ' or 'ᵗ';
}
