using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Patterns;

/// <summary>Reads sets of characters: [a-z&amp;&amp;[^aeiou]], [[:alpha:]], \p{Han}, \d, and the escapes of single characters.</summary>
internal sealed class PatternClassParser(PatternReader reader)
{
    private const int DeepestBracket = 50;

    /// <summary>What . matches.</summary>
    public static readonly CharacterRanges NotLineBreak = CharacterRanges.Of('\n', '\n').Complement();

    /// <summary>What \R matches besides the two characters \r\n.</summary>
    public static readonly CharacterRanges LineBreaks = CharacterRanges.OfPairs(['\n', '\r', 0x85, 0x85, 0x2028, 0x2029]);

    private int _depth;

    /// <summary>A set in brackets; where case is ignored, with every character that differs from a member by case only.</summary>
    public CharacterRanges Bracket(bool ignoreCase)
    {
        int start = reader.At++;
        if (++_depth > DeepestBracket)
        {
            throw reader.Wrong($"brackets are nested deeper than {DeepestBracket}");
        }
        bool negative = reader.Take("^");
        CharacterRanges? all = null;
        CharacterRanges part = CharacterRanges.Empty;
        for (bool first = true; ; first = false)
        {
            if (reader.AtEnd)
            {
                reader.At = start;
                throw reader.Wrong("this '[' is never closed");
            }
            if (reader.Take("&&"))
            {
                all = all?.Intersect(part) ?? part;
                part = CharacterRanges.Empty;
            }
            else if (reader.Peek == ']' && !first)
            {
                reader.At++;
                break;
            }
            else
            {
                part = part.Union(Item(ignoreCase));
            }
        }
        CharacterRanges set = all?.Intersect(part) ?? part;
        if (ignoreCase)
        {
            set = CaseMapping.CloseOverCase(set);
        }
        _depth--;
        return negative ? set.Complement() : set;
    }

    /// <summary>An escape that stands for a set: \d, \W, \p{L} …; null where none stands next.</summary>
    public CharacterRanges? SetEscape()
    {
        CharacterRanges? set = reader.PeekAt(1) switch
        {
            'd' or 'D' => UnicodeSets.Category("Nd"),
            's' or 'S' => UnicodeSets.WhiteSpace.Ranges,
            'w' or 'W' => _depth > 0 ? UnicodeSets.Word.Ranges : PatternProperties.Word,
            'h' or 'H' => PatternProperties.HexadecimalDigit,
            'N' => NotLineBreak,
            'O' => CharacterRanges.All,
            'p' or 'P' => CharacterRanges.Empty,
            _ => null,
        };
        if (set is null)
        {
            return null;
        }
        int letter = reader.PeekAt(1);
        reader.At += 2;
        if (letter is 'p' or 'P')
        {
            return Property(letter == 'P');
        }
        return letter is 'D' or 'S' or 'W' or 'H' ? set.Complement() : set;
    }

    /// <summary>An escape that stands for one character; a sign without a meaning of its own stands for itself.</summary>
    public int CharacterEscape()
    {
        reader.At++;
        int c = reader.Next("an escaped character");
        switch (c)
        {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'f':
                return '\f';
            case 'v':
                return '\v';
            case 'a':
                return '\a';
            case 'e':
                return 0x1B;
            case 'x' or 'u' when reader.Take("{"):
                int point = reader.Hexadecimal(1, 8);
                return reader.Take("}") ? point : throw reader.Wrong("'}' should close the code point");
            case 'x':
                return reader.Hexadecimal(1, 2);
            case 'u':
                return reader.Hexadecimal(4, 4);
            case >= '0' and <= '7':
                return Octal(c - '0');
            case >= 'a' and <= 'z' or >= 'A' and <= 'Z' when c is not ('Q' or 'E' or 'j' or 'l' or 'i' or 'm' or 'o' or 'q' or 'z'):
                reader.At -= 2;
                throw reader.Wrong($"\\{(char)c} is not read");
            default:
                return c;
        }
    }

    private int Octal(int number)
    {
        for (int digits = 1; digits < 3 && reader.Peek is >= '0' and <= '7'; digits++)
        {
            number = (number * 8) + (reader.Next("") - '0');
        }
        return number <= 0x7F ? number : throw reader.Wrong("an octal number above 177 names half a character");
    }

    /// <summary>One item in brackets: a set, a character, or a range.</summary>
    private CharacterRanges Item(bool ignoreCase)
    {
        if (reader.Take("[:"))
        {
            return Posix();
        }
        if (reader.Peek == '[')
        {
            return Bracket(ignoreCase);
        }
        if (reader.Peek == '\\' && SetEscape() is { } set)
        {
            return set;
        }
        int first = Character();
        if (reader.Peek != '-' || reader.PeekAt(1) is ']' or -1)
        {
            return CharacterRanges.Of(first, first);
        }
        int start = reader.At++;
        if (reader.Peek == '[' || (reader.Peek == '&' && reader.PeekAt(1) == '&'))
        {
            reader.At = start;
            return CharacterRanges.Of(first, first);
        }
        int last = Character();
        if (last < first)
        {
            reader.At = start;
            throw reader.Wrong("the ends of this range are in the wrong order");
        }
        return CharacterRanges.Of(first, last);
    }

    private int Character()
    {
        if (reader.Peek != '\\')
        {
            return reader.Next("a character");
        }
        if (reader.Take("\\b"))
        {
            return '\b';
        }
        int start = reader.At;
        if (SetEscape() is not null)
        {
            reader.At = start;
            throw reader.Wrong("a set cannot end a range");
        }
        return CharacterEscape();
    }

    private CharacterRanges Posix()
    {
        int start = reader.At;
        bool negative = reader.Take("^");
        string name = reader.Until(':');
        if (!reader.Take("]") || PatternProperties.Posix(name) is not { } set)
        {
            reader.At = start;
            throw reader.Wrong("no POSIX set of this name is known");
        }
        return negative ? set.Complement() : set;
    }

    /// <summary>What follows \p: a letter, or a name in braces, perhaps after ^.</summary>
    private CharacterRanges Property(bool negative)
    {
        int start = reader.At;
        string name;
        if (reader.Take("{"))
        {
            negative ^= reader.Take("^");
            name = reader.Until('}');
        }
        else
        {
            name = char.ConvertFromUtf32(reader.Next("the name of a property"));
        }
        if (PatternProperties.Find(name) is not { } set)
        {
            reader.At = start;
            throw reader.Wrong($"no property '{name}' is known; categories such as L or Lu and scripts such as Han are");
        }
        return negative ? set.Complement() : set;
    }
}
