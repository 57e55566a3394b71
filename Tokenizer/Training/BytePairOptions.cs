using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Training;

/// <summary>Where special tokens stand in a vocabulary.</summary>
public enum SpecialTokenPlace
{
    /// <summary>From id 0 on, as Hugging Face's trainers do.</summary>
    First,

    /// <summary>Behind all other tokens, as GPT-2 has it.</summary>
    Last,
}

/// <summary>The order of the single bytes in a vocabulary, which decides ties between equally frequent pairs.</summary>
public enum ByteOrder
{
    /// <summary>By their visible form in files: '!' to '~', '¡' to '¬', '®' to 'ÿ', then the others. Hugging Face's and GPT-2's order.</summary>
    Visible,

    /// <summary>By value: byte n comes n-th.</summary>
    Value,
}

/// <summary>What a byte-level BPE training aims at.</summary>
public sealed record BytePairOptions : TrainingRun
{
    /// <summary>Tokens in all: special tokens, single bytes, and one for each merge.</summary>
    public int VocabularySize { get; init; } = 32_000;

    /// <summary>The published split that cuts the text, where the run names neither a normalizer nor a pre-tokenizer.</summary>
    public PieceScanner Split { get; init; } = PieceScanner.Gpt2;

    /// <summary>Names of tokens that no text produces, in the order of their ids.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = [TextTokenizer.EndOfTextMark];

    /// <summary>Where the special tokens stand.</summary>
    public SpecialTokenPlace SpecialTokenPlace { get; init; } = SpecialTokenPlace.First;

    /// <summary>A pair that occurs less often is never merged. Hugging Face's default is 1.</summary>
    public long MinimumFrequency { get; init; } = 2;

    /// <summary>True to start from all 256 bytes, so that any text can be encoded; false for those that the corpus holds.</summary>
    public bool AllBytes { get; init; } = true;

    /// <summary>At most so many single bytes, the most frequent ones (of equals the earlier); others are left out of the training and of the vocabulary.</summary>
    public int? LimitAlphabet { get; init; }

    /// <summary>No token is longer than this many bytes. Hugging Face's <c>max_token_length</c> is one more.</summary>
    public int MaximumTokenLength { get; init; } = int.MaxValue;

    /// <summary>The order of the single bytes.</summary>
    public ByteOrder ByteOrder { get; init; } = ByteOrder.Visible;
}
