using System.Globalization;

namespace PureLlm.Tokenizer.Unicode;

/// <summary>What the split patterns ask about a character, as one number below 32: its general category, with the controls that are white space apart.</summary>
/// <remarks>Sets of kinds are bit masks, so that a test of a character is one look-up and one shift.</remarks>
internal static class CharacterKind
{
    /// <summary>U+0009 to U+000D and U+0085: category Cc, property White_Space. The other white space is exactly the category Z.</summary>
    public const int SpaceControl = 31;

    /// <summary>The kind of a byte that is not part of valid UTF-8: it counts as U+FFFD, a symbol.</summary>
    public const int Broken = (int)UnicodeCategory.OtherSymbol;

    /// <summary>\p{Lu}\p{Lt}</summary>
    public const uint Capitals = 1u << (int)UnicodeCategory.UppercaseLetter | 1u << (int)UnicodeCategory.TitlecaseLetter;

    /// <summary>\p{Ll}</summary>
    public const uint Small = 1u << (int)UnicodeCategory.LowercaseLetter;

    /// <summary>\p{Lm}\p{Lo}: letters without case.</summary>
    public const uint Caseless = 1u << (int)UnicodeCategory.ModifierLetter | 1u << (int)UnicodeCategory.OtherLetter;

    /// <summary>\p{L}</summary>
    public const uint Letters = Capitals | Small | Caseless;

    /// <summary>\p{M}</summary>
    public const uint Marks = 1u << (int)UnicodeCategory.NonSpacingMark | 1u << (int)UnicodeCategory.SpacingCombiningMark | 1u << (int)UnicodeCategory.EnclosingMark;

    /// <summary>\p{N}</summary>
    public const uint Numbers = 1u << (int)UnicodeCategory.DecimalDigitNumber | 1u << (int)UnicodeCategory.LetterNumber | 1u << (int)UnicodeCategory.OtherNumber;

    /// <summary>\s: the property White_Space.</summary>
    public const uint Spaces = 1u << (int)UnicodeCategory.SpaceSeparator | 1u << (int)UnicodeCategory.LineSeparator | 1u << (int)UnicodeCategory.ParagraphSeparator | 1u << SpaceControl;

    /// <summary>\p{P}</summary>
    public const uint Punctuation = 1u << (int)UnicodeCategory.ConnectorPunctuation | 1u << (int)UnicodeCategory.DashPunctuation
        | 1u << (int)UnicodeCategory.OpenPunctuation | 1u << (int)UnicodeCategory.ClosePunctuation
        | 1u << (int)UnicodeCategory.InitialQuotePunctuation | 1u << (int)UnicodeCategory.FinalQuotePunctuation | 1u << (int)UnicodeCategory.OtherPunctuation;

    /// <summary>\p{S}</summary>
    public const uint Symbols = 1u << (int)UnicodeCategory.MathSymbol | 1u << (int)UnicodeCategory.CurrencySymbol
        | 1u << (int)UnicodeCategory.ModifierSymbol | 1u << (int)UnicodeCategory.OtherSymbol;

    /// <summary>[^\s\p{L}\p{N}]</summary>
    public const uint Others = ~(Spaces | Letters | Numbers);
}
