using System.Globalization;
using System.Text;

namespace PureLlm.Tokenizer.Patterns;

/// <summary>The characters of a pattern under the parser's finger, and the errors that point at them.</summary>
internal sealed class PatternReader(string pattern)
{
    private const int LongestShown = 60, MostRepeats = 1000;

    private readonly int[] _characters = [.. pattern.EnumerateRunes().Select(r => r.Value)];

    /// <summary>How many characters have been read.</summary>
    public int At { get; set; }

    public bool AtEnd => At == _characters.Length;

    /// <summary>The next character, or −1 at the end.</summary>
    public int Peek => AtEnd ? -1 : _characters[At];

    /// <summary>The character after so many more, or −1.</summary>
    public int PeekAt(int ahead) => At + ahead < _characters.Length ? _characters[At + ahead] : -1;

    /// <summary>Reads the next character; <paramref name="what"/> is missing where there is none.</summary>
    public int Next(string what) => AtEnd ? throw Wrong($"the pattern ends where {what} should follow") : _characters[At++];

    /// <summary>Reads a text where it stands next.</summary>
    public bool Take(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (PeekAt(i) != text[i])
            {
                return false;
            }
        }
        At += text.Length;
        return true;
    }

    /// <summary>True where the character stands anywhere ahead.</summary>
    public bool Ahead(int character) => Array.IndexOf(_characters, character, At) >= 0;

    /// <summary>A decimal number; −1 where no digit stands next.</summary>
    public int Number(int most)
    {
        int start = At;
        long number = 0;
        for (; Peek is >= '0' and <= '9'; At++)
        {
            number = (number * 10) + (Peek - '0');
            if (number > most)
            {
                At = start;
                throw Wrong($"a count is above {most}");
            }
        }
        return At == start ? -1 : (int)number;
    }

    /// <summary>A code point in so many hexadecimal digits.</summary>
    public int Hexadecimal(int least, int most)
    {
        int start = At;
        int number = 0;
        while (At - start < most && Peek is >= 0 and < 128 && char.IsAsciiHexDigit((char)Peek))
        {
            number = (number << 4) | int.Parse([(char)Peek], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            At++;
        }
        if (At - start < least || number > 0x10FFFF)
        {
            At = start;
            throw Wrong("no code point in hexadecimal stands here");
        }
        return number;
    }

    /// <summary>The characters up to a closing one, which is read too.</summary>
    public string Until(char close)
    {
        int start = At;
        while (Next($"'{close}'") != close)
        {
        }
        return Text(start, At - 1);
    }

    /// <summary>The error at the current place.</summary>
    public TokenizerException Wrong(string problem)
    {
        string shown = _characters.Length <= LongestShown ? pattern
            : $"{(At > LongestShown / 2 ? "…" : "")}{Text(Math.Max(0, At - (LongestShown / 2)), Math.Min(_characters.Length, At + (LongestShown / 2)))}…";
        return new TokenizerException($"pattern '{shown}', character {At + 1}: {problem}.");
    }

    private string Text(int start, int end)
    {
        var text = new StringBuilder();
        for (int i = start; i < end; i++)
        {
            text.Append(new Rune(_characters[i]));
        }
        return text.ToString();
    }

    /// <summary>{n}, {n,}, {,n} or {n,m}; anything else that begins with a brace is that brace.</summary>
    public (int Min, int Max, bool Interval) Interval()
    {
        int start = At++;
        int min = Number(MostRepeats), max = min;
        if (Take(","))
        {
            max = Number(MostRepeats);
            min = min < 0 && max >= 0 ? 0 : min;
        }
        if (min < 0 || !Take("}"))
        {
            At = start;
            return (-1, 0, true);
        }
        if (max >= 0 && max < min)
        {
            At = start;
            throw Wrong($"the counts {min} and {max} are in the wrong order");
        }
        return (min, max, true);
    }
}
