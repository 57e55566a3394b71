using PureLlm.Tokenizer.Normalizers;

namespace PureLlm.Tests.Tokenizer.Normalizers;

public class BertNormalizerTests
{
    [Test]
    public void Cleans_spaces_ideographs_strips_accents_and_lowers() =>
        Assert.That(Normalized.Text(new BertNormalizer(), "\u0000Ünï\tcode\u00a0漢字\ufffd\u0007\u00ad!"), Is.EqualTo("uni code  漢  字 !"));

    [TestCase(null, true, "e")]
    [TestCase(null, false, "É")]
    [TestCase(true, false, "E")]
    [TestCase(false, true, "é")]
    public void Accents_follow_lower_case_unless_told(bool? strips, bool lowers, string expected) =>
        Assert.That(Normalized.Text(new BertNormalizer(stripAccents: strips, lowercase: lowers), "É"), Is.EqualTo(expected));

    [Test]
    public void The_spaces_around_an_ideograph_come_from_it() =>
        Assert.That(Normalized.Sources(new BertNormalizer(), "a漢b"), Is.EqualTo("a:0-1  :1-4 漢:1-4  :1-4 b:4-5"));

    [Test]
    public void Marks_younger_than_version_eight_stay() =>
        Assert.That(Normalized.Text(new BertNormalizer(), "a\u1ABF\u0301"), Is.EqualTo("a\u1ABF"));
}
