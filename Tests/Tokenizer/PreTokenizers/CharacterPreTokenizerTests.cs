using System.Text;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tests.Tokenizer.PreTokenizers;

/// <summary>The pre-tokenizers that look at one character at a time; the expected pieces are Hugging Face's.</summary>
public class CharacterPreTokenizerTests
{
    [Test]
    public void Whitespace_keeps_words_and_runs_of_signs() =>
        Assert.That(Pieces.Sources(new WhitespacePreTokenizer(), " Héy  you!?\nfi\u200dne ²"), Is.EqualTo("Héy:1-5|you:7-10|!?:10-12|fi\u200dne:13-20|²:21-23"));

    [Test]
    public void Whitespace_split_cuts_at_white_space_only() =>
        Assert.That(Pieces.Of(new WhitespaceSplitPreTokenizer(), "\u3000a!b \u0085c\u00a0"), Is.EqualTo("a!b|c"));

    [Test]
    public void Bert_sets_every_sign_apart() =>
        Assert.That(Pieces.Sources(new BertPreTokenizer(), "Hey, \"you\"¿ $3.5"), Is.EqualTo("Hey:0-3|,:3-4|\":5-6|you:6-9|\":9-10|¿:10-12|$:13-14|3:14-15|.:15-16|5:16-17"));

    [Test]
    public void Bert_has_no_punctuation_younger_than_version_eight() =>
        Assert.That(Pieces.Of(new BertPreTokenizer(), "a\u2e43b\u2e42c"), Is.EqualTo("a\u2e43b|\u2e42|c"));

    [TestCase(true, "a|1|²|٣|b")]
    [TestCase(false, "a|1²٣|b")]
    public void Digits_are_numbers_of_any_script(bool individual, string expected) =>
        Assert.That(Pieces.Of(new DigitsPreTokenizer(individual), "a1²٣b"), Is.EqualTo(expected));

    [Test]
    public void A_delimiter_is_left_out() => Assert.That(Pieces.Sources(new DelimiterPreTokenizer(new Rune('é')), "aébéé"), Is.EqualTo("a:0-1|b:3-4"));

    [TestCase(2, "ab|é漢|x")]
    [TestCase(100, "abé漢x")]
    public void Fixed_length_counts_characters(int length, string expected) =>
        Assert.That(Pieces.Of(new FixedLengthPreTokenizer(length), "abé漢x"), Is.EqualTo(expected));

    [Test]
    public void Fixed_length_needs_a_character() => Assert.That(() => new FixedLengthPreTokenizer(0), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Scripts_change_between_pieces_and_kana_are_Han() =>
        Assert.That(Pieces.Of(new UnicodeScriptsPreTokenizer(), "どこで生れ。Yes ー ок"), Is.EqualTo("どこで生れ|。|Yes |ー |ок"));

    [Test]
    public void Leading_characters_without_a_script_are_dropped_as_in_Hugging_Face() =>
        Assert.That(Pieces.Sources(new UnicodeScriptsPreTokenizer(), "  a b"), Is.EqualTo("a b:2-5"));

    [Test]
    public void A_sequence_cuts_the_pieces_of_the_step_before() =>
        Assert.That(Pieces.Sources(new SequencePreTokenizer([new WhitespaceSplitPreTokenizer(), new DigitsPreTokenizer(true), new PunctuationPreTokenizer()]), "a12! b"),
            Is.EqualTo("a:0-1|1:1-2|2:2-3|!:3-4|b:5-6"));
}
