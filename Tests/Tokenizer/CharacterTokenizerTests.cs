using System.Text;
using PureLlm.Tokenizer;

namespace PureLlm.Tests.Tokenizer;

public class CharacterTokenizerTests
{
    private static CharacterTokenizer Train(string text, bool endOfText = false, bool unknown = false) =>
        CharacterTokenizer.Train([Encoding.UTF8.GetBytes(text)], endOfText, unknown);

    [Test]
    public void Characters_are_numbered_in_code_point_order()
    {
        CharacterTokenizer tokenizer = Train("b\naé𝄞b", endOfText: true);
        Assert.That(Enumerable.Range(0, tokenizer.VocabularySize).Select(i => tokenizer.Decode([i])), Is.EqualTo(new[] { "\n", "a", "b", "é", "𝄞", "<|endoftext|>" }));
        Assert.That(tokenizer.EndOfText, Is.EqualTo(5));
        Assert.That(tokenizer.Encode("𝄞ab"), Is.EqualTo(new[] { 4, 1, 2 }));
    }

    [Test]
    public void An_unknown_character_is_named_with_its_place()
    {
        CharacterTokenizer tokenizer = Train("abc é");
        TokenizerException error = Assert.Throws<TokenizerException>(() => tokenizer.Encode("é a\tb"))!;
        Assert.That(error.Message, Does.Contain("U+0009").And.Contain("byte 4").And.Contain("5 characters").And.Contain("bytes"));
        error = Assert.Throws<TokenizerException>(() => tokenizer.Encode("aß"))!;
        Assert.That(error.Message, Does.Contain("'ß' (U+00DF) at byte 1"));
    }

    [Test]
    public void An_unknown_token_takes_the_place_of_the_error_where_there_is_one()
    {
        CharacterTokenizer tokenizer = Train("ab", unknown: true);
        Assert.That(tokenizer.Encode("axb"), Is.EqualTo(new[] { 0, 2, 1 }));
        Assert.That(tokenizer.Decode([0, 2, 1]), Is.EqualTo("a<|unk|>b"));
    }

    [Test]
    public void Bytes_that_are_not_text_are_refused_with_their_place()
    {
        TokenizerException error = Assert.Throws<TokenizerException>(() => CharacterTokenizer.Train([new byte[] { 65, 0xc3, 0x28 }], false))!;
        Assert.That(error.Message, Does.Contain("byte 1 (0xc3)"));
    }

    [Test]
    public void An_id_outside_the_vocabulary_is_refused()
    {
        TokenizerException error = Assert.Throws<TokenizerException>(() => Train("ab").Decode([0, 2]))!;
        Assert.That(error.Message, Does.Contain("token 2").And.Contain("vocabulary of 2"));
        Assert.Throws<TokenizerException>(() => Train("ab").Decode([-1]));
    }
}
