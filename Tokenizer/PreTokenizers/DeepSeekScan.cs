using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>DeepSeek V3's and R1's three splits in one: digits by three, runs of Chinese and Japanese, then words, punctuation and white space between those.</summary>
/// <remarks>
/// The third pattern sees each number, each Chinese run and each stretch between those as a text of its own. What it does not match
/// (controls, format characters, unassigned ones) stays together up to its next match.
/// </remarks>
internal readonly unsafe struct DeepSeekScan : IPieceScan
{
    public static readonly string[][] Spellings =
    [
        [
            @"\p{N}{1,3}",
            "[一-龥\u3040-ゟ゠-ヿ]+",
            @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        ],
    ];

    // Added to the kind of a character of [一-龥぀-ゟ゠-ヿ]; a shift by a kind looks at its lower five bits only.
    private const int Chinese = 32;
    private const uint Words = CharacterKind.Letters | CharacterKind.Marks;
    private const uint Signs = CharacterKind.Punctuation | CharacterKind.Symbols;

    public static byte* Next(byte* p, byte* end)
    {
        int kind = KindAt(p, end, out int length), side = kind & Chinese;
        byte* next = p + length;
        if (ScanText.Among(CharacterKind.Numbers, kind))
        {
            return ScanText.Numbers(next, end, 2);
        }
        if (ScanText.Among(Words, kind))
        {
            return Run(next, end, Words, side);
        }
        if (*p < 0x80 && ScanText.Among(Signs, kind) && next < end && (*next | 0x20u) - 'a' < 26)
        {
            return ScanText.AsciiLetters(next, end);
        }
        byte* afterSigns = Run(*p == ' ' ? next : p, end, Signs, side);
        if (!ScanText.Among(Signs, kind) && *p is not ((byte)'\r' or (byte)'\n') && Run(next, end, Words, side) is var word && word > next)
        {
            return word;
        }
        if (afterSigns > next || ScanText.Among(Signs, kind))
        {
            return side == 0 ? SpaceRuns.LineBreaks(afterSigns, end, orSlash: false) : afterSigns;
        }
        return ScanText.Among(CharacterKind.Spaces, kind) ? Spaces(p, end) : Gap(next, end, side);
    }

    private static byte* Spaces(byte* p, byte* end)
    {
        byte* stop = ScanText.Run(p, end, CharacterKind.Spaces);
        bool ends = stop == end || (KindAt(stop, end, out _) is var kind && (ScanText.Among(CharacterKind.Numbers, kind) || kind >= Chinese));
        return SpaceRuns.NextByLines(p, ends ? stop : end, whole: false);
    }

    /// <summary>What no alternative matches; its last character goes to the word that follows, if one does.</summary>
    private static byte* Gap(byte* p, byte* end, int side)
    {
        byte* last = p;
        while (p < end && KindAt(p, end, out int length) is var kind && (kind & Chinese) == side
            && !ScanText.Among(CharacterKind.Numbers | Signs | CharacterKind.Spaces, kind))
        {
            if (ScanText.Among(Words, kind))
            {
                return last;
            }
            last = p;
            p += length;
        }
        return p;
    }

    private static byte* Run(byte* p, byte* end, uint kinds, int side)
    {
        while (p < end && KindAt(p, end, out int length) is var kind && (kind & Chinese) == side && ScanText.Among(kinds, kind))
        {
            p += length;
        }
        return p;
    }

    private static int KindAt(byte* p, byte* end, out int length)
    {
        if (*p < 0x80)
        {
            length = 1;
            return ScanText.AsciiKind(*p);
        }
        int code = ScanText.WideCodePointAt(p, end, out length);
        return code < 0 ? CharacterKind.Broken : CharacterTable.KindOf(code) | (code is (>= 0x4E00 and <= 0x9FA5) or (>= 0x3040 and <= 0x30FF) ? Chinese : 0);
    }
}
