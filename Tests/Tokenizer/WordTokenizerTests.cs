using System.Text;
using PureLlm.Tokenizer;

namespace PureLlm.Tests.Tokenizer;

public class WordTokenizerTests
{
    private static WordTokenizer Train(string text, int vocabulary = 0) => WordTokenizer.Train([Encoding.UTF8.GetBytes(text)], endOfText: true, vocabulary);

    [TestCaseSource(typeof(Texts), nameof(Texts.Difficult))]
    public void Known_words_come_back_with_their_spaces(string text)
    {
        WordTokenizer tokenizer = Train(text + " and more");
        Assert.That(tokenizer.Decode(tokenizer.Encode(text)), Is.EqualTo(text));
    }

    [Test]
    public void Frequent_words_come_first_and_the_rest_is_unknown()
    {
        WordTokenizer tokenizer = Train("b a a b b c", vocabulary: 4);
        Assert.That(Enumerable.Range(0, tokenizer.VocabularySize).Select(i => tokenizer.Decode([i])), Is.EqualTo(new[] { " a", " b", "<|endoftext|>", "<|unk|>" }));
        Assert.That(tokenizer.Encode(" b c"), Is.EqualTo(new[] { 1, tokenizer.Unknown }));
        Assert.That(tokenizer.IsSpecial(tokenizer.Unknown), Is.True);
    }

    [Test]
    public void Text_that_is_not_UTF_8_is_refused() =>
        Assert.Throws<TokenizerException>(() => WordTokenizer.Train([new byte[] { 0xff }], true));
}
