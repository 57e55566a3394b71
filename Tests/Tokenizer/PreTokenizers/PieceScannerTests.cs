using System.Text;
using System.Text.RegularExpressions;
using PureLlm.Tests.Tokenizer.Unicode;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tests.Tokenizer.PreTokenizers;

public class PieceScannerTests
{
    private static readonly string[] Atoms =
    [
        "'s", "'S", "'T", "'ll", "'lL", "'re", "'VE", "'m", "'d", "’s", "'", "''", " ", "  ", "\t", "\n", "\r\n", "\r", "\n\n", " \n ", "\u00a0", "\u3000", "\u2028", "\u0085",
        "\u200d", "\ufe0f", "\0", "\u0001", "a", "A", "Ab", "AB", "HELLO", "camelCase", "XMLHttp", "1", "12", "1234", "٣", "²", "Ⅷ", "日本", "日本ABC", "カナ", "ー", "・", "\u3098",
        "ǅ", "ǅa", "ʰ", "ªa", "é", "e\u0301", "\u0301", "\u0301AB", "A\u0301B", "हिन्दी", "ไทย", "العربية", "!", "...", "/", "\n/", "!/\n/", "_", "()", "{}", "$", "€", "«", "“", "Ⓐ", "İ", "ß", "x",
    ];

    private static IEnumerable<string> ScannerNames => PieceScanner.All.Select(s => s.Name);

    private static PieceScanner Named(string name) => PieceScanner.All.First(s => s.Name == name);

    private static string[] Split(PieceScanner scanner, string text) => [.. Cut(scanner, Encoding.UTF8.GetBytes(text)).Select(Encoding.UTF8.GetString)];

    private static List<byte[]> Cut(PieceScanner scanner, byte[] utf8)
    {
        List<byte[]> pieces = [];
        for (int i = 0; i < utf8.Length;)
        {
            int length = scanner.NextLength(utf8, i);
            Assert.That(length, Is.InRange(1, utf8.Length - i));
            pieces.Add(utf8[i..(i + length)]);
            i += length;
        }
        return pieces;
    }

    /// <summary>.NET's engine, which knows no characters beyond the first plane and no possessive quantifiers; unmatched text stays, as with Hugging Face's Isolated.</summary>
    private static List<string> ByRegex(PieceScanner scanner, string text)
    {
        List<string> pieces = [text];
        foreach (string pattern in scanner.Patterns)
        {
            string known = scanner == PieceScanner.Cl100kWholeEnd ? pattern.Replace("++", "+").Replace("?+", "?").Replace("*+", "*").Replace("$", @"\z") : pattern;
            var regex = new Regex(known, RegexOptions.CultureInvariant);
            List<string> finer = [];
            foreach (string piece in pieces)
            {
                int at = 0;
                foreach (Match match in regex.Matches(piece))
                {
                    finer.Add(piece[at..match.Index]);
                    finer.Add(match.Value);
                    at = match.Index + match.Length;
                }
                finer.Add(piece[at..]);
            }
            pieces = [.. finer.Where(p => p.Length > 0)];
        }
        return pieces;
    }

    [TestCaseSource(nameof(ScannerNames))]
    public void Pieces_are_what_the_regular_expression_matches_within_the_first_plane(string name)
    {
        if (!CharacterTableGenerator.RuntimeHasTheSameVersion)
        {
            Assert.Ignore("the run time's regular expressions have another Unicode version");
        }
        PieceScanner scanner = Named(name);
        var random = new Random(1);
        for (int i = 0; i < 1_500; i++)
        {
            string text = i < Texts.Difficult.Length ? Texts.Difficult[i]
                : i % 3 == 0 ? Encoding.UTF8.GetString(Texts.Random(random))
                : string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => Atoms[random.Next(Atoms.Length)]));
            if (!text.Any(c => char.IsSurrogate(c) || c == 'ſ'))
            {
                Assert.That(Split(scanner, text), Is.EqualTo(ByRegex(scanner, text)), () => $"{name}: {Uri.EscapeDataString(text)}");
            }
        }
    }

    [TestCaseSource(nameof(ScannerNames))]
    public void Any_bytes_are_cut_and_join_again(string name)
    {
        var random = new Random(2);
        for (int i = 0; i < 2_000; i++)
        {
            byte[] input = Texts.Random(random);
            Assert.That(Cut(Named(name), input).SelectMany(p => p).ToArray().AsSpan().SequenceEqual(input), () => Convert.ToHexString(input));
        }
    }

    [TestCaseSource(nameof(ScannerNames))]
    public void What_stands_before_a_piece_and_what_memory_follows_the_text_do_not_matter(string name)
    {
        var random = new Random(3);
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 300).Select(_ => Atoms[random.Next(Atoms.Length)])));
        int at = 0;
        foreach (byte[] piece in Cut(Named(name), text))
        {
            Assert.That(Named(name).NextLength(text[at..], 0), Is.EqualTo(piece.Length), () => $"{name} at {at}");
            at += piece.Length;
        }
        for (int end = 0; end < 400; end++)
        {
            // The same bytes, once at the end of an array and once with more after them.
            Assert.That(Cut(Named(name), text[..end]), Is.EqualTo(Cut(Named(name), text.AsSpan(0, end).ToArray())));
        }
    }

    [Test]
    public void A_byte_that_is_not_UTF_8_is_a_symbol()
    {
        foreach (byte[] broken in new byte[][] { [0xFF], [0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80], [0x80] })
        {
            byte[] text = [(byte)'a', .. broken, (byte)'b'];
            Assert.That(Cut(PieceScanner.Gpt2, text).Select(p => p.Length), Is.EqualTo(new[] { 1, broken.Length, 1 }), () => Convert.ToHexString(broken));
        }
    }

    [Test]
    public void Characters_beyond_the_first_plane_are_what_Unicode_says()
    {
        Assert.That(Split(PieceScanner.Gpt2, "a𝐀b"), Is.EqualTo(new[] { "a𝐀b" }));
        Assert.That(Split(PieceScanner.Gpt2, " 𠀀"), Is.EqualTo(new[] { " 𠀀" }));
        Assert.That(Split(PieceScanner.Gpt2, "1𝟏"), Is.EqualTo(new[] { "1𝟏" }));
        Assert.That(Split(PieceScanner.O200k, "𝐚𝐀𝐁𝐛"), Is.EqualTo(new[] { "𝐚", "𝐀𝐁𝐛" }));
        Assert.That(Split(PieceScanner.Cl100k, "😀😀a"), Is.EqualTo(new[] { "😀😀", "a" }));
        Assert.That(Split(PieceScanner.Cl100k, "😀a"), Is.EqualTo(new[] { "😀a" }));
    }

    [Test]
    public void The_long_s_is_a_contraction_where_case_does_not_matter()
    {
        Assert.That(Split(PieceScanner.Cl100k, "x'ſy"), Is.EqualTo(new[] { "x", "'ſ", "y" }));
        Assert.That(Split(PieceScanner.O200k, "x'ſy"), Is.EqualTo(new[] { "x'ſ", "y" }));
        Assert.That(Split(PieceScanner.Gpt2, "x'ſ"), Is.EqualTo(new[] { "x", "'", "ſ" }));
    }

    [Test]
    public void White_space_is_cut_as_each_pattern_says()
    {
        Assert.That(Split(PieceScanner.Gpt2, "a \n b  "), Is.EqualTo(new[] { "a", " \n", " b", "  " }));
        Assert.That(Split(PieceScanner.Cl100k, "a \n \n  b \n "), Is.EqualTo(new[] { "a", " \n \n", " ", " b", " \n", " " }));
        Assert.That(Split(PieceScanner.Cl100kWholeEnd, "a \n \n  b \n "), Is.EqualTo(new[] { "a", " \n \n", " ", " b", " \n " }));
        Assert.That(Split(PieceScanner.DeepSeek, "a  1 日"), Is.EqualTo(new[] { "a", "  ", "1", " ", "日" }));
    }

    [Test]
    public void Words_keep_one_space_and_symbols_stand_alone() =>
        Assert.That(Split(PieceScanner.Words, "He said  \"No!\"\n"), Is.EqualTo(new[] { "He", " said", " ", " \"", "No", "!", "\"", "\n" }));

    [Test]
    public void Patterns_are_found_by_every_published_spelling()
    {
        foreach (PieceScanner scanner in PieceScanner.All)
        {
            Assert.That(PieceScanner.Find([.. scanner.Patterns]), Is.SameAs(scanner));
        }
        Assert.That(PieceScanner.Find(@"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"), Is.SameAs(PieceScanner.Gpt2));
        Assert.That(PieceScanner.Find(@"\w+"), Is.Null);
        Assert.That(PieceScanner.Find(PieceScanner.DeepSeek.Patterns[0]), Is.Null);
        Assert.Throws<InvalidOperationException>(() => _ = PieceScanner.DeepSeek.Pattern);
        Assert.Throws<ArgumentOutOfRangeException>(() => PieceScanner.Gpt2.NextLength("a"u8, 1));
    }
}
