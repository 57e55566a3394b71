using System.Text;

namespace PureLlm.Tokenizer.Patterns;

/// <summary>Finds the matches of a regular expression or of a literal text. Immutable, and safe to share between threads.</summary>
internal sealed class TextFinder
{
    private readonly byte[] _literal;
    private readonly Pattern? _pattern;

    private TextFinder(byte[] literal, Pattern? pattern) => (_literal, _pattern) = (literal, pattern);

    /// <summary>The finder of a literal text; the empty text is found between all characters.</summary>
    public static TextFinder ForText(string text) => text.Length == 0 ? ForPattern("") : new TextFinder(Encoding.UTF8.GetBytes(text), null);

    /// <summary>The finder of a regular expression.</summary>
    /// <exception cref="TokenizerException">The pattern is not one, or uses what is not supported.</exception>
    public static TextFinder ForPattern(string pattern)
    {
        Pattern compiled = Pattern.Parse(pattern);
        return compiled.Literal is { Length: > 0 } literal ? new TextFinder(literal, null) : new TextFinder([], compiled);
    }

    /// <summary>The matches in a text, from left to right, none overlapping another.</summary>
    public TextMatches Matches(ReadOnlySpan<byte> utf8) => new(utf8, _literal, _pattern);
}

/// <summary>A walk over the matches in one text.</summary>
internal ref struct TextMatches
{
    private readonly ReadOnlySpan<byte> _utf8;
    private readonly byte[] _literal;
    private readonly PatternRunner? _runner;
    private int _at;

    internal TextMatches(ReadOnlySpan<byte> utf8, byte[] literal, Pattern? pattern)
    {
        _utf8 = utf8;
        _literal = literal;
        _runner = pattern is null ? null : PatternRunner.Start(pattern, utf8.Length);
    }

    /// <summary>The next match, as the bytes [start, end); false where there are no more.</summary>
    public bool Next(out int start, out int end)
    {
        if (_runner is not null)
        {
            return _runner.Next(_utf8, out start, out end);
        }
        int found = _utf8[_at..].IndexOf(_literal);
        (start, end) = (_at + found, _at + found + _literal.Length);
        _at = found < 0 ? _at : end;
        return found >= 0;
    }
}
