using System.Text;

namespace PureLlm.Benchmarks.Tokenizer;

/// <summary>Texts that break tokenizers: all planes, mixed scripts, white space, digits, contractions, emoji sequences, mutated prose, and bytes that are no UTF-8.</summary>
/// <remarks>A pure function of seed and index, so that a difference can be named and made again.</remarks>
internal sealed class FuzzText(ReadOnlyMemory<byte> prose)
{

    private static readonly (int First, int Last)[] Blocks =
    [
        (0x20, 0x7e), (0xa0, 0x24f), (0x300, 0x36f), (0x370, 0x3ff), (0x400, 0x52f), (0x590, 0x5ff), (0x600, 0x6ff), (0x900, 0x97f), (0xe00, 0xe7f),
        (0x1100, 0x11ff), (0x1e00, 0x1fff), (0x2000, 0x206f), (0x2070, 0x218f), (0x2190, 0x23ff), (0x2e80, 0x30ff), (0x3400, 0x4dbf), (0x4e00, 0x9fff), (0xac00, 0xd7a3),
        (0xf900, 0xfaff), (0xfb00, 0xfdff), (0xfe00, 0xffef), (0x10000, 0x103ff), (0x10400, 0x104ff), (0x11000, 0x1107f), (0x1d400, 0x1d7ff), (0x1f1e6, 0x1f1ff), (0x1f300, 0x1faff), (0x20000, 0x2a6df), (0xe0000, 0xe01ef),
    ];

    private static readonly string[] Parts =
    [
        "the", " the", " cat", "  ", "   ", " ", "\n", "\n\n", "\r\n", "\r", "\t", " \n", "\n ", "'s", "'S", "'ll", "'LL", "'Ve", "'re", "'d", "'m", "'t", "'", "''", "’s", "'ſ", "ſ", "K",
        "1", "12", "123", "1234", "12345678901234567890", " 42", "3.14", "1,000", "½", "²", "Ⅷ", "٣", "१२३", "!", "?!", "...", " ...", "---", "_", "__init__", "//", "/*", "*/", " {", "}\n", "();", "==", "->", "=>",
        "don't", "DON'T", "I'VE", "camelCase", "PascalCase", "snake_case", "HTTPServer", "iPhone", "McDonald", "ÀÉ", "éa", "e\u0301", "a\u0308\u0323", "ǅ", "ʰ", "ﬁ", "ß", "ẞ", "İ", "ı", "Σ", "ς",
        "日本語", "漢字かな", "カタカナ", "한국어", "ไทย", "हिन्दी", "العربية", "עברית", "Ελληνικά", "русский", "𝐀𝐁", "𠀀", "𝟏𝟐", "👍🏽", "👩‍👩‍👧‍👦", "🇩🇪", "❤️", "☺", "€", "£5", "№", "™", "\u00a0", "\u2003", "\u3000", "\u200b", "\u200d", "\u2028", "\u0085", "\ufeff", "\u00ad", "\0", "\u0001", "\u001f", "\u007f",
        "<|endoftext|>", "<|im_start|>", "<s>", "</s>", "<unk>", "[UNK]", "[CLS]", "##ing", "▁", "▁▁", "<0x41>", "Ġ", "Ċ", "<|", "|>", "http://a.b/c?d=e&f", "user@example.com", "a.b.c", "x=1;", "\"quoted\"", "«q»", "“q”", "—", "–", "…",
    ];

    /// <summary>One text. Of every sixteen, one is arbitrary bytes; the others are valid UTF-8.</summary>
    public byte[] Text(ulong seed, long index)
    {
        var random = new Random(unchecked((int)Mix(seed, index)));
        return random.Next(16) switch
        {
            0 => Bytes(random),
            1 or 2 => Encode(random, _ => Scalar(random, 0, 0x10ffff)),
            3 or 4 or 5 => Encode(random, _ => InBlock(random)),
            6 => OneBlock(random),
            7 => Run(random),
            8 or 9 or 10 => Mutated(random),
            _ => Joined(random),
        };
    }

    /// <summary>The text as a program sees it that takes only Unicode: invalid parts as U+FFFD.</summary>
    public static byte[] Valid(byte[] text) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text));

    private static ulong Mix(ulong seed, long index)
    {
        ulong x = (seed * 0x9E3779B97F4A7C15) + (ulong)index;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(1, 40)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Encode(Random random, Func<int, Rune> next) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 24)).Select(i => next(i).ToString())));

    private static Rune Scalar(Random random, int first, int last)
    {
        int value = random.Next(first, last + 1);
        return Rune.IsValid(value) && Rune.GetUnicodeCategory(new Rune(value)) != System.Globalization.UnicodeCategory.OtherNotAssigned ? new Rune(value) : new Rune('a' + (value % 26));
    }

    private static Rune InBlock(Random random)
    {
        (int first, int last) = Blocks[random.Next(Blocks.Length)];
        return random.Next(4) == 0 ? new Rune(' ') : Scalar(random, first, last);
    }

    private static byte[] OneBlock(Random random)
    {
        (int first, int last) = Blocks[random.Next(Blocks.Length)];
        return Encode(random, _ => Scalar(random, first, last));
    }

    /// <summary>One thing many times, perhaps between two others: long runs of spaces, digits, letters, emoji.</summary>
    private static byte[] Run(Random random)
    {
        string part = Parts[random.Next(Parts.Length)], before = Parts[random.Next(Parts.Length)], after = Parts[random.Next(Parts.Length)];
        return Encoding.UTF8.GetBytes(before + string.Concat(Enumerable.Repeat(part, random.Next(2, 80))) + (random.Next(2) == 0 ? after : ""));
    }

    private static byte[] Joined(Random random) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => Parts[random.Next(Parts.Length)])));

    /// <summary>A stretch of prose with some characters replaced, doubled or upper-cased.</summary>
    private byte[] Mutated(Random random)
    {
        if (prose.Length < 200)
        {
            return Joined(random);
        }
        int start = random.Next(prose.Length - 120);
        var text = new StringBuilder(Encoding.UTF8.GetString(prose.Span.Slice(start, random.Next(10, 120))));
        for (int edits = random.Next(6); edits > 0; edits--)
        {
            int at = random.Next(text.Length);
            switch (random.Next(4))
            {
                case 0:
                    text.Insert(at, Parts[random.Next(Parts.Length)]);
                    break;
                case 1:
                    text[at] = char.ToUpperInvariant(text[at]);
                    break;
                case 2:
                    text.Insert(at, new string(text[at] is >= '\ud800' and <= '\udfff' ? ' ' : text[at], random.Next(1, 6)));
                    break;
                default:
                    text.Insert(at, InBlock(random).ToString());
                    break;
            }
        }
        return Valid(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
