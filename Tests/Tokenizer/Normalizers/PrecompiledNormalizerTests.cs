using System.Globalization;
using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tests.Tokenizer.Normalizers;

public class PrecompiledNormalizerTests
{
    private static readonly byte[] Rules = CompiledRules.Of(("ﬁ", "fi"), ("①", "1"), ("e\u0301", "é"), ("\u0300", "`"), ("x", "y"), ("\u200b", ""), ("か", "カ"), ("か\u3099", "ガ"));

    private static string Show(Normalizer normalizer, string input)
    {
        var text = new AlignedText();
        text.Reset(Encoding.UTF8.GetBytes(input));
        normalizer.Normalize(text);
        string shown = "";
        for (int i = 0, length; i < text.Length; i += length)
        {
            Rune.DecodeFromUtf8(text.Bytes[i..], out Rune rune, out length);
            (int start, int end) = text.Source(i, i + length);
            shown += $"{rune}[{start},{end}) ";
        }
        return shown.TrimEnd();
    }

    [Test]
    public void Characters_are_rewritten_and_keep_their_place()
    {
        var normalizer = new PrecompiledNormalizer(Rules);
        Assert.That(Show(normalizer, "aﬁ①b"), Is.EqualTo("a[0,1) f[1,4) i[1,4) 1[4,7) b[7,8)"));
        Assert.That(Show(normalizer, "a\u200bb"), Is.EqualTo("a[0,1) b[4,5)"));
        Assert.That(Show(normalizer, "plain"), Is.EqualTo("p[0,1) l[1,2) a[2,3) i[3,4) n[4,5)"));
    }

    [Test]
    public void A_short_user_perceived_character_is_one_thing_and_its_shortest_rule_replaces_it_all()
    {
        var normalizer = new PrecompiledNormalizer(Rules);
        Assert.That(Show(normalizer, "e\u0301"), Is.EqualTo("é[0,1)"));
        Assert.That(Show(normalizer, "x\u0308"), Is.EqualTo("y[0,1)"), "the rule for x takes its accent along");
        Assert.That(Show(normalizer, "a\u0300"), Is.EqualTo("a[0,1) `[1,3)"), "no rule begins with a");
        Assert.That(Show(normalizer, "x\u0308\u0308\u0308"), Is.EqualTo("y[0,1) \u0308[1,3) \u0308[3,5) \u0308[5,7)"), "7 bytes go character by character");
    }

    [Test]
    public void SentencePiece_takes_the_longest_rule_where_Hugging_Face_takes_the_shortest()
    {
        var sentencePiece = new SentencePieceNormalizer(new SentencePieceNormalizerOptions { PrecompiledCharactersMap = Rules, AddsDummyPrefix = false });
        Assert.That(Show(sentencePiece, "か\u3099x\u0308"), Is.EqualTo("ガ[0,6) y[6,7) \u0308[7,9)"));
        Assert.That(Show(new PrecompiledNormalizer(Rules), "か\u3099"), Is.EqualTo("カ[0,3) \u3099[3,6)"));
    }

    [Test]
    public void Random_texts_are_rewritten_the_same_in_one_zone_and_in_many()
    {
        var normalizer = new PrecompiledNormalizer(Rules);
        var random = new Random(3);
        string[] parts = ["a", "x", "e\u0301", "ﬁ", "\r", "\n", "😀", "か\u3099", "\u200b", "é", "🇩🇪", "\u0600"];
        for (int round = 0; round < 500; round++)
        {
            string text = string.Concat(Enumerable.Range(0, 12).Select(_ => parts[random.Next(parts.Length)]));
            int[] starts = StringInfo.ParseCombiningCharacters(text);
            int[] cuts = [.. starts, text.Length];
            string apart = string.Concat(starts.Select((start, i) => Text(normalizer, text[start..cuts[i + 1]])));
            Assert.That(Text(normalizer, text), Is.EqualTo(apart), text);
        }
    }

    [TestCase("", "0 bytes are too few")]
    [TestCase("08000000 00000000", "has 8 bytes")]
    [TestCase("03000000 00000000", "multiple of 4")]
    [TestCase("FFFFFFFF 00000000", "has 4294967295 bytes")]
    [TestCase("04000000 05000080 6100", "leads to byte 5")]
    [TestCase("04000000 01000080 C3A900", "leads to byte 1")]
    [TestCase("04000000 00000000 FF00", "not UTF-8")]
    public void Damaged_rules_are_refused(string hex, string message)
    {
        byte[] blob = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        Assert.That(Assert.Throws<TokenizerException>(() => _ = new PrecompiledNormalizer(blob))!.Message, Does.StartWith("precompiled_charsmap: ").And.Contain(message));
    }

    [Test]
    public void Rules_that_lead_in_circles_or_out_of_the_tree_end_where_the_text_does()
    {
        var random = new Random(4);
        byte[] text = Encoding.UTF8.GetBytes("xé日 e\u0301ﬁ");
        for (int round = 0; round < 300; round++)
        {
            byte[] blob = [.. Rules];
            for (int i = 0; i < 200; i++)
            {
                blob[4 + random.Next(3000)] = (byte)random.Next(256);
            }
            try
            {
                var aligned = new AlignedText();
                aligned.Reset(text);
                new PrecompiledNormalizer(blob).Normalize(aligned);
                aligned.Reset(text);
                new SentencePieceNormalizer(new SentencePieceNormalizerOptions { PrecompiledCharactersMap = blob }).Normalize(aligned);
            }
            catch (TokenizerException error)
            {
                Assert.That(error.Message, Does.StartWith("precompiled_charsmap: "));
            }
        }
    }

    private static string Text(Normalizer normalizer, string input)
    {
        var text = new AlignedText();
        text.Reset(Encoding.UTF8.GetBytes(input));
        normalizer.Normalize(text);
        return Encoding.UTF8.GetString(text.Bytes);
    }
}
