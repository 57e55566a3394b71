using System.Text;

namespace PureLlm.Tokenizer.Training;

/// <summary>How a tokenizer spells a text.</summary>
/// <param name="Bytes">Bytes of UTF-8.</param>
/// <param name="Characters">Code points.</param>
/// <param name="Words">Runs without white space.</param>
/// <param name="Tokens">Tokens, special ones not added.</param>
/// <param name="Unknown">Of those the unknown token.</param>
public sealed record TextUse(long Bytes, long Characters, long Words, long Tokens, long Unknown)
{
    /// <summary>Bytes of text per token: the compression.</summary>
    public double BytesPerToken => Tokens == 0 ? 0 : (double)Bytes / Tokens;

    /// <summary>Characters of text per token.</summary>
    public double CharactersPerToken => Tokens == 0 ? 0 : (double)Characters / Tokens;

    /// <summary>Tokens per word.</summary>
    public double Fertility => Words == 0 ? 0 : (double)Tokens / Words;
}

/// <summary>A token and its text; bytes that are not UTF-8 show as U+FFFD.</summary>
public sealed record TokenLength(int Id, string Text, int Bytes);

/// <summary>The memory that a vocabulary costs a model: one row of the embedding per token, and one of the head unless both are the same matrix.</summary>
/// <param name="Width">Numbers per row.</param>
/// <param name="BytesPerNumber">4 for float32, 2 for bf16, 1.0625 for Q8_0 …</param>
/// <param name="EmbeddingBytes">Bytes of the embedding.</param>
/// <param name="HeadBytes">Bytes of the head; 0 where it is tied to the embedding.</param>
public sealed record VocabularyMemory(int Width, double BytesPerNumber, double EmbeddingBytes, double HeadBytes)
{
    /// <summary>Both together.</summary>
    public double TotalBytes => EmbeddingBytes + HeadBytes;

    /// <summary>The memory of a vocabulary of this size.</summary>
    public static VocabularyMemory Of(int vocabularySize, int width, double bytesPerNumber, bool tied)
    {
        double matrix = (double)vocabularySize * width * bytesPerNumber;
        return new VocabularyMemory(width, bytesPerNumber, matrix, tied ? 0 : matrix);
    }
}

/// <summary>What a trained vocabulary is worth: how it spells the text that it was trained on and other text, what it never uses, and what it costs.</summary>
public sealed record TrainingReport
{
    private const int LongestShown = 20;

    /// <summary>Byte-level BPE, WordPiece …</summary>
    public required VocabularyKind Kind { get; init; }

    /// <summary>Tokens in all.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Single bytes or characters that the training started from.</summary>
    public required int AlphabetSize { get; init; }

    /// <summary>Merges; 0 for kinds without.</summary>
    public required int Merges { get; init; }

    /// <summary>Special tokens.</summary>
    public required int SpecialTokens { get; init; }

    /// <summary>The text of the training.</summary>
    public required TextUse Training { get; init; }

    /// <summary>Text that the training did not see, where there is some.</summary>
    public TextUse? HeldOut { get; init; }

    /// <summary>Ids of tokens that the text of the training never uses: of a merge whose tokens always merge on, for example. Special, byte and single-character tokens are not among them.</summary>
    public required IReadOnlyList<int> DeadTokens { get; init; }

    /// <summary>The longest tokens, the longest first.</summary>
    public required IReadOnlyList<TokenLength> LongestTokens { get; init; }

    /// <summary>What the vocabulary costs the model, where its width is known.</summary>
    public VocabularyMemory? Memory { get; init; }

    /// <summary>Encodes the texts with the vocabulary's tokenizer and counts. Threads and cancellation are those of the run.</summary>
    /// <exception cref="TokenizerException">The vocabulary makes no tokenizer.</exception>
    public static TrainingReport Measure(TrainedVocabulary trained, TrainingCorpus training, TrainingCorpus? heldOut, TrainingRun run, VocabularyMemory? memory = null)
    {
        ArgumentNullException.ThrowIfNull(trained);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(run);
        PipelineTokenizer tokenizer = trained.ToTokenizer();
        var used = new long[tokenizer.VocabularySize];
        TextUse onTraining = TextMeter.Measure(tokenizer, training, run, trained.Unknown, used);
        HashSet<int> specials = [.. trained.SpecialTokens];
        return new TrainingReport
        {
            Kind = trained.Kind,
            VocabularySize = trained.Tokens.Count,
            AlphabetSize = trained.AlphabetSize,
            Merges = trained.Merges.Count,
            SpecialTokens = trained.SpecialTokens.Count,
            Training = onTraining,
            HeldOut = heldOut is null ? null : TextMeter.Measure(tokenizer, heldOut, run, trained.Unknown, new long[used.Length]),
            DeadTokens = [.. Enumerable.Range(0, trained.Tokens.Count).Where(id => used[id] == 0 && !specials.Contains(id) && !IsBasic(trained, id))],
            LongestTokens = [.. Enumerable.Range(0, trained.Tokens.Count).Where(id => !specials.Contains(id)).OrderByDescending(id => trained.Tokens[id].Length).ThenBy(id => id)
                .Take(LongestShown).Select(id => new TokenLength(id, Encoding.UTF8.GetString(trained.Tokens[id]), trained.Tokens[id].Length))],
            Memory = memory,
        };
    }

    /// <summary>A single byte or character, or a byte token: there so that any text can be spelled.</summary>
    private static bool IsBasic(TrainedVocabulary trained, int id)
    {
        ReadOnlySpan<byte> token = trained.Tokens[id];
        ReadOnlySpan<byte> prefix = Encoding.UTF8.GetBytes(trained.ContinuationPrefix);
        if (!prefix.IsEmpty && token.StartsWith(prefix))
        {
            token = token[prefix.Length..];
        }
        bool isByteToken = trained.ByteFallback && id >= trained.SpecialTokens.Count && id < trained.SpecialTokens.Count + 256;
        Rune.DecodeFromUtf8(token, out _, out int first);
        return isByteToken || token.Length == 1 || (trained.Kind != VocabularyKind.ByteLevelBytePair && first == token.Length);
    }
}
