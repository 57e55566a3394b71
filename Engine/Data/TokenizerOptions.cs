namespace PureLlm.Engine.Data;

/// <summary>What the [tokenizer] table says.</summary>
public sealed record TokenizerOptions
{
    /// <summary>"chars", "bytes", "words", "bpe", or "file:path" of a tokenizer.json.</summary>
    public string Kind { get; init; } = "bpe";

    /// <summary>The number of tokens to learn ("bpe"), or the most to keep ("words"); 0 for all words.</summary>
    public int Vocabulary { get; init; } = 512;
}
