using System.Runtime.CompilerServices;
using System.Text;
using PureLlm.Tokenizer.Formats;

namespace PureLlm.Tokenizer.Training;

/// <summary>Learns byte-level byte-pair merges (Sennrich et al. 2016; byte level as in GPT-2): merge the most frequent pair, again and again.</summary>
/// <remarks>
/// Of equally frequent pairs the one with the smaller left id is first, then the one with the smaller right id; ids are the single bytes
/// in their <see cref="ByteOrder"/>, then the merges. The result is a function of the text alone, whatever the number of threads.
/// </remarks>
public static class BytePairTrainer
{
    /// <summary>Trains a tokenizer of up to <paramref name="vocabularySize"/> tokens: 256 bytes, merges, and the end of text as the last id.</summary>
    /// <remarks>Stops early when no pair occurs <paramref name="minimumCount"/> times.</remarks>
    /// <exception cref="TokenizerException">The vocabulary is too small to hold all bytes.</exception>
    public static PipelineTokenizer Train(IEnumerable<ReadOnlyMemory<byte>> texts, int vocabularySize, bool endOfText = true, int minimumCount = 2)
    {
        var options = new BytePairOptions
        {
            VocabularySize = vocabularySize - (endOfText ? 1 : 0),
            SpecialTokens = [],
            ByteOrder = ByteOrder.Value,
            MinimumFrequency = minimumCount,
        };
        RequireRoom(vocabularySize, 256, endOfText ? 1 : 0);
        var pipeline = TrainingPipeline.Scanned(options, options.Split);
        return PipelineTokenizer.FromMerges(Learn(PieceCounter.Count(TrainingCorpus.FromTexts(texts), options, pipeline.Cutter), options, pipeline).Merges, endOfText);
    }

    /// <summary>Trains a vocabulary; stops early when no pair is frequent enough.</summary>
    /// <exception cref="TokenizerException">The options are impossible, or the corpus is empty.</exception>
    /// <exception cref="OperationCanceledException">The training was cancelled.</exception>
    public static TrainedVocabulary Train(TrainingCorpus corpus, BytePairOptions options)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(options);
        Validate(options);
        var pipeline = TrainingPipeline.Scanned(options, options.Split);
        PieceTable pieces = PieceCounter.Count(corpus, options, pipeline.Cutter);
        return pieces.Count > 0 ? Learn(pieces, options, pipeline) : throw PieceCounter.Empty("bpe");
    }

    private static TrainedVocabulary Learn(PieceTable pieces, BytePairOptions options, TrainingPipeline pipeline)
    {
        var vocabulary = new GrowingVocabulary();
        foreach (string name in options.SpecialTokens)
        {
            vocabulary.Add(Encoding.UTF8.GetBytes(name), length: 0);
        }
        int specials = vocabulary.Count;
        int[] byteIds = Alphabet(pieces, options, vocabulary);
        int alphabet = vocabulary.Count - specials;
        RequireRoom(options.VocabularySize, alphabet, specials);
        (SymbolWords words, long bytes) = Words(pieces, byteIds);
        pieces.Clear();
        var rule = new BytePairRule(vocabulary, specials, options.MaximumTokenLength);
        List<(int Left, int Right)> merges = MergeLoop.Run(words, rule, options.VocabularySize, options, new FrequencyQueue(rule, options.MinimumFrequency));
        var trained = new TrainedVocabulary
        {
            Kind = VocabularyKind.ByteLevelBytePair,
            Tokens = vocabulary.Tokens,
            Merges = merges,
            SpecialTokens = [.. Enumerable.Range(0, specials)],
            AlphabetSize = alphabet,
            TrainingBytes = bytes,
            Normalizer = pipeline.Normalizer,
            PreTokenizer = pipeline.PreTokenizer,
        };
        return options.SpecialTokenPlace == SpecialTokenPlace.First ? trained : SpecialTokensLast.Move(trained);
    }

    /// <summary>Each piece as the ids of its bytes, and the bytes of the whole text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (SymbolWords Words, long Bytes) Words(PieceTable pieces, int[] byteIds)
    {
        long bytes = 0;
        var words = new SymbolWords();
        var symbols = new int[256];
        for (int i = 0; i < pieces.Count; i++)
        {
            ReadOnlySpan<byte> piece = pieces.Piece(i);
            bytes += piece.Length * pieces.Frequency(i);
            if (piece.Length > symbols.Length)
            {
                symbols = new int[Math.Max(piece.Length, 2 * symbols.Length)];
            }
            int length = 0;
            foreach (byte b in piece)
            {
                symbols[length] = byteIds[b];
                length += byteIds[b] < 0 ? 0 : 1;
            }
            words.Add(symbols.AsSpan(0, length), pieces.Frequency(i));
        }
        return (words, bytes);
    }

    /// <summary>Adds the single bytes to the vocabulary and returns the id of each, −1 for those that are left out.</summary>
    private static int[] Alphabet(PieceTable pieces, BytePairOptions options, GrowingVocabulary vocabulary)
    {
        long[] counts = CountBytes(pieces);
        IEnumerable<int> ordered = Enumerable.Range(0, 256);
        if (options.ByteOrder == ByteOrder.Visible)
        {
            ordered = ordered.OrderBy(b => ByteAlphabet.Show([(byte)b])[0]);
        }
        int[] kept = [.. ordered.Where(b => options.AllBytes || counts[b] > 0)];
        if (options.LimitAlphabet is { } limit)
        {
            var frequent = kept.OrderByDescending(b => counts[b]).Take(limit).ToHashSet();
            kept = [.. kept.Where(frequent.Contains)];
        }
        var ids = new int[256];
        Array.Fill(ids, -1);
        foreach (int b in kept)
        {
            ids[b] = vocabulary.Add([(byte)b]);
        }
        return ids;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long[] CountBytes(PieceTable pieces)
    {
        var counts = new long[256];
        for (int i = 0; i < pieces.Count; i++)
        {
            long frequency = pieces.Frequency(i);
            foreach (byte b in pieces.Piece(i))
            {
                counts[b] += frequency;
            }
        }
        return counts;
    }

    private static void Validate(BytePairOptions options)
    {
        OptionCheck.Common("bpe", options.VocabularySize, options.MinimumFrequency, options.MaximumTokenLength, options.LimitAlphabet);
        OptionCheck.SpecialTokens("bpe", options.SpecialTokens);
        if (options.AllBytes && options.LimitAlphabet is null)
        {
            RequireRoom(options.VocabularySize, 256, options.SpecialTokens.Count);
        }
    }

    private static void RequireRoom(int size, int bytes, int specials)
    {
        if (size < bytes + specials)
        {
            throw new TokenizerException(
                $"bpe: a vocabulary of {size} is too small: {bytes} bytes{(specials > 0 ? $" and {specials} special token{(specials > 1 ? "s" : "")}" : "")} need {bytes + specials}, and each more is one merge.");
        }
    }

    private sealed class BytePairRule(GrowingVocabulary vocabulary, int specials, int maximumLength) : PairRule(vocabulary, specials)
    {
        public override bool Allows(int left, int right) => (long)Vocabulary.Length(left) + Vocabulary.Length(right) <= maximumLength;
    }
}
