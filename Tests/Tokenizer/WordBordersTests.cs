using System.Text;
using PureLlm.Tests.Tokenizer.Normalizers;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Models.SentencePiece;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tests.Tokenizer;

/// <summary>Texts encoded word by word, with words that are remembered, against the same texts in one go.</summary>
public class WordBordersTests
{
    private static readonly Rune Mark = new('▁');

    private static readonly (string From, string To)[] Rules =
        [("\u00a0", " "), ("\u3000", " "), ("\n", " "), ("\t", " "), ("\u200b", ""), ("ﬁ", "fi"), ("ﷺ", "a b"), ("…", "..."), ("½", " 1/2"), ("é", "e"), ("e\u0301", "é"), ("語", "ab ")];

    private static readonly PrecompiledNormalizer Compiled = new(CompiledRules.Of(Rules));

    /// <summary>Letters, marks and bytes, with merges across letters and after the mark.</summary>
    private static CharacterBytePairModel Pairs()
    {
        string[] made = ["th", "the", "▁the", "at", "cat", "▁▁", "▁c", "日本"];
        byte[][] tokens = [.. Enumerable.Range(0, 256).Select(BytePieces.Spelling), .. Vocab("▁thecaxb.1\"日本"), .. made.Select(Encoding.UTF8.GetBytes)];
        int Id(string token) => Array.FindIndex(tokens, t => Encoding.UTF8.GetString(t) == token);
        return new CharacterBytePairModel(
            [.. tokens, "<unk>"u8.ToArray()],
            [.. new[] { ("t", "h"), ("th", "e"), ("▁", "the"), ("a", "t"), ("c", "at"), ("▁", "▁"), ("▁", "c"), ("日", "本") }.Select(m => (Id(m.Item1), Id(m.Item2)))],
            new CharacterBytePairRules { ByteFallback = true, UnknownToken = "<unk>", FuseUnknown = true });
    }

    private static byte[][] Vocab(string characters) => [.. characters.EnumerateRunes().Select(r => Encoding.UTF8.GetBytes(r.ToString()))];

    private static SentencePieceBytePairModel Scored()
    {
        CharacterBytePairModel pairs = Pairs();
        return new SentencePieceBytePairModel(new SentencePieceVocabulary(
            [.. Enumerable.Range(0, pairs.VocabularySize).Select(id => new ScoredPiece(pairs.Token(id).ToArray(), -id, id < 256 ? SentencePieceType.Byte : id == pairs.VocabularySize - 1 ? SentencePieceType.Unknown : SentencePieceType.Normal))],
            byteFallback: true));
    }

    private static SequenceNormalizer All(params Normalizer[] steps) => new(steps);

    private static IEnumerable<TestCaseData> Pipelines()
    {
        TestCaseData Case(string name, Normalizer? normalizer, PreTokenizer? split, TokenModel? model = null) =>
            new TestCaseData(new PipelineParts { Normalizer = normalizer, PreTokenizer = split, Model = model ?? Pairs() }).SetArgDisplayNames(name);
        ReplaceNormalizer runs = new(" {2,}", isRegex: true, "▁"), marks = new(" ", isRegex: false, "▁");
        yield return Case("BERT", new BertNormalizer(), new BertPreTokenizer(), PipelineExamples.Load(PipelineExamples.Bert).Model);
        yield return Case("WhitespaceSplit", null, new WhitespaceSplitPreTokenizer());
        yield return Case("Whitespace", All(new UnicodeNormalizer(NormalizationForm.FormC), new LowercaseNormalizer()), new WhitespacePreTokenizer());
        yield return Case("T5", All(Compiled, new StripNormalizer(left: false), runs), new MetaspacePreTokenizer(Mark));
        yield return Case("XLM-R", Compiled, new SequencePreTokenizer([new WhitespaceSplitPreTokenizer(), new MetaspacePreTokenizer(Mark)]));
        yield return Case("ALBERT", All(new ReplaceNormalizer("``", isRegex: false, "\""), new ReplaceNormalizer("''", isRegex: false, "\""), new UnicodeNormalizer(NormalizationForm.FormKD), new StripAccentsNormalizer(), new LowercaseNormalizer(), Compiled, new ReplaceNormalizer(" {2,}", isRegex: true, " ")), new MetaspacePreTokenizer(Mark, PrependScheme.First));
        yield return Case("Llama 2", All(new PrependNormalizer("▁"), marks), null);
        yield return Case("unsplit Metaspace", new UnicodeNormalizer(NormalizationForm.FormKC), new MetaspacePreTokenizer(Mark, PrependScheme.First, split: false));
        yield return Case("converted", All(Compiled, new ReplaceNormalizer(@"\A +|[ \u2581]+\z", isRegex: true, ""), new ReplaceNormalizer(" {2,}", isRegex: true, " "), new PrependNormalizer("▁"), marks), null);
        yield return Case("trained", All(new ReplaceNormalizer(@"\s+", isRegex: true, " "), new StripNormalizer()), new MetaspacePreTokenizer(Mark));
        yield return Case("digits first", new NmtNormalizer(), new SequencePreTokenizer([new DigitsPreTokenizer(individualDigits: true), new PunctuationPreTokenizer(), new MetaspacePreTokenizer(Mark)]));
        foreach (bool extra in new[] { false, true })
        {
            var options = new SentencePieceNormalizerOptions { PrecompiledCharactersMap = CompiledRules.Of(Rules), RemovesExtraWhitespaces = extra, UserDefinedPieces = ["cat."u8.ToArray()] };
            yield return Case($"SentencePiece, extra spaces {extra}", new SentencePieceNormalizer(options), null, Scored());
        }
    }

    [TestCaseSource(nameof(Pipelines))]
    public void Word_by_word_gives_the_tokens_places_and_pieces_of_the_whole(PipelineParts parts)
    {
        var added = new AddedVocabulary([], parts.Model, parts.Normalizer);
        WordBorders? borders = WordBorders.Of(parts);
        Assert.That(borders, Is.Not.Null);
        PipelineEncoder words = new(parts, added, borders), whole = new(parts, added, null);
        (TokenBuffer found, TokenBuffer expected) = (new(), new());
        var random = new Random(11);
        for (int round = 0; round < 2000; round++)
        {
            byte[] text = Encoding.UTF8.GetBytes(round % 3 == 0 ? Mixed(random) : Prose(random));
            bool notes = round % 2 == 0;
            found.Clear();
            expected.Clear();
            words.Encode(text, findsSpecial: false, found, notes);
            whole.Encode(text, findsSpecial: false, expected, notes);
            string shown = System.Text.Json.JsonSerializer.Serialize(Encoding.UTF8.GetString(text));
            Assert.That(found.Ids.ToArray(), Is.EqualTo(expected.Ids.ToArray()), shown);
            Assert.That(found.Starts.ToArray(), Is.EqualTo(expected.Starts.ToArray()), shown);
            Assert.That(found.Ends.ToArray(), Is.EqualTo(expected.Ends.ToArray()), shown);
            Assert.That(words.PieceEnds, Is.EqualTo(whole.PieceEnds), shown);
        }
    }

    [Test]
    public void A_text_is_cut_before_spaces_between_characters_that_are_sure()
    {
        var borders = WordBorders.Of(new PipelineParts { Normalizer = new BertNormalizer(), PreTokenizer = new BertPreTokenizer(), Model = Pairs() })!;
        Assert.That(Cut(borders, "the  cat\nsat привет 日本  \u0301x \u00a0y.  "), Is.EqualTo(new[] { "the", "  cat", "\nsat", " привет", " 日本  \u0301x \u00a0y.  " }));
        var lines = WordBorders.Of(new PipelineParts { Normalizer = All(new PrependNormalizer("▁"), new ReplaceNormalizer(" ", isRegex: false, "▁")), Model = Pairs() })!;
        Assert.That(Cut(lines, "a b\nc"), Is.EqualTo(new[] { "a", " b", "\nc" }), "the line break has a byte token that merges with nothing");
    }

    [Test]
    public void Pipelines_that_look_over_spaces_have_no_borders()
    {
        MetaspacePreTokenizer split = new(Mark);
        static SentencePieceNormalizer Rewriting(string from) => new(new SentencePieceNormalizerOptions { PrecompiledCharactersMap = CompiledRules.Of(("x", "y"), (from, "z")) });
        Assert.That(Of(new ReplaceNormalizer("a b", isRegex: false, "c"), split), Is.Null);
        Assert.That(Of(new ReplaceNormalizer("e +", isRegex: true, "c"), split), Is.Null);
        Assert.That(Of(new ReplaceNormalizer(".", isRegex: false, ""), split), Is.Null, "a word could lose its end");
        Assert.That(Of(null, null, new CharacterBytePairModel(["a"u8.ToArray(), "▁"u8.ToArray(), "a▁"u8.ToArray()], [(0, 1)], new CharacterBytePairRules())), Is.Null);
        Assert.That(Of(Rewriting("a b"), null, Scored()), Is.Null);
        Assert.That(Of(Rewriting(" \u0301b"), null, Scored()), Is.Not.Null);

        static WordBorders? Of(Normalizer? normalizer, PreTokenizer? split, TokenModel? model = null) =>
            WordBorders.Of(new PipelineParts { Normalizer = normalizer, PreTokenizer = split, Model = model ?? Pairs() });
    }

    private static List<string> Cut(WordBorders borders, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        List<string> parts = [];
        for (int at = 0, next; at < utf8.Length; at = next)
        {
            next = borders.Next(utf8, at);
            parts.Add(Encoding.UTF8.GetString(utf8[at..next]));
        }
        return parts;
    }

    private static string Mixed(Random random)
    {
        string[] parts =
        [
            "the", "cat", " ", " ", " ", "  ", "\n", "\t", "\r\n", "\u00a0", "\u3000", "▁", "é", "e\u0301", "\u0301", "日本", "語", "ﷺ", "ﱞ", "\u0600", "x", "``", "''", ".", ",", "1", "23", "²", "½", "ﬁ", "Å",
            "\u200b", "\u200d", "👩‍👩", "हि", "ी", "क्ष", "가", "\u1100", "\u1161", "\u11a8", "ß", "İ", "Σ", "…", "“", "\0", "\ufffd", "a long word that is longer than forty-eight bytes in all, without a space"[..(random.Next(60) + 4)].Replace(' ', '-'),
        ];
        return string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => parts[random.Next(parts.Length)]));
    }

    private static string Prose(Random random)
    {
        string[] words = ["the", "cat", "sat", "the.", "“cat”", "x", "1/2", "23", "привет", "日本", "naïve", "éa", "Straße…", "(the", "cat)", "seven-syllable-word", "``the''", "क्षत्रिय"];
        string[] spaces = [" ", " ", " ", " ", " ", "  ", "\n", "\n\n  ", " \u00a0", ""];
        return string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => words[random.Next(words.Length)] + spaces[random.Next(spaces.Length)]));
    }
}
