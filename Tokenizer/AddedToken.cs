namespace PureLlm.Tokenizer;

/// <summary>A token that stands beside the model's vocabulary and is found in the text as it is, before the model sees it.</summary>
/// <remarks>The fields are those of tokenizer.json.</remarks>
public sealed record AddedToken
{
    /// <summary>The token's id; the model may know the token by the same id.</summary>
    public required int Id { get; init; }

    /// <summary>The text that the token stands for, not empty.</summary>
    public required string Content { get; init; }

    /// <summary>A control token such as the end of text: left out of decoded text on request, and found in text only on request.</summary>
    public bool IsSpecial { get; init; }

    /// <summary>Found only where no word character touches it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Takes the white space before it.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Takes the white space after it.</summary>
    public bool StripsRight { get; init; }

    /// <summary>Looked for, in its normalized form, in the normalized text; otherwise as it is in the text as it came.</summary>
    public bool IsNormalized { get; init; }
}
