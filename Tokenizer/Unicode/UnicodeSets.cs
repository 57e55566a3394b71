using System.Globalization;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Unicode;

/// <summary>The sets of characters that normalizers, pre-tokenizers and patterns ask for, built on first use.</summary>
internal static class UnicodeSets
{
    private static readonly Lazy<CharacterRanges[]> ByCategory = new(ReadCategories);

    /// <summary>The property White_Space.</summary>
    public static CharacterSet WhiteSpace => LazyWhiteSpace.Value;

    /// <summary>General category N of Unicode 17.0, as Hugging Face's Digits knows it: digits, letter-like and other numbers.</summary>
    public static CharacterSet Number => LazyNumber.Value;

    /// <summary>True for a number that Unicode 17.0 added.</summary>
    public static bool IsLaterNumber(int character) => character is (>= 0x11DE0 and <= 0x11DE9) or (>= 0x16FF4 and <= 0x16FF6);

    /// <summary>Punctuation as Hugging Face's tokenizers know it: general category P of Unicode 8.0, and all of ASCII's 32 punctuation characters.</summary>
    public static CharacterSet Punctuation => LazyPunctuation.Value;

    /// <summary>What \w matches: letters and other alphabetic characters, marks, decimal digits, connectors.</summary>
    public static CharacterSet Word => LazyWord.Value;

    /// <summary>The property Alphabetic.</summary>
    public static CharacterRanges Alphabetic => Category("L").Union(Category("Nl")).Union(Others.Value[0]);

    /// <summary>The property Lowercase.</summary>
    public static CharacterRanges Lowercase => Category("Ll").Union(Others.Value[1]);

    /// <summary>The property Uppercase.</summary>
    public static CharacterRanges Uppercase => Category("Lu").Union(Others.Value[2]);

    /// <summary><see cref="Word"/> and the two joiners, which is what \w matches in the library behind the Whitespace pre-tokenizer.</summary>
    public static CharacterSet WordOrJoiner => LazyWordOrJoiner.Value;

    /// <summary>General category M, marks, as of Unicode 9.0, which Hugging Face's StripAccents knows.</summary>
    public static CharacterSet CombiningMark => LazyCombiningMark.Value;

    /// <summary>General category Mn, marks without width, as of Unicode 8.0, which Hugging Face's BertNormalizer knows.</summary>
    public static CharacterSet BertNonspacingMark => LazyNonspacingMark.Value;

    /// <summary>Control, format and private characters as of Unicode 8.0, which Hugging Face's BertNormalizer removes.</summary>
    public static CharacterSet BertControl => LazyControl.Value;

    private static readonly Lazy<CharacterSet> LazyWhiteSpace = new(() => new(CharacterRanges.OfPairs(
        [9, 13, 32, 32, 0x85, 0x85, 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x202F, 0x205F, 0x205F, 0x3000, 0x3000])));

    private static readonly Lazy<CharacterSet> LazyNumber = new(() => new(Category("N").Union(CharacterRanges.OfPairs([0x11DE0, 0x11DE9, 0x16FF4, 0x16FF6]))));

    private static readonly Lazy<CharacterSet> LazyPunctuation =
        new(() => new(AsOf(8, "P").Union(CharacterRanges.OfPairs(['!', '/', ':', '@', '[', '`', '{', '~', 0x166D, 0x166D, 0x111C9, 0x111C9]))));

    private static readonly Lazy<CharacterSet> LazyWord = new(() => new(WordRanges()));

    private static readonly Lazy<CharacterSet> LazyWordOrJoiner = new(() => new(WordRanges().Union(CharacterRanges.Of(0x200C, 0x200D))));

    private static readonly Lazy<CharacterSet> LazyCombiningMark =
        new(() => new(AsOf(9, "M").Union(CharacterRanges.OfPairs([0x1CF2, 0x1CF3])).Without(CharacterRanges.Of(0x111C9, 0x111C9))));

    private static readonly Lazy<CharacterSet> LazyNonspacingMark =
        new(() => new(AsOf(8, "Mn").Union(CharacterRanges.OfPairs([0x1734, 0x1734, 0x1171E, 0x1171E]))
            .Without(CharacterRanges.OfPairs([0x1885, 0x1886, 0xA9BD, 0xA9BD, 0x111C9, 0x111C9]))));

    private static readonly Lazy<CharacterSet> LazyControl = new(() => new(AsOf(8, "Cc").Union(AsOf(8, "Cf")).Union(AsOf(8, "Co"))));

    /// <summary>A general category by its short name, one letter ("L") or two ("Lu"); null where there is none of the name.</summary>
    public static CharacterRanges? FindCategory(string name)
    {
        CharacterRanges? found = null;
        for (int i = 0; i < CategoryNames.Length; i++)
        {
            if (CategoryNames[i] == name || (name.Length == 1 && CategoryNames[i][0] == name[0]))
            {
                found = found is null ? ByCategory.Value[i] : found.Union(ByCategory.Value[i]);
            }
        }
        return found;
    }

    /// <summary>A general category that exists.</summary>
    public static CharacterRanges Category(string name) => FindCategory(name) ?? throw new ArgumentException($"there is no general category '{name}'", nameof(name));

    /// <summary>A category less the characters that later versions added; the few that changed category since are set right where it is used.</summary>
    private static CharacterRanges AsOf(int version, string name) => Category(name).Without(CharacterAge.AddedAfter(version));

    /// <summary>The short names in the order of <see cref="UnicodeCategory"/>.</summary>
    private static readonly string[] CategoryNames =
        ["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn"];

    /// <summary>Letters, marks, letter numbers, decimal digits, connectors, and the circled and squared Latin letters, which are alphabetic symbols.</summary>
    private static CharacterRanges WordRanges() =>
        Category("L").Union(Category("M")).Union(Category("Nd")).Union(Category("Nl")).Union(Category("Pc"))
            .Union(CharacterRanges.OfPairs([0x24B6, 0x24E9, 0x1F130, 0x1F149, 0x1F150, 0x1F169, 0x1F170, 0x1F189]));

    /// <summary>The members of the three properties outside the categories that they start from: count, then (gap, length, 1); see the generator.</summary>
    private static readonly Lazy<CharacterRanges[]> Others = new(() =>
    {
        int[] packed = PackedTable.Unpack(PropertyData.Packed);
        var sets = new CharacterRanges[3];
        for (int i = 0, at = 0; i < sets.Length; i++)
        {
            List<int> pairs = [];
            int last = 0;
            for (int count = packed[at++]; count > 0; count--, at += 3)
            {
                int first = last + packed[at];
                last = first + packed[at + 1] - 1;
                pairs.AddRange([first, last]);
            }
            sets[i] = CharacterRanges.OfPairs([.. pairs]);
        }
        return sets;
    });

    private static CharacterRanges[] ReadCategories()
    {
        var pairs = new List<int>[CategoryNames.Length];
        for (int i = 0; i < pairs.Length; i++)
        {
            pairs[i] = [];
        }
        for (int c = 0; c <= Utf8Character.Broken; c++)
        {
            // A byte that is not UTF-8 counts as U+FFFD, a symbol.
            List<int> list = pairs[(int)(c == Utf8Character.Broken ? UnicodeCategory.OtherSymbol : CharacterTable.CategoryOf(c))];
            if (list.Count > 0 && list[^1] == c - 1)
            {
                list[^1] = c;
            }
            else
            {
                list.Add(c);
                list.Add(c);
            }
        }
        return [.. pairs.Select(list => CharacterRanges.OfPairs([.. list]))];
    }
}
