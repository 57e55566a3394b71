using System.Runtime.InteropServices;
using System.Text;

namespace PureLlm.Tokenizer.Training;

/// <summary>Learns WordPiece vocabularies, by the frequency of pairs (as common tools do) or by the likelihood of the text (as the method was described).</summary>
/// <remarks>
/// Ids: special tokens, the characters by code point, the same with the prefix by code point, then the merges. Of equally good pairs the one
/// with the smaller left id is first, then the one with the smaller right id. Hugging Face's trainer numbers prefixed characters in the
/// order of a hash table with a random seed, so that its own runs differ from each other where pairs tie.
/// </remarks>
public static class WordPieceTrainer
{
    /// <summary>Trains a vocabulary; stops early when no pair is frequent enough.</summary>
    /// <exception cref="TokenizerException">The options are impossible, or the corpus is empty or not UTF-8.</exception>
    /// <exception cref="OperationCanceledException">The training was cancelled.</exception>
    public static TrainedVocabulary Train(TrainingCorpus corpus, WordPieceOptions options)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(options);
        string[] specials = options.SpecialTokens.Contains(options.UnknownToken) ? [.. options.SpecialTokens] : [options.UnknownToken, .. options.SpecialTokens];
        OptionCheck.Common("WordPiece", options.VocabularySize, options.MinimumFrequency, options.MaximumTokenLength, options.LimitAlphabet);
        OptionCheck.SpecialTokens("WordPiece", specials);
        OptionCheck.Require("WordPiece", options.ContinuationPrefix.Length > 0, "the continuation prefix is empty, so that word starts and continuations would be the same tokens");
        var pipeline = TrainingPipeline.Bert(options);
        PieceTable pieces = PieceCounter.Count(corpus, options, pipeline.Cutter, requireUtf8: true);
        if (pieces.Count == 0)
        {
            throw PieceCounter.Empty("WordPiece");
        }
        var vocabulary = new GrowingVocabulary();
        foreach (string name in specials)
        {
            vocabulary.Add(Encoding.UTF8.GetBytes(name), length: 0);
        }
        (SymbolWords words, int alphabet, long bytes) = Words(pieces, options, vocabulary);
        OptionCheck.Require("WordPiece", options.VocabularySize >= vocabulary.Count,
            $"a vocabulary of {options.VocabularySize} is too small: {specials.Length} special tokens and {alphabet} characters (at word starts and behind '{options.ContinuationPrefix}') need {vocabulary.Count}; raise it or limit the alphabet");
        var rule = new WordPieceRule(vocabulary, specials.Length, Encoding.UTF8.GetBytes(options.ContinuationPrefix), options.MaximumTokenLength);
        PairQueue queue = options.Criterion == WordPieceCriterion.Frequency
            ? new FrequencyQueue(rule, options.MinimumFrequency)
            : new LikelihoodQueue(words, vocabulary.Count, options.MinimumFrequency);
        List<(int Left, int Right)> merges = MergeLoop.Run(words, rule, options.VocabularySize, options, queue);
        return new TrainedVocabulary
        {
            Kind = VocabularyKind.WordPiece,
            Tokens = vocabulary.Tokens,
            Merges = merges,
            SpecialTokens = [.. Enumerable.Range(0, specials.Length)],
            Unknown = Array.IndexOf(specials, options.UnknownToken),
            ContinuationPrefix = options.ContinuationPrefix,
            AlphabetSize = alphabet,
            TrainingBytes = bytes,
            Normalizer = pipeline.Normalizer,
            PreTokenizer = pipeline.PreTokenizer,
        };
    }

    private static (SymbolWords Words, int Alphabet, long Bytes) Words(PieceTable pieces, WordPieceOptions options, GrowingVocabulary vocabulary)
    {
        List<int> alphabet = Characters.Alphabet(Characters.Count(pieces), options.InitialAlphabet, options.LimitAlphabet);
        Dictionary<int, int> starts = [], continuations = [];
        int before = vocabulary.Count;
        foreach (int c in alphabet)
        {
            starts[c] = vocabulary.Add(Characters.Utf8(c));
        }
        foreach (int c in Continuing(pieces).Order().Where(starts.ContainsKey))
        {
            continuations[c] = vocabulary.Add([.. Encoding.UTF8.GetBytes(options.ContinuationPrefix), .. Characters.Utf8(c)]);
        }
        var words = new SymbolWords(keepsSingles: options.Criterion == WordPieceCriterion.Likelihood);
        long bytes = 0;
        List<int> symbols = [];
        for (int i = 0; i < pieces.Count; i++)
        {
            bytes += pieces.Piece(i).Length * pieces.Frequency(i);
            symbols.Clear();
            bool first = true;
            foreach (Rune rune in Characters.Runes(pieces.Piece(i)))
            {
                if ((first ? starts : continuations).TryGetValue(rune.Value, out int id))
                {
                    symbols.Add(id);
                }
                first = false;
            }
            words.Add(CollectionsMarshal.AsSpan(symbols), pieces.Frequency(i));
        }
        pieces.Clear();
        return (words, vocabulary.Count - before, bytes);
    }

    /// <summary>The characters that occur behind the start of a word.</summary>
    private static HashSet<int> Continuing(PieceTable pieces)
    {
        HashSet<int> found = [];
        for (int i = 0; i < pieces.Count; i++)
        {
            bool first = true;
            foreach (Rune rune in Characters.Runes(pieces.Piece(i)))
            {
                if (!first)
                {
                    found.Add(rune.Value);
                }
                first = false;
            }
        }
        return found;
    }

    private sealed class WordPieceRule(GrowingVocabulary vocabulary, int specials, byte[] prefix, int maximumLength) : PairRule(vocabulary, specials)
    {
        public override bool Allows(int left, int right) => (long)Vocabulary.Length(left) + Vocabulary.Length(right) <= maximumLength;

        public override byte[] Join(int left, int right)
        {
            ReadOnlySpan<byte> second = Vocabulary[right];
            return [.. Vocabulary[left], .. second.StartsWith(prefix) ? second[prefix.Length..] : second];
        }
    }
}
