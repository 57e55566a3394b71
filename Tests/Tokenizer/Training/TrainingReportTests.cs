using System.Text;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Tests.Tokenizer.Training;

public class TrainingReportTests
{
    private static TrainingCorpus Corpus(params string[] texts) => TrainingCorpus.FromTexts([.. texts.Select(t => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(t)))]);

    [Test]
    public void Bytes_tokens_words_and_memory_are_counted([Values(1, 3)] int threads)
    {
        string[] texts = ["aé aé aé", "the the the cat"];
        var options = new BytePairOptions { VocabularySize = 300 };
        TrainedVocabulary trained = BytePairTrainer.Train(Corpus(texts), options);
        var report = TrainingReport.Measure(trained, Corpus(texts), Corpus("dog dog"), new TrainingRun { Threads = threads }, VocabularyMemory.Of(trained.Tokens.Count, 64, 2, tied: false));
        int tokens = texts.Sum(t => trained.ToTokenizer().Encode(t).Length);
        Assert.That(report.Training, Is.EqualTo(new TextUse(11 + 15, 8 + 15, 3 + 4, tokens, 0)));
        Assert.That(report.HeldOut, Is.EqualTo(new TextUse(7, 7, 2, 7, 0)));
        Assert.That(report.Training.BytesPerToken, Is.EqualTo(26.0 / tokens));
        Assert.That(report.HeldOut!.Fertility, Is.EqualTo(3.5));
        Assert.That(report.Memory!.TotalBytes, Is.EqualTo(2.0 * 2 * 64 * trained.Tokens.Count));
        Assert.That((report.VocabularySize, report.Merges, report.AlphabetSize, report.SpecialTokens), Is.EqualTo((trained.Tokens.Count, trained.Merges.Count, 256, 1)));
    }

    [Test]
    public void A_token_that_always_merges_on_is_dead()
    {
        TrainedVocabulary trained = BytePairTrainer.Train(Corpus(" the the the"), new BytePairOptions { VocabularySize = 300 });
        var report = TrainingReport.Measure(trained, Corpus(" the the the"), null, new TrainingRun { Threads = 1 });
        string[] dead = [.. report.DeadTokens.Select(id => Encoding.UTF8.GetString(trained.Tokens[id]))];
        Assert.That(dead, Has.Length.EqualTo(trained.Merges.Count - 1), "only the last merge, ' the', is used");
        Assert.That(dead, Does.Not.Contain(" the"));
        Assert.That(report.LongestTokens[0].Text, Is.EqualTo(" the"));
        Assert.That(report.LongestTokens.Select(t => t.Bytes), Is.Ordered.Descending);
    }

    [Test]
    public void Unknown_words_are_counted_and_basic_tokens_are_not_called_dead()
    {
        TrainedVocabulary trained = WordPieceTrainer.Train(Corpus("ab ab cb"), new WordPieceOptions { VocabularySize = 40 });
        var report = TrainingReport.Measure(trained, Corpus("ab ab cb"), Corpus("ab zz"), new TrainingRun());
        Assert.That(report.HeldOut!.Unknown, Is.EqualTo(1));
        Assert.That(report.DeadTokens, Is.Empty);
    }
}
