using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tests.Tokenizer.Models;

public class WordLevelModelTests
{
    [Test]
    public void A_word_is_its_token_or_the_unknown_one()
    {
        var model = new WordLevelModel(Vocab.Of("<unk>", "the", "cat"));
        Assert.That(Vocab.Show(model, "cat"), Is.EqualTo("cat[0,3)"));
        Assert.That(Vocab.Show(model, "cats"), Is.EqualTo("<unk>[0,4)"));
        Assert.That((model.Find("the"u8), model.Find("th"u8), model.VocabularySize), Is.EqualTo((1, -1, 3)));
    }

    [Test]
    public void Without_an_unknown_token_a_new_word_is_an_error_that_names_it()
    {
        var model = new WordLevelModel(Vocab.Of("the"), "[?]");
        Assert.That(Assert.Throws<TokenizerException>(() => Vocab.Show(model, "dog"))!.Message, Does.Contain("'dog'").And.Contain("'[?]'"));
    }

    [Test]
    public void Ids_may_have_gaps()
    {
        var model = new WordLevelModel([null, "a"u8.ToArray(), null, "b"u8.ToArray()]);
        Assert.That((model.VocabularySize, model.Token(0).Length, model.Find("b"u8)), Is.EqualTo((4, 0, 3)));
    }
}
