using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Training;

/// <summary>How a trained vocabulary is to be used.</summary>
public enum VocabularyKind
{
    /// <summary>Byte-pair encoding whose tokens are raw bytes.</summary>
    ByteLevelBytePair,

    /// <summary>Byte-pair encoding whose tokens are UTF-8 text, with ▁ for the space.</summary>
    CharacterBytePair,

    /// <summary>Longest match first, with a prefix on tokens that continue a word.</summary>
    WordPiece,

    /// <summary>The most probable segmentation under the tokens' log-probabilities.</summary>
    Unigram,
}

/// <summary>What a trainer learned: tokens by id, and merges or scores.</summary>
public sealed record TrainedVocabulary
{
    /// <summary>What the tokens mean.</summary>
    public required VocabularyKind Kind { get; init; }

    /// <summary>The tokens by id: raw bytes for <see cref="VocabularyKind.ByteLevelBytePair"/>, UTF-8 otherwise; special tokens by name.</summary>
    public required IReadOnlyList<byte[]> Tokens { get; init; }

    /// <summary>Pairs of ids in the order in which they merge; empty for kinds without merges.</summary>
    public IReadOnlyList<(int Left, int Right)> Merges { get; init; } = [];

    /// <summary>The score of each token, for <see cref="VocabularyKind.Unigram"/> its natural log-probability; empty for kinds without scores.</summary>
    public IReadOnlyList<double> Scores { get; init; } = [];

    /// <summary>Ids that no text produces.</summary>
    public IReadOnlyList<int> SpecialTokens { get; init; } = [];

    /// <summary>The id for what the vocabulary cannot express, where it has one.</summary>
    public int? Unknown { get; init; }

    /// <summary>True where the vocabulary holds "&lt;0x00&gt;" … "&lt;0xFF&gt;" for characters that it lacks.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>What stands before a token that continues a word; empty for most kinds.</summary>
    public string ContinuationPrefix { get; init; } = "";

    /// <summary>How many single bytes or characters the training started from.</summary>
    public int AlphabetSize { get; init; }

    /// <summary>Bytes of the pieces that were counted: the text as it was cut, without what the cut drops.</summary>
    public long TrainingBytes { get; init; }

    /// <summary>How the text was rewritten before it was cut.</summary>
    public Normalizer? Normalizer { get; init; }

    /// <summary>How the text was cut.</summary>
    public PreTokenizer? PreTokenizer { get; init; }

    /// <summary>The finished tokenizer: the cut of the training, the vocabulary, and the decoder that belongs to it.</summary>
    /// <exception cref="TokenizerException">The vocabulary cannot be used so: a byte-level one lacks bytes.</exception>
    public PipelineTokenizer ToTokenizer() => TrainedPipeline.Build(this);
}
