namespace PureLlm.Tokenizer.Patterns;

/// <summary>A regular expression over UTF-8, compiled. Immutable, and safe to share between threads.</summary>
internal sealed class Pattern
{
    /// <summary>The bytes of a pattern that is a plain text, else null.</summary>
    public byte[]? Literal { get; private init; }

    /// <summary>Compiles a pattern.</summary>
    public static Pattern Parse(string pattern) =>
        pattern.AsSpan().IndexOfAny("\\^$.|?*+()[]{}") < 0
            ? new Pattern { Literal = System.Text.Encoding.UTF8.GetBytes(pattern) }
            : throw new TokenizerException($"pattern '{pattern}': only published split patterns and plain texts are read.");
}
