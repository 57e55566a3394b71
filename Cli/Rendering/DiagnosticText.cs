using PureLlm.Engine.Configuration;

namespace PureLlm.Cli.Rendering;

/// <summary>Mistakes in a configuration with colours: the code and the carets red, the help cyan.</summary>
internal static class DiagnosticText
{
    public static string Render(IEnumerable<Diagnostic> diagnostics, TextStyle style)
    {
        string[] lines = DiagnosticRenderer.Render(diagnostics, style.Ascii).TrimEnd('\n').Split('\n');
        return string.Join('\n', lines.Select(line => Paint(line, style)));
    }

    private static string Paint(string line, TextStyle style)
    {
        if (!style.Color)
        {
            return line;
        }
        if (line.StartsWith("error[", StringComparison.Ordinal) && line.IndexOf(':', StringComparison.Ordinal) is > 0 and int colon)
        {
            return style.Red(line[..(colon + 1)]) + style.Bold(line[(colon + 1)..]);
        }
        int caret = line.IndexOf('^', StringComparison.Ordinal);
        if (caret >= 0 && line[..caret].All(c => c is ' ' or '│' or '|'))
        {
            return line[..caret] + style.Red(line[caret..]);
        }
        int help = line.IndexOf("= help:", StringComparison.Ordinal);
        return help >= 0 ? line[..help] + style.Cyan("= help:") + line[(help + 7)..] : line;
    }
}
