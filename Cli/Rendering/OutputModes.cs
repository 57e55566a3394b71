namespace PureLlm.Cli.Rendering;

/// <summary>How output may look, decided once from the streams, the variables and the options.</summary>
public sealed class OutputModes
{
    public OutputModes(CommandHost host, bool noColor, bool plain, bool ascii, bool json)
    {
        bool never = noColor || IsSet(host, "NO_COLOR") || host.Variable("TERM") == "dumb";
        bool always = IsSet(host, "FORCE_COLOR") && host.Variable("FORCE_COLOR") is not ("0" or "false");
        bool scripted = plain || (IsSet(host, "CI") && host.Variable("CI") is not ("0" or "false"));
        Json = json;
        Ascii = ascii;
        ColorOut = !never && !json && (always || (host.OutIsTerminal && !scripted));
        ColorError = !never && (always || (host.ErrorIsTerminal && !scripted));
        Live = host.OutIsTerminal && !scripted && !json && !IsSet(host, "NO_COLOR") && host.Variable("TERM") != "dumb";
    }

    /// <summary>Colour on standard output; NO_COLOR wins over FORCE_COLOR.</summary>
    public bool ColorOut { get; }

    public bool ColorError { get; }

    /// <summary>True where a screen may be redrawn; false is plain mode: no terminal, TERM=dumb, CI, NO_COLOR, --plain or --json.</summary>
    public bool Live { get; }

    public bool Ascii { get; }

    public bool Json { get; }

    private static bool IsSet(CommandHost host, string variable) => !string.IsNullOrEmpty(host.Variable(variable));
}
