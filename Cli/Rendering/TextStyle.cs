namespace PureLlm.Cli.Rendering;

/// <summary>Colours and signs of text, or their plain forms.</summary>
public readonly record struct TextStyle(bool Color, bool Ascii)
{
    public string Bold(string text) => Paint(text, "1");

    public string Dim(string text) => Paint(text, "2");

    public string Red(string text) => Paint(text, "31");

    public string Green(string text) => Paint(text, "32");

    public string Yellow(string text) => Paint(text, "33");

    public string Blue(string text) => Paint(text, "34");

    public string Cyan(string text) => Paint(text, "36");

    /// <summary>Between two facts on a line.</summary>
    public string Dot => Ascii ? "-" : "·";

    /// <summary>Text with the few signs beyond ASCII that the program itself writes put into ASCII where that is asked for.</summary>
    public string Plain(string text)
    {
        if (!Ascii || System.Text.Ascii.IsValid(text))
        {
            return text;
        }
        var result = new System.Text.StringBuilder(text.Length);
        foreach (char c in text)
        {
            result.Append(c switch
            {
                '·' => "-",
                '×' => "x",
                '≈' => "~",
                '≤' => "<=",
                '≥' => ">=",
                '…' => "...",
                '→' => "->",
                '—' or '–' => "-",
                '‖' => "|",
                '│' => "|",
                '─' or '┄' => "-",
                '┌' or '└' or '┐' or '┘' => "+",
                '√' => "sqrt",
                'π' => "pi",
                '✓' => "ok",
                '≡' => "=",
                '−' => "-",
                _ when c < 128 => c.ToString(),
                _ => "?",
            });
        }
        return result.ToString();
    }

    private string Paint(string text, string code) => Color && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
