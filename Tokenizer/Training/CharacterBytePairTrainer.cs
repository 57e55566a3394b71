using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace PureLlm.Tokenizer.Training;

/// <summary>Learns byte-pair merges over characters as SentencePiece does (Kudo and Richardson 2018): words begin with ▁, rare characters are left out.</summary>
/// <remarks>
/// Of equally frequent pairs the one with fewer characters is first, then the one whose text sorts first by UTF-8 bytes; a pair that spells a
/// token which exists already is passed over. Ids: special tokens, byte tokens, merges with scores 0, −1, −2 …, then characters, the most
/// frequent first. spm_train forbids tokens of two scripts unless told otherwise; here the pre-tokenizer says what may be one token.
/// </remarks>
public static class CharacterBytePairTrainer
{
    /// <summary>Trains a vocabulary; stops early when no pair is frequent enough.</summary>
    /// <exception cref="TokenizerException">The options are impossible, or the corpus is empty or not UTF-8.</exception>
    /// <exception cref="OperationCanceledException">The training was cancelled.</exception>
    public static TrainedVocabulary Train(TrainingCorpus corpus, CharacterBytePairOptions options)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(options);
        OptionCheck.Common("character BPE", options.VocabularySize, options.MinimumFrequency, options.MaximumTokenLength, null);
        OptionCheck.Require("character BPE", options.CharacterCoverage is > 0 and <= 1, $"the character coverage is {options.CharacterCoverage} and must lie in (0, 1]");
        List<byte[]> fixedTokens = FixedTokens.Of("character BPE", options.SpecialTokens, options.UnknownToken, options.ByteFallback, out int specials);
        var pipeline = TrainingPipeline.Sentence(options);
        PieceTable pieces = PieceCounter.Count(corpus, options, pipeline.Cutter, requireUtf8: true);
        if (pieces.Count == 0)
        {
            throw PieceCounter.Empty("character BPE");
        }
        int[] alphabet = Characters.Covering(Characters.Count(pieces), options.CharacterCoverage);
        OptionCheck.Require("character BPE", options.VocabularySize >= fixedTokens.Count + alphabet.Length,
            $"a vocabulary of {options.VocabularySize} is too small: {specials} special tokens{(options.ByteFallback ? ", 256 byte tokens" : "")} and {alphabet.Length} characters need {fixedTokens.Count + alphabet.Length}; raise it or lower the character coverage");
        var vocabulary = new GrowingVocabulary();
        (SymbolWords words, long bytes) = Words(pieces, alphabet, vocabulary);
        var rule = new ShorterFirst(vocabulary, options.MaximumTokenLength);
        List<(int Left, int Right)> merges = MergeLoop.Run(words, rule, options.VocabularySize - fixedTokens.Count, options, new FrequencyQueue(rule, options.MinimumFrequency));

        int made = vocabulary.Count - alphabet.Length;
        int Id(int learned) => fixedTokens.Count + (learned < alphabet.Length ? made + learned : learned - alphabet.Length);
        return new TrainedVocabulary
        {
            Kind = VocabularyKind.CharacterBytePair,
            Tokens = [.. fixedTokens, .. vocabulary.Tokens.Skip(alphabet.Length), .. vocabulary.Tokens.Take(alphabet.Length)],
            Merges = [.. merges.Select(merge => (Id(merge.Left), Id(merge.Right)))],
            Scores = [.. Enumerable.Repeat(0.0, fixedTokens.Count), .. Enumerable.Range(0, vocabulary.Count).Select(i => -(double)i)],
            SpecialTokens = [.. Enumerable.Range(0, specials)],
            Unknown = FixedTokens.Unknown(fixedTokens, options.UnknownToken),
            ByteFallback = options.ByteFallback,
            AlphabetSize = alphabet.Length,
            TrainingBytes = bytes,
            Normalizer = pipeline.Normalizer,
            PreTokenizer = pipeline.PreTokenizer,
        };
    }

    /// <summary>The pieces as words of characters; a character outside the alphabet ends a word.</summary>
    private static (SymbolWords Words, long Bytes) Words(PieceTable pieces, int[] alphabet, GrowingVocabulary vocabulary)
    {
        Dictionary<int, int> ids = [];
        foreach (int c in alphabet)
        {
            ids[c] = vocabulary.Add(Characters.Utf8(c));
        }
        var words = new SymbolWords();
        long bytes = 0;
        List<int> symbols = [];
        for (int i = 0; i < pieces.Count; i++)
        {
            bytes += pieces.Piece(i).Length * pieces.Frequency(i);
            symbols.Clear();
            foreach (Rune rune in Characters.Runes(pieces.Piece(i)))
            {
                if (ids.TryGetValue(rune.Value, out int id))
                {
                    symbols.Add(id);
                    continue;
                }
                words.Add(CollectionsMarshal.AsSpan(symbols), pieces.Frequency(i));
                symbols.Clear();
            }
            words.Add(CollectionsMarshal.AsSpan(symbols), pieces.Frequency(i));
        }
        pieces.Clear();
        return (words, bytes);
    }

    private sealed class ShorterFirst(GrowingVocabulary vocabulary, int maximumLength) : PairRule(vocabulary, 0)
    {
        public override bool JoinsTo(int existing) => false;

        public override bool Allows(int left, int right) => Length(PairCounts.Key(left, right)) <= maximumLength;

        public override int Compare(ulong x, ulong y)
        {
            long byLength = Length(x) - Length(y);
            return byLength != 0 ? Math.Sign(byLength) : CompareText(x, y);
        }

        private long Length(ulong key) => (long)Vocabulary.Length(PairCounts.Left(key)) + Vocabulary.Length(PairCounts.Right(key));

        /// <summary>Compares the joined bytes without joining them; two paths to the same text go by ids.</summary>
        private int CompareText(ulong x, ulong y)
        {
            ReadOnlySpan<byte> a = Vocabulary[PairCounts.Left(x)], b = Vocabulary[PairCounts.Left(y)];
            ReadOnlySpan<byte> restA = Vocabulary[PairCounts.Right(x)], restB = Vocabulary[PairCounts.Right(y)];
            while (true)
            {
                int common = Math.Min(a.Length, b.Length);
                int order = a[..common].SequenceCompareTo(b[..common]);
                if (order != 0)
                {
                    return order;
                }
                a = Advance(a, common, ref restA);
                b = Advance(b, common, ref restB);
                if (a.IsEmpty || b.IsEmpty)
                {
                    return a.Length != b.Length ? a.Length - b.Length : x.CompareTo(y);
                }
            }
        }

        private static ReadOnlySpan<byte> Advance(ReadOnlySpan<byte> text, int by, scoped ref ReadOnlySpan<byte> rest)
        {
            if (by < text.Length)
            {
                return text[by..];
            }
            ReadOnlySpan<byte> next = rest;
            rest = default;
            return next;
        }
    }
}

/// <summary>The tokens in front of a SentencePiece-style vocabulary: special tokens, then the 256 byte tokens.</summary>
internal static class FixedTokens
{
    public static List<byte[]> Of(string trainer, IReadOnlyList<string> specialTokens, string unknown, bool byteFallback, out int specials)
    {
        List<string> names = specialTokens.Contains(unknown) ? [.. specialTokens] : [unknown, .. specialTokens];
        OptionCheck.SpecialTokens(trainer, names);
        specials = names.Count;
        if (byteFallback)
        {
            names.AddRange(Enumerable.Range(0, 256).Select(b => string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>")));
        }
        return [.. names.Select(Encoding.UTF8.GetBytes)];
    }

    public static int Unknown(List<byte[]> tokens, string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        return tokens.FindIndex(token => token.AsSpan().SequenceEqual(bytes));
    }
}
