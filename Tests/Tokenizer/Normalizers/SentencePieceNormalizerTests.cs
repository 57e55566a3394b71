using System.Text;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tests.Tokenizer.Normalizers;

public class SentencePieceNormalizerTests
{
    private static string Normalized(SentencePieceNormalizerOptions options, string input) => Normalized(options, Encoding.UTF8.GetBytes(input));

    private static string Normalized(SentencePieceNormalizerOptions options, byte[] input)
    {
        var text = new AlignedText();
        text.Reset(input);
        new SentencePieceNormalizer(options).Normalize(text);
        return Encoding.UTF8.GetString(text.Bytes);
    }

    [TestCase("  a  b ", "▁a▁b")]
    [TestCase("a", "▁a")]
    [TestCase("", "")]
    [TestCase("   ", "")]
    [TestCase("▁", "")]
    [TestCase("a▁▁", "▁a")]
    [TestCase("a\tb", "▁a\tb")]
    public void Spaces_are_trimmed_joined_and_escaped(string input, string expected) => Assert.That(Normalized(new(), input), Is.EqualTo(expected));

    [TestCase("  a  b ", "▁▁▁a▁▁b▁")]
    [TestCase(" ", "▁▁")]
    [TestCase("", "")]
    public void Spaces_can_be_kept(string input, string expected) => Assert.That(Normalized(new() { RemovesExtraWhitespaces = false }, input), Is.EqualTo(expected));

    [Test]
    public void The_added_space_can_go_behind_or_stay_away()
    {
        Assert.That(Normalized(new() { TreatsWhitespaceAsSuffix = true }, " a b "), Is.EqualTo("a▁b▁"));
        Assert.That(Normalized(new() { AddsDummyPrefix = false }, " a b "), Is.EqualTo("a▁b"));
        Assert.That(Normalized(new() { EscapesWhitespaces = false }, " a  b "), Is.EqualTo(" a b"));
    }

    [Test]
    public void Each_byte_that_is_not_UTF_8_becomes_one_replacement_character() =>
        Assert.That(Normalized(new() { AddsDummyPrefix = false }, [0x61, 0xE2, 0x82, 0xFF, 0x62]), Is.EqualTo("a\uFFFD\uFFFD\uFFFDb"));

    [Test]
    public void Rules_rewrite_except_inside_of_user_defined_pieces()
    {
        byte[] rules = CompiledRules.Of(("\t", " "), ("ab", "X"), ("a", "A"));
        Assert.That(Normalized(new() { PrecompiledCharactersMap = rules }, "\ta\t\tabc"), Is.EqualTo("▁A▁Xc"));
        Assert.That(Normalized(new() { PrecompiledCharactersMap = rules, UserDefinedPieces = ["ab"u8.ToArray()] }, "aab"), Is.EqualTo("▁Aab"));
    }

    [Test]
    public void Each_byte_knows_where_it_came_from()
    {
        var text = new AlignedText();
        text.Reset(" a  b "u8);
        new SentencePieceNormalizer(new()).Normalize(text);
        Assert.That(Enumerable.Range(0, text.Length).Select(i => text.Source(i, i + 1)),
            Is.EqualTo(new[] { (1, 1), (1, 1), (1, 1), (1, 2), (2, 3), (2, 3), (2, 3), (4, 5) }));
    }
}
