namespace PureLlm.Tokenizer;

/// <summary>What encoding does about special tokens. The default neither finds nor adds any, so that no text can forge a control token.</summary>
public readonly record struct EncodeOptions
{
    /// <summary>As Hugging Face's library does by default: special tokens are found in the text and the post-processor adds its own.</summary>
    public static EncodeOptions Full => new() { FindsSpecialTokens = true, AddsSpecialTokens = true };

    /// <summary>Text that spells a special token becomes that token.</summary>
    public bool FindsSpecialTokens { get; init; }

    /// <summary>The post-processor adds its special tokens, such as a beginning of text.</summary>
    public bool AddsSpecialTokens { get; init; }

    /// <summary>What truncation cut off is kept, in parts of the same length (<see cref="EncodedText.Overflow"/>).</summary>
    public bool KeepsOverflow { get; init; }
}
