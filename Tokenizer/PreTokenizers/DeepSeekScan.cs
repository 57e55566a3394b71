using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>DeepSeek V3's and R1's three splits in one: digits by three, runs of Chinese and Japanese, then words, punctuation and white space between those.</summary>
/// <remarks>
/// The third pattern sees only what lies between numbers and Chinese runs, so both end its text. What it does not match (controls, format
/// characters, unassigned ones) stays together up to its next match.
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

    // Kinds of our own beside the general ones, which end below: a character of [一-龥぀-ゟ゠-ヿ] counts as 30 (unused by Unicode).
    private const int Chinese = 30;
    private const uint Stops = CharacterKind.Numbers | (1u << Chinese);
    private const uint Words = CharacterKind.Letters | CharacterKind.Marks;
    private const uint Signs = CharacterKind.Punctuation | CharacterKind.Symbols;

    public static byte* Next(byte* p, byte* end)
    {
        int kind = KindAt(p, end, out int length);
        byte* next = p + length;
        if (ScanText.Among(CharacterKind.Numbers, kind))
        {
            return ScanText.Numbers(next, end, 2);
        }
        if (kind == Chinese)
        {
            return Run(next, end, 1u << Chinese);
        }
        if (ScanText.Among(Words, kind))
        {
            return Run(next, end, Words);
        }
        int following = next < end ? KindAt(next, end, out length) : Chinese;
        if (*p < 0x80 && ScanText.Among(Signs, kind) && next < end && (*next | 0x20u) - 'a' < 26)
        {
            return ScanText.AsciiLetters(next, end);
        }
        if (ScanText.Among(Words, following) && !ScanText.Among(Signs, kind) && *p is not ((byte)'\r' or (byte)'\n'))
        {
            return Run(next + length, end, Words);
        }
        if (*p == ' ' && ScanText.Among(Signs, following))
        {
            kind = following;
            next += length;
        }
        if (ScanText.Among(Signs, kind))
        {
            return SpaceRuns.LineBreaks(Run(next, end, Signs), end, orSlash: false);
        }
        return ScanText.Among(CharacterKind.Spaces, kind) ? Spaces(p, end) : Gap(next, end);
    }

    private static byte* Spaces(byte* p, byte* end)
    {
        byte* stop = ScanText.Run(p, end, CharacterKind.Spaces);
        bool ends = stop == end || ScanText.Among(Stops, KindAt(stop, end, out _));
        return SpaceRuns.NextByLines(p, ends ? stop : end, whole: false);
    }

    /// <summary>What no alternative matches; its last character goes to the word that follows, if one does.</summary>
    private static byte* Gap(byte* p, byte* end)
    {
        byte* last = p;
        while (p < end && KindAt(p, end, out int length) is var kind && !ScanText.Among(Stops | Signs | CharacterKind.Spaces, kind))
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

    private static byte* Run(byte* p, byte* end, uint kinds)
    {
        while (p < end && ScanText.Among(kinds, KindAt(p, end, out int length)))
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
        return code is (>= 0x4E00 and <= 0x9FA5) or (>= 0x3040 and <= 0x30FF) ? Chinese : code < 0 ? CharacterKind.Broken : CharacterTable.KindOf(code);
    }
}
