using System.Globalization;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Patterns;

/// <summary>The sets that patterns call by name: general categories, scripts, POSIX sets, and a few properties, of Unicode 16.0.</summary>
internal static class PatternProperties
{
    private static readonly Dictionary<string, string> LongNames = (
        "letter L uppercaseletter Lu lowercaseletter Ll titlecaseletter Lt modifierletter Lm otherletter Lo "
        + "mark M combiningmark M nonspacingmark Mn spacingmark Mc enclosingmark Me number N decimalnumber Nd letternumber Nl othernumber No "
        + "punctuation P punct P connectorpunctuation Pc dashpunctuation Pd openpunctuation Ps closepunctuation Pe initialpunctuation Pi "
        + "finalpunctuation Pf otherpunctuation Po symbol S mathsymbol Sm currencysymbol Sc modifiersymbol Sk othersymbol So "
        + "separator Z spaceseparator Zs lineseparator Zl paragraphseparator Zp other C control Cc format Cf surrogate Cs privateuse Co unassigned Cn")
        .Split(' ').Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>\w and \p{Word} outside brackets, and what \b asks for: the POSIX set, and ² ³ ¹ ¼ ½ ¾, which Oniguruma takes from Latin 1.</summary>
    public static CharacterRanges Word { get; } = UnicodeSets.Word.Ranges.Union(CharacterRanges.OfPairs([0xB2, 0xB3, 0xB9, 0xB9, 0xBC, 0xBE]));

    /// <summary>\h</summary>
    public static CharacterRanges HexadecimalDigit { get; } = CharacterRanges.OfPairs(['0', '9', 'A', 'F', 'a', 'f']);

    /// <summary>A set by the name in \p{…}; case, spaces, hyphens and low lines do not count. Null where none has the name.</summary>
    public static CharacterRanges? Find(string name)
    {
        string plain = string.Concat(name.Where(c => c is not (' ' or '_' or '-'))).ToLowerInvariant();
        string category = LongNames.GetValueOrDefault(plain)
            ?? (plain.Length is 1 or 2 ? CultureInfo.InvariantCulture.TextInfo.ToUpper(plain[..1]) + plain[1..] : "");
        if (UnicodeSets.FindCategory(category) is { } members)
        {
            return members;
        }
        return plain switch
        {
            "any" => CharacterRanges.All,
            "assigned" => UnicodeSets.Category("Cn").Complement(),
            "ascii" => CharacterRanges.Of(0, 127),
            "alphabetic" => UnicodeSets.Alphabetic,
            "uppercase" => UnicodeSets.Uppercase,
            "lowercase" => UnicodeSets.Lowercase,
            "word" => Word,
            "lc" or "casedletter" => Union("Lu", "Ll", "Lt"),
            "whitespace" => UnicodeSets.WhiteSpace.Ranges,
            _ => Scripts.Find(plain) is var script and > 0 ? Scripts.Members(script) : Posix(plain),
        };
    }

    /// <summary>A POSIX set, as in [[:punct:]]; null where none has the name.</summary>
    public static CharacterRanges? Posix(string name) => name switch
    {
        "ascii" => CharacterRanges.Of(0, 127),
        "blank" => UnicodeSets.Category("Zs").Union(CharacterRanges.Of('\t', '\t')),
        "cntrl" => UnicodeSets.Category("Cc"),
        "digit" => UnicodeSets.Category("Nd"),
        "graph" => Union("Z", "Cc", "Cs", "Cn").Complement(),
        "print" => Union("Zl", "Zp", "Cc", "Cs", "Cn").Complement(),
        "punct" => Union("P", "S"),
        "space" => UnicodeSets.WhiteSpace.Ranges,
        "word" => UnicodeSets.Word.Ranges,
        "xdigit" => HexadecimalDigit,
        "alnum" => UnicodeSets.Alphabetic.Union(UnicodeSets.Category("Nd")),
        "alpha" => UnicodeSets.Alphabetic,
        "upper" => UnicodeSets.Uppercase,
        "lower" => UnicodeSets.Lowercase,
        _ => null,
    };

    private static CharacterRanges Union(params ReadOnlySpan<string> categories)
    {
        CharacterRanges all = CharacterRanges.Empty;
        foreach (string name in categories)
        {
            all = all.Union(UnicodeSets.Category(name));
        }
        return all;
    }
}
