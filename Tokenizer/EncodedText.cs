namespace PureLlm.Tokenizer;

/// <summary>One token of an encoded text with all that is known about it.</summary>
public readonly record struct EncodedToken
{
    /// <summary>The id in the vocabulary.</summary>
    public int Id { get; init; }

    /// <summary>The segment that the model is told: usually 0 for the first text and 1 for the second.</summary>
    public int TypeId { get; init; }

    /// <summary>The first byte of the input that the token came from; 0 for added special tokens and padding.</summary>
    public int Start { get; init; }

    /// <summary>The byte after the last one that the token came from.</summary>
    public int End { get; init; }

    /// <summary>The piece of the pre-tokenizer that it belongs to, counted from 0 in its text; −1 for added special tokens and padding.</summary>
    public int Word { get; init; }

    /// <summary>0 for a token of the first text, 1 for one of the second, −1 for added special tokens and padding.</summary>
    public int Text { get; init; }

    /// <summary>True where the post-processor or the padding added it.</summary>
    public bool IsSpecial { get; init; }

    /// <summary>True for padding, which attention must not see.</summary>
    public bool IsPadding { get; init; }

    /// <summary>The white space inside the token, which a post-processor may take out of its range.</summary>
    internal SurroundingSpace Space { get; init; }

    internal static EncodedToken Special(int id, int typeId) => new() { Id = id, TypeId = typeId, Word = -1, Text = -1, IsSpecial = true };
}

/// <summary>White space at both ends of a token: how many characters before, and how many bytes of the input before and after.</summary>
internal readonly record struct SurroundingSpace(int Leading, int LeadingBytes, int TrailingBytes);

/// <summary>A text, or a pair of texts, as a model takes it: tokens with their types, their places in the input and the attention mask.</summary>
/// <remarks>Places are byte offsets into the UTF-8 input that the token's <see cref="EncodedToken.Text"/> names.</remarks>
public sealed class EncodedText
{
    private readonly EncodedToken[] _tokens;

    internal EncodedText(EncodedToken[] tokens, IReadOnlyList<EncodedText>? overflow = null)
    {
        _tokens = tokens;
        Overflow = overflow ?? [];
    }

    /// <summary>How many tokens there are.</summary>
    public int Count => _tokens.Length;

    /// <summary>The tokens [Count].</summary>
    public ReadOnlySpan<EncodedToken> Tokens => _tokens;

    /// <summary>What truncation cut off, where it was asked for: further parts with the special tokens and the padding that this one has.</summary>
    public IReadOnlyList<EncodedText> Overflow { get; }

    /// <summary>The tokens, to be changed by the pipeline that makes them.</summary>
    internal EncodedToken[] Items => _tokens;

    /// <summary>The ids [Count], a new array.</summary>
    public int[] Ids() => Array.ConvertAll(_tokens, t => t.Id);

    /// <summary>The type ids [Count], a new array.</summary>
    public int[] TypeIds() => Array.ConvertAll(_tokens, t => t.TypeId);

    /// <summary>1 for each token that attention sees and 0 for padding [Count], a new array.</summary>
    public int[] AttentionMask() => Array.ConvertAll(_tokens, t => t.IsPadding ? 0 : 1);

    /// <summary>1 for each added special token and padding, 0 for tokens of the text [Count], a new array.</summary>
    public int[] SpecialTokensMask() => Array.ConvertAll(_tokens, t => t.IsSpecial ? 1 : 0);
}
