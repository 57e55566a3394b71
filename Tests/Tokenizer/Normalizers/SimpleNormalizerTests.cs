using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Normalizers;

namespace PureLlm.Tests.Tokenizer.Normalizers;

/// <summary>The normalizers that are one rule each.</summary>
public class SimpleNormalizerTests
{
    [Test]
    public void Lowercase_knows_scripts_beyond_Latin_and_the_one_letter_that_becomes_two() =>
        Assert.That(Normalized.Sources(new LowercaseNormalizer(), "AΣ\U00010400İ"), Is.EqualTo("a:0-1 σ:1-3 \U00010428:3-7 i:7-9 \u0307:7-9"));

    [TestCase(true, true, "a b")]
    [TestCase(true, false, "a b \u2003")]
    [TestCase(false, true, "\u00a0\n a b")]
    public void Strip_takes_white_space_from_the_ends(bool left, bool right, string expected) =>
        Assert.That(Normalized.Text(new StripNormalizer(left, right), "\u00a0\n a b \u2003"), Is.EqualTo(expected));

    [Test]
    public void Strip_of_nothing_but_space_leaves_nothing() => Assert.That(Normalized.Text(new StripNormalizer(), " \t\u3000"), Is.Empty);

    [Test]
    public void Strip_accents_takes_marks_and_leaves_composed_letters() =>
        Assert.That(Normalized.Text(new StripAccentsNormalizer(), "e\u0301é\u20dd"), Is.EqualTo("eé"));

    [Test]
    public void Nmt_removes_controls_and_makes_spaces_of_separators() =>
        Assert.That(Normalized.Text(new NmtNormalizer(), "a\u0001\u007f\tb\u200bc\u2028d\u0085e▁f"), Is.EqualTo("a b c d\u0085e f"));

    [Test]
    public void Prepend_stands_for_the_first_character() =>
        Assert.That(Normalized.Sources(new PrependNormalizer("▁"), "éa"), Is.EqualTo("▁:0-2 é:0-2 a:2-3"));

    [Test]
    public void Prepend_leaves_the_empty_text() => Assert.That(Normalized.Text(new PrependNormalizer("▁"), ""), Is.Empty);

    [Test]
    public void A_replacement_stands_for_the_last_character_of_the_match() =>
        Assert.That(Normalized.Sources(new ReplaceNormalizer("bc", false, "X"), "abcd"), Is.EqualTo("a:0-1 X:2-3 d:3-4"));

    [TestCase(" {2,}", true, " ", "a   b c", "a b c")]
    [TestCase(".", false, "", "a.b.", "ab")]
    [TestCase("", false, "-", "ab", "-a-b-")]
    [TestCase("``|''", true, "\"", "``a''", "\"a\"")]
    [TestCase("^", true, ">", "a\nb", ">a\n>b")]
    public void Replaces_every_match(string pattern, bool isRegex, string content, string text, string expected) =>
        Assert.That(Normalized.Text(new ReplaceNormalizer(pattern, isRegex, content), text), Is.EqualTo(expected));

    [Test]
    public void Byte_level_shows_every_byte_of_a_character_as_one_that_comes_from_it() =>
        Assert.That(Normalized.Sources(new ByteLevelNormalizer(visible: true), "a é"), Is.EqualTo("a:0-1 Ġ:1-2 Ã:2-4 ©:2-4"));

    [Test]
    public void Byte_level_before_a_vocabulary_of_bytes_leaves_the_text() => Assert.That(Normalized.Text(new ByteLevelNormalizer(visible: false), "a é"), Is.EqualTo("a é"));

    [Test]
    public void A_sequence_goes_in_order() =>
        Assert.That(Normalized.Sources(new SequenceNormalizer([new StripNormalizer(), new LowercaseNormalizer(), new PrependNormalizer("_")]), " A "), Is.EqualTo("_:1-2 a:1-2"));

    [Test]
    public void A_pattern_that_is_none_is_refused_where_it_breaks() =>
        Assert.That(() => new ReplaceNormalizer("a(b", true, ""), Throws.TypeOf<TokenizerException>().With.Message.Contains("character 2"));

    [Test]
    public void A_replacement_that_would_fill_the_memory_is_refused() =>
        Assert.That(() => Normalized.Text(new ReplaceNormalizer("", false, new string('x', 1 << 20)), new string('a', 1000)),
            Throws.TypeOf<TokenizerException>().With.Message.Contains("a text of 1000 bytes"));

    [Test]
    public void Any_bytes_pass_through_every_normalizer()
    {
        Normalizer[] all = [new LowercaseNormalizer(), new NmtNormalizer(), new StripNormalizer(), new StripAccentsNormalizer(), new BertNormalizer(), new PrependNormalizer("x"), new ReplaceNormalizer(".", true, "y"), new ByteLevelNormalizer(true)];
        var random = new Random(5);
        byte[] bytes = new byte[200];
        for (int i = 0; i < 200; i++)
        {
            random.NextBytes(bytes);
            foreach (Normalizer normalizer in all)
            {
                Assert.That(() => Normalized.Bytes(normalizer, bytes), Throws.Nothing, normalizer.Type);
            }
        }
    }
}
