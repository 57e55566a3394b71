using System.Diagnostics;
using System.Globalization;
using System.Text;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Benchmarks.Tokenizer;

/// <summary>Trains one vocabulary in a process of its own, as the peers do, and prints one JSON line with the seconds: tokenizer-train KIND VOCABULARY THREADS OUT FILE…</summary>
/// <remarks>KIND: bpe, wordpiece, wordpiece-likelihood, characters, unigram. TRAIN_REPEATS trains more than once, the first time cold. OUT "-" writes nothing.</remarks>
internal static class TrainingWorker
{
    public static int Run(string[] args)
    {
        (string kind, int size, int threads, string output) = (args[0], int.Parse(args[1], CultureInfo.InvariantCulture), int.Parse(args[2], CultureInfo.InvariantCulture), args[3]);
        int repeats = int.Parse(Environment.GetEnvironmentVariable("TRAIN_REPEATS") ?? "1", CultureInfo.InvariantCulture);
        TrainedVocabulary trained = null!;
        var seconds = new List<string>();
        for (int i = 0; i < repeats; i++)
        {
            var clock = Stopwatch.StartNew();
            trained = Train(kind, size, threads, args[4..]);
            seconds.Add(clock.Elapsed.TotalSeconds.ToString("0.0000", CultureInfo.InvariantCulture));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"seconds\":[{string.Join(',', seconds)}],\"tokens\":{trained.Tokens.Count},\"peak\":{PeakBytes()}}}"));
        if (output != "-")
        {
            Write(trained, output);
        }
        return 0;
    }

    private static TrainedVocabulary Train(string kind, int size, int threads, string[] files)
    {
        var corpus = TrainingCorpus.FromFiles(files);
        return kind switch
        {
            "bpe" => BytePairTrainer.Train(corpus, new BytePairOptions { VocabularySize = size, Threads = threads, SpecialTokens = [], AllBytes = false, MinimumFrequency = 1 }),
            "wordpiece" => WordPieceTrainer.Train(corpus, new WordPieceOptions { VocabularySize = size, Threads = threads, SpecialTokens = [], MinimumFrequency = 1 }),
            "wordpiece-likelihood" => WordPieceTrainer.Train(
                corpus, new WordPieceOptions { VocabularySize = size, Threads = threads, Criterion = WordPieceCriterion.Likelihood, MinimumFrequency = 10 }),
            "characters" => CharacterBytePairTrainer.Train(corpus, new CharacterBytePairOptions { VocabularySize = size, Threads = threads, MinimumFrequency = 1, CharacterCoverage = 1 }),
            "unigram" => UnigramTrainer.Train(corpus, new UnigramOptions { VocabularySize = size, Threads = threads, CharacterCoverage = 1 }),
            _ => throw new ArgumentException($"unknown kind '{kind}'"),
        };
    }

    private static long PeakBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    /// <summary>One line per token, and one per merge, bytes in hexadecimal: "t HEX [score]" and "m HEX HEX".</summary>
    private static void Write(TrainedVocabulary trained, string path)
    {
        var text = new StringBuilder();
        for (int id = 0; id < trained.Tokens.Count; id++)
        {
            text.Append("t ").Append(Convert.ToHexStringLower(trained.Tokens[id]));
            if (trained.Scores.Count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $" {trained.Scores[id]:R}");
            }
            text.Append('\n');
        }
        foreach ((int left, int right) in trained.Merges)
        {
            text.Append("m ").Append(Convert.ToHexStringLower(trained.Tokens[left])).Append(' ').Append(Convert.ToHexStringLower(trained.Tokens[right])).Append('\n');
        }
        File.WriteAllText(path, text.ToString());
    }
}
