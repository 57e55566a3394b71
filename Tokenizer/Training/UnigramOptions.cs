namespace PureLlm.Tokenizer.Training;

/// <summary>What a Unigram training aims at. Without a pre-tokenizer, words are SentencePiece's: runs without white space behind a ▁.</summary>
public sealed record UnigramOptions : TrainingRun
{
    /// <summary>Tokens in all: special tokens, byte tokens, and tokens with probabilities.</summary>
    public int VocabularySize { get; init; } = 8_000;

    /// <summary>Names of tokens that no text produces, in the order of their ids; <see cref="UnknownToken"/> is added in front where it is missing.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["<unk>", "<s>", "</s>"];

    /// <summary>The token for characters that the vocabulary lacks.</summary>
    public string UnknownToken { get; init; } = "<unk>";

    /// <summary>True to add "&lt;0x00&gt;" … "&lt;0xFF&gt;", which spell characters that the vocabulary lacks.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>The share of the text that single characters must cover; the rarest ones beyond it are not learned.</summary>
    public double CharacterCoverage { get; init; } = 0.9995;

    /// <summary>No token is longer than this many characters, the ▁ counted.</summary>
    public int MaximumTokenLength { get; init; } = 16;

    /// <summary>How many frequent substrings the training starts from.</summary>
    public int SeedSize { get; init; } = 1_000_000;

    /// <summary>The share of tokens that each round of pruning keeps.</summary>
    public double ShrinkingFactor { get; init; } = 0.75;

    /// <summary>Rounds of estimation between two prunings.</summary>
    public int SubIterations { get; init; } = 2;
}
