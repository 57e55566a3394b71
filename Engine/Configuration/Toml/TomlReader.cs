namespace PureLlm.Engine.Configuration.Toml;

/// <summary>TOML 1.0 in one pass, with the place of every key and value; after a mistake it goes on at the next line.</summary>
/// <remarks>Written after the TOML 1.0.0 specification. Knows nothing about configurations. Codes: C006 syntax, C007 a key or table twice.</remarks>
public static class TomlReader
{
    /// <summary>Longest document in characters.</summary>
    public const int MaximumLength = 4 << 20;

    /// <summary>Deepest nesting of arrays, inline tables and dotted keys.</summary>
    public const int MaximumDepth = 64;

    /// <summary>Mistakes after which reading ends.</summary>
    public const int MaximumErrors = 25;

    public static TomlDocument Read(string name, string text) => Read(new SourceText(name, text));

    public static TomlDocument Read(SourceText source) => new TomlStatements(source).Read();

    /// <summary>A single value, such as the right side of --set; null if the text is not exactly one value.</summary>
    internal static TomlValue? ReadValue(SourceText source, int start) => new TomlStatements(source).ReadOnlyValue(start);

    /// <summary>UTF-8 bytes; an invalid byte is a mistake like any other.</summary>
    public static TomlDocument Read(string name, ReadOnlySpan<byte> utf8)
    {
        TomlDocument document = Read(SourceText.FromUtf8(name, utf8, out SourceSpan? invalid));
        if (invalid is not SourceSpan span)
        {
            return document;
        }
        var diagnostic = new Diagnostic("C006", "the file is not UTF-8 text", span, "this byte is not valid here") { Help = "save the file as UTF-8 (every editor can)" };
        return document with { Diagnostics = [diagnostic, .. document.Diagnostics] };
    }
}

/// <summary>Ends the reading of one statement; caught by the statement loop, never seen outside.</summary>
internal sealed class TomlSyntaxException(Diagnostic diagnostic) : Exception(diagnostic.Message)
{
    public Diagnostic Diagnostic { get; } = diagnostic;
}
