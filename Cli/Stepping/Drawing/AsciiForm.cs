using System.Text;

namespace PureLlm.Cli.Stepping.Drawing;

/// <summary>Text of the step-through in ASCII: formulas as one types them, signs by their nearest look.</summary>
internal static class AsciiForm
{
    /// <summary>Each sign with what stands for it, between spaces.</summary>
    private const string Table =
        "∂d Σsum ∑sum ∏prod √sqrt −- ×* ⊙.* ·* ÷/ ±+- ≤<= ≥>= ≠!= ≈~ ≡= ∞inf ∈in ℝR ½1/2 ¼1/4 °deg ←<- →-> ↑^ ↓v ⇒=> ▶> " +
        "►> ◀< ▸> ◂< ◄< ▲^ ▼v ✓ok ✗WRONG ●* ○o ◆* …... —- –- ‖|| ∥|| │| ┃| ┊: ─- ━= ┄- ╌- ═= ┌+ ┐+ └+ ┘+ ├+ ┤+ ┬+ ┴+ ┼+ " +
        "╋# ╭+ ╮+ ╰+ ╯+ █# ▌| •- ▓# ▒= ░. ▏| ▁_ ▂_ ▃- ▄- ▅= ▆= ▇# ⁰^0 ¹^1 ²^2 ³^3 ⁴^4 ⁵^5 ⁶^6 ⁷^7 ⁸^8 ⁹^9 ⁻^- ᵀ^T ⁿ^n " +
        "ᵗ^t ₀0 ₁1 ₂2 ₃3 ₄4 ₅5 ₆6 ₇7 ₈8 ₉9 ᵢ_i ⱼ_j ₖ_k ₙ_n ₜ_t αalpha βbeta γgamma δdelta εeps ϵeps ηeta θtheta λlambda " +
        "μmu πpi σsigma τtau φphi ΦPhi ωomega Δdelta “\" ”\" ‘' ’' \u0302^ \u0304_mean \u0303~ ′' ␣_ ⏎\\n ≟=? ⟨< ⟩> " +
        "⌊floor( ⌋) ";

    private static readonly Dictionary<char, string> Signs = Read();

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

    private static Dictionary<char, string> Read()
    {
        var signs = Table.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToDictionary(entry => entry[0], entry => entry[1..]);
        foreach (char space in "\u2009\u00A0\u202F") { signs[space] = " "; }
        return signs;
    }

    private static bool IsSuperscript(char c) => c is '²' or '³' or '¹' or (>= '⁰' and <= '⁻') or 'ᵀ' or 'ⁿ' or 'ᵗ';
}
