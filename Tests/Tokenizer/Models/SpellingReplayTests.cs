using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Tests.Tokenizer.Models;

public sealed class SpellingReplayTests
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes("the cat sat on the mat. the cat ate. the hat is on the cat's mat. the rat that ate the hat sat. é日本");

    [TestCase("the")]
    [TestCase("that")]
    [TestCase("hatsat")]
    [TestCase("thatate")]
    public void WordPiece_takes_what_the_encoder_takes(string word)
    {
        TokenModel model = WordPieceTrainer.Train(TrainingCorpus.FromTexts([Text]), new WordPieceOptions { VocabularySize = 60 }).ToTokenizer().Model;
        IReadOnlyList<SpellingStep> steps = SpellingReplay.Of(model, Encoding.UTF8.GetBytes(word))!;
        Assert.That(Taken(steps), Is.EqualTo(Encode(model, word)));
        Assert.That(steps.GroupBy(step => step.Start).Select(place => place.Single(step => step.IsTaken).End == place.Max(step => step.End)), Is.All.True, "the longest at each place");
    }

    [TestCase("▁the")]
    [TestCase("▁that")]
    [TestCase("▁catonthemat")]
    [TestCase("日本é")]
    public void Unigram_takes_what_the_encoder_takes(string piece)
    {
        TokenModel model = UnigramTrainer.Train(TrainingCorpus.FromTexts([Text]), new UnigramOptions { VocabularySize = 50, CharacterCoverage = 1 }).ToTokenizer().Model;
        IReadOnlyList<SpellingStep> steps = SpellingReplay.Of(model, Encoding.UTF8.GetBytes(piece))!;
        Assert.That(Taken(steps), Is.EqualTo(Encode(model, piece)));
        double sum = steps.Where(step => step.IsTaken).Sum(step => step.Score);
        Assert.That(steps.Where(step => step.End == Encoding.UTF8.GetByteCount(piece)).Max(step => step.Sum), Is.EqualTo(sum).Within(1e-9), "no path to the end has a better sum");
    }

    [Test]
    public void What_cannot_be_spelled_and_models_that_merge_have_none()
    {
        var words = new WordPieceModel(["[UNK]"u8.ToArray(), "a"u8.ToArray()]);
        Assert.That(SpellingReplay.Of(words, "ab"u8), Is.Null);
        Assert.That(SpellingReplay.Of(new UnigramModel(["<unk>"u8.ToArray(), "a"u8.ToArray()], [0, -1], 0), "ab"u8), Is.Null);
        Assert.That(SpellingReplay.Of(BytePairTrainer.Train([Text], 260).Model, "a"u8), Is.Null);
    }

    private static int[] Taken(IReadOnlyList<SpellingStep> steps) => [.. steps.Where(step => step.IsTaken).Select(step => step.Id)];

    private static int[] Encode(TokenModel model, string piece)
    {
        var tokens = new TokenBuffer();
        model.CreateEncoder().Encode(Encoding.UTF8.GetBytes(piece), 0, tokens);
        return tokens.Ids.ToArray();
    }
}
