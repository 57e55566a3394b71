namespace PureLlm.Tokenizer.Training;

/// <summary>Which pair of tokens WordPiece merges next.</summary>
public enum WordPieceCriterion
{
    /// <summary>The most frequent pair: byte-pair encoding with a continuation prefix, as Hugging Face's WordPieceTrainer has it.</summary>
    Frequency,

    /// <summary>The pair that raises the likelihood of the text most, count(ab) / (count(a) · count(b)): Schuster and Nakajima 2012.</summary>
    Likelihood,
}

/// <summary>What a WordPiece training aims at. Without a pre-tokenizer, words are cut as BERT cuts them.</summary>
public sealed record WordPieceOptions : TrainingRun
{
    /// <summary>Tokens in all.</summary>
    public int VocabularySize { get; init; } = 30_000;

    /// <summary>Which pair merges next.</summary>
    public WordPieceCriterion Criterion { get; init; } = WordPieceCriterion.Frequency;

    /// <summary>Names of tokens that no text produces, in the order of their ids; <see cref="UnknownToken"/> is added in front where it is missing.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>The token for words that the vocabulary cannot spell.</summary>
    public string UnknownToken { get; init; } = "[UNK]";

    /// <summary>What stands before a token that continues a word.</summary>
    public string ContinuationPrefix { get; init; } = "##";

    /// <summary>A pair that occurs less often is never merged. The likelihood criterion prefers rare pairs, and wants a higher bound (10 to 100).</summary>
    public long MinimumFrequency { get; init; } = 2;

    /// <summary>Characters that are in the vocabulary even if the corpus lacks them.</summary>
    public string InitialAlphabet { get; init; } = "";

    /// <summary>At most so many characters, the most frequent ones (of equals the lower code point); others are left out of the training and of the vocabulary.</summary>
    public int? LimitAlphabet { get; init; }

    /// <summary>No token is longer than this many characters, the prefix not counted.</summary>
    public int MaximumTokenLength { get; init; } = int.MaxValue;
}
