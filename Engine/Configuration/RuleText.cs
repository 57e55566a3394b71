using System.Globalization;

namespace PureLlm.Engine.Configuration;

/// <summary>The text of a condition and the place up to which it is read: takes signs, words and numbers from there, and counts levels of nesting.</summary>
/// <remarks>Knows neither names nor what a condition means: a parser asks for what may come next, and tells mistakes in its own words.</remarks>
internal sealed class RuleText(string text)
{
    /// <summary>So many parentheses and signs may stand within one another: a parser that calls itself for each must end.</summary>
    public const int MaximumDepth = 64;

    private static readonly string[] Comparisons = ["<=", ">=", "==", "!=", "<", ">", "="];

    private int depth;

    /// <summary>Index of the next character.</summary>
    public int Position { get; set; }

    public bool IsAtEnd => Position >= text.Length;

    /// <summary>The next character; there must be one.</summary>
    public char Next => text[Position];

    /// <summary>Whether a number begins here.</summary>
    public bool IsAtNumber => !IsAtEnd && (char.IsAsciiDigit(Next) || Next == '.');

    /// <summary>What was read from a place on.</summary>
    public string From(int start) => text[start..Position];

    public void SkipBlanks()
    {
        while (!IsAtEnd && Next is ' ' or '\t') { Position++; }
    }

    /// <summary>Takes a sign that comes next, after blanks.</summary>
    public bool Take(string sign)
    {
        SkipBlanks();
        bool isNext = text.AsSpan(Position).StartsWith(sign, StringComparison.Ordinal);
        Position += isNext ? sign.Length : 0;
        return isNext;
    }

    /// <summary>Takes the one of two signs that comes next; null: neither.</summary>
    public string? Take(string sign, string other) => Take(sign) ? sign : Take(other) ? other : null;

    /// <summary>Takes a word that ends where it ends: "or", not the beginning of "order".</summary>
    public bool TakeWord(string word)
    {
        SkipBlanks();
        int end = Position + word.Length;
        return (end >= text.Length || !IsOfWord(text[end])) && Take(word);
    }

    /// <summary>Takes "not" or "!", but not the beginning of "!=".</summary>
    public bool TakeNot()
    {
        SkipBlanks();
        ReadOnlySpan<char> rest = text.AsSpan(Position);
        return (rest.StartsWith("!") && !rest.StartsWith("!=")) ? Take("!") : TakeWord("not");
    }

    /// <summary>Takes a comparison; "=" is "==". Null: there is none.</summary>
    public string? TakeComparison() => Array.Find(Comparisons, Take) is { } sign ? sign == "=" ? "==" : sign : null;

    /// <summary>Takes letters, digits, underscores, and what else is allowed: as many as there are.</summary>
    public string TakeName(string more = "") => TakeWhile(c => IsOfWord(c) || more.Contains(c, StringComparison.Ordinal));

    public string TakeWhile(Func<char, bool> belongs)
    {
        int start = Position;
        while (!IsAtEnd && belongs(Next)) { Position++; }
        return From(start);
    }

    /// <summary>Takes what begins as a number, to its end: "1e-3", "100_000"; false: it is none.</summary>
    public bool TakeNumber(out double value)
    {
        string digits = TakeWhile(c => IsOfWord(c) || c == '.' || (c is '+' or '-' && text[Position - 1] is 'e' or 'E')).Replace("_", "", StringComparison.Ordinal);
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Goes one level deeper; false: that is too deep.</summary>
    public bool Enter() => ++depth <= MaximumDepth;

    public void Leave() => depth--;

    private static bool IsOfWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
