namespace PureLlm.Engine.Configuration.Toml;

/// <summary>A part of a key and its place, quotes included.</summary>
internal sealed record TomlKey(string Name, SourceSpan Span);

/// <summary>The characters of a document: blanks, comments, line ends, keys, and what follows a mistake.</summary>
internal sealed partial class TomlScanner(SourceText source)
{
    /// <summary>What <see cref="Current"/> is after the last character.</summary>
    public const char End = '\uFFFF';

    private readonly string text = source.Text;

    public int Position { get; set; }

    public bool AtEnd => Position >= text.Length;

    public char Current => Position < text.Length ? text[Position] : End;

    public SourceSpan Span(int start, int length) => new(source, start, length);

    public SourceSpan SpanFrom(int start) => new(source, start, Position - start);

    public TomlSyntaxException Error(string message, int start, int length, string note = "") =>
        new(new Diagnostic("C006", message, Span(Math.Min(start, text.Length), length), note));

    public bool Take(string expected)
    {
        bool found = text.AsSpan(Position).StartsWith(expected, StringComparison.Ordinal);
        Position += found ? expected.Length : 0;
        return found;
    }

    public void Require(string expected, string message, int start)
    {
        if (!Take(expected))
        {
            throw Error(message, start, Math.Max(1, Position - start));
        }
    }

    public void SkipBlanks()
    {
        while (Current is ' ' or '\t')
        {
            Position++;
        }
    }

    /// <summary>Blanks, comments and line ends, as between the values of an array.</summary>
    public void SkipLines()
    {
        for (SkipBlanks(); !AtEnd && Current is '#' or '\n' or '\r'; SkipBlanks())
        {
            EndLine();
        }
    }

    /// <summary>Nothing but blanks and a comment may stand before the end of the line.</summary>
    public void EndLine()
    {
        SkipBlanks();
        if (Current == '#')
        {
            Comment();
        }
        if (AtEnd || Take("\n") || Take("\r\n"))
        {
            return;
        }
        if (Current == '\r')
        {
            throw Error("a carriage return must be followed by a line feed", Position, 1);
        }
        int start = Position;
        throw Error("more text follows the value", start, RestOfLine(start), "one key = value to a line; text needs quotes, a comment needs #");
    }

    /// <summary>Goes to the start of the next statement: the next line, or inside a value of several lines the next line that looks like one.</summary>
    public void Recover(int start, bool isInsideValue)
    {
        Position = Math.Max(Position, start);
        SkipLine();
        while (isInsideValue && !AtEnd && !LooksLikeStatement())
        {
            SkipLine();
        }
    }

    /// <summary>A bare or quoted key; <paramref name="follower"/> names what should come after it.</summary>
    public TomlKey Key(string follower)
    {
        int start = Position;
        if (Current is '"' or '\'')
        {
            if (text.AsSpan(Position).StartsWith("\"\"\"") || text.AsSpan(Position).StartsWith("'''"))
            {
                throw Error("a key cannot be a string of several lines", Position, 3);
            }
            string quoted = Quoted();
            return new TomlKey(quoted, SpanFrom(start));
        }
        while (char.IsAsciiLetterOrDigit(Current) || Current is '_' or '-')
        {
            Position++;
        }
        if (Position == start)
        {
            string found = AtEnd || Current is '\n' or '\r' ? "the line ends" : $"`{RuneAt(Position)}` stands";
            throw Error($"{found} where a key was expected", start, 1, Current > 127 && !AtEnd ? "a key with this character needs quotes" : $"name {follower} …");
        }
        return new TomlKey(text[start..Position], SpanFrom(start));
    }

    private void Comment()
    {
        while (!AtEnd && Current != '\n' && !(Current == '\r' && Position + 1 < text.Length && text[Position + 1] == '\n'))
        {
            if (IsForbidden(Current))
            {
                throw Error($"control character U+{(int)Current:X4} in a comment", Position, 1, "remove it");
            }
            Position++;
        }
    }

    /// <summary>A control character that may stand neither in a comment nor in a string.</summary>
    private static bool IsForbidden(char c) => c is (< ' ' and not '\t') or '\u007F';

    private string RuneAt(int position) =>
        char.IsHighSurrogate(text[position]) && position + 1 < text.Length ? text.Substring(position, 2)
        : char.IsControl(text[position]) ? $"U+{(int)text[position]:X4}" : text[position].ToString();

    private int RestOfLine(int start)
    {
        int end = text.AsSpan(start).IndexOfAny('\r', '\n');
        return Math.Max(1, text.AsSpan(start, end < 0 ? text.Length - start : end).TrimEnd(" \t").Length);
    }

    private void SkipLine()
    {
        int end = AtEnd ? -1 : text.IndexOf('\n', Position);
        Position = end < 0 ? text.Length : end + 1;
    }

    private bool LooksLikeStatement()
    {
        int i = Position;
        while (i < text.Length && text[i] is ' ' or '\t')
        {
            i++;
        }
        int nameStart = i;
        bool isHeader = i < text.Length && text[i] == '[';
        while (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] is '_' or '-' or '.' or ' ' or '\t' || (isHeader && text[i] is '[' or ']')))
        {
            i++;
        }
        char next = i < text.Length ? text[i] : '\n';
        return isHeader ? next is '\n' or '\r' or '#' : next == '=' && i > nameStart;
    }
}
