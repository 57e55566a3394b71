using BenchmarkDotNet.Attributes;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Benchmarks.Tokenizer;

/// <summary>Trainers on a text of 3,000,000 bytes: random words of a made-up language, as frequent as Zipf's law has it, so that any machine has it.</summary>
[MemoryDiagnoser]
public class TrainingSuite
{
    private byte[] text = [];

    [Params(1, 2)]
    public int Threads { get; set; }

    private TrainingCorpus Corpus => TrainingCorpus.FromLines(new MemoryStream(text));

    [GlobalSetup]
    public void Prepare()
    {
        var random = new Random(1);
        byte[][] words = [.. Enumerable.Range(0, 30_000).Select(_ => Enumerable.Range(0, random.Next(2, 11)).Select(_ => (byte)('a' + (int)(26 * random.NextDouble() * random.NextDouble()))).ToArray())];
        var stream = new MemoryStream();
        while (stream.Length < 3_000_000)
        {
            stream.Write(words[(int)(words.Length * Math.Pow(random.NextDouble(), 4))]);
            stream.WriteByte(random.Next(12) == 0 ? (byte)'\n' : (byte)' ');
        }
        text = stream.ToArray();
    }

    [Benchmark]
    public TrainedVocabulary ByteLevelBytePair() => BytePairTrainer.Train(Corpus, new BytePairOptions { VocabularySize = 16_000, Threads = Threads });

    [Benchmark]
    public TrainedVocabulary CharacterBytePair() => CharacterBytePairTrainer.Train(Corpus, new CharacterBytePairOptions { VocabularySize = 16_000, Threads = Threads });

    [Benchmark]
    public TrainedVocabulary WordPiece() => WordPieceTrainer.Train(Corpus, new WordPieceOptions { VocabularySize = 16_000, Threads = Threads });

    [Benchmark]
    public TrainedVocabulary WordPieceLikelihood() =>
        WordPieceTrainer.Train(Corpus, new WordPieceOptions { VocabularySize = 16_000, Threads = Threads, Criterion = WordPieceCriterion.Likelihood, MinimumFrequency = 10 });

    [Benchmark]
    public TrainedVocabulary Unigram() => UnigramTrainer.Train(Corpus, new UnigramOptions { VocabularySize = 8_000, Threads = Threads });
}
