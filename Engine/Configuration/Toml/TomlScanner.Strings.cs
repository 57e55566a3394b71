using System.Text;

namespace PureLlm.Engine.Configuration.Toml;

/// <content>Strings: basic and literal, on one line or several.</content>
internal sealed partial class TomlScanner
{
    /// <summary>A string on one line, in either quotes.</summary>
    private string Quoted()
    {
        int start = Position;
        char quote = text[Position++];
        var value = new StringBuilder();
        while (true)
        {
            char c = Current;
            if (AtEnd || c == '\n' || (c == '\r' && Position + 1 < text.Length && text[Position + 1] == '\n'))
            {
                throw Error("the string is not closed", start, RestOfLine(start), $"write {quote} at its end");
            }
            Position++;
            if (c == quote)
            {
                return value.ToString();
            }
            if (c == '\\' && quote == '"')
            {
                Escape(value);
            }
            else
            {
                Append(value, c);
            }
        }
    }

    /// <summary>A string of several lines; a line break right after the opening is dropped, CR LF is read as LF.</summary>
    private string QuotedLines()
    {
        int start = Position;
        char quote = text[Position];
        Position += 3;
        if (!Take("\n"))
        {
            Take("\r\n");
        }
        var value = new StringBuilder();
        while (!AtEnd)
        {
            char c = text[Position++];
            if (c == quote)
            {
                int count = 1;
                while (Current == quote && count < 5)
                {
                    count++;
                    Position++;
                }
                value.Append(quote, count >= 3 ? count - 3 : count);
                if (count >= 3)
                {
                    return value.ToString();
                }
            }
            else if (c == '\\' && quote == '"')
            {
                if (!LineContinuation())
                {
                    Escape(value);
                }
            }
            else if (c == '\n' || (c == '\r' && Current == '\n'))
            {
                Position += c == '\r' ? 1 : 0;
                value.Append('\n');
            }
            else
            {
                Append(value, c);
            }
        }
        Position = start + 3;
        throw Error("the string is not closed", start, 3, $"write {new string(quote, 3)} at its end");
    }

    private void Append(StringBuilder value, char c)
    {
        if (IsForbidden(c))
        {
            throw Error($"control character U+{(int)c:X4} in a string", Position - 1, 1, $"write \\u{(int)c:X4} in double quotes");
        }
        if (char.IsSurrogate(c) && !(char.IsHighSurrogate(c) ? char.IsLowSurrogate(Current) : Position >= 2 && char.IsHighSurrogate(text[Position - 2])))
        {
            throw Error($"U+{(int)c:X4} is half of a character", Position - 1, 1, "remove it");
        }
        value.Append(c);
    }

    /// <summary>A backslash at the end of a line drops the break and the blanks after it.</summary>
    private bool LineContinuation()
    {
        int end = Position;
        while (end < text.Length && text[end] is ' ' or '\t')
        {
            end++;
        }
        if (end >= text.Length || !(text[end] == '\n' || (text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n')))
        {
            return false;
        }
        while (end < text.Length && (text[end] is ' ' or '\t' or '\n' || (text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n')))
        {
            end++;
        }
        Position = end;
        return true;
    }

    /// <summary>What follows a backslash.</summary>
    private void Escape(StringBuilder value)
    {
        int start = Position - 1;
        char c = Current;
        Position += AtEnd ? 0 : 1;
        switch (c)
        {
            case 'b': value.Append('\b'); break;
            case 't': value.Append('\t'); break;
            case 'n': value.Append('\n'); break;
            case 'f': value.Append('\f'); break;
            case 'r': value.Append('\r'); break;
            case '"': value.Append('"'); break;
            case '\\': value.Append('\\'); break;
            case 'u': Unicode(value, start, 4); break;
            case 'U': Unicode(value, start, 8); break;
            default:
                Position = start + 1;
                throw Error("unknown escape", start, 2, "a backslash is written \\\\, or put the text in 'single quotes'");
        }
    }

    private void Unicode(StringBuilder value, int start, int digits)
    {
        uint scalar = 0;
        for (int i = 0; i < digits; i++, Position++)
        {
            if (!char.IsAsciiHexDigit(Current))
            {
                throw Error($"\\{text[start + 1]} needs {digits} hexadecimal digits", start, Position - start);
            }
            scalar = (scalar << 4) | (uint)Convert.ToInt32(Current.ToString(), 16);
        }
        if (!Rune.TryCreate(scalar, out Rune rune))
        {
            throw Error($"U+{scalar:X4} is not a character", start, Position - start, "0 to D7FF and E000 to 10FFFF are");
        }
        value.Append(rune.ToString());
    }
}
