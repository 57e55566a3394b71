namespace PureLlm.Tokenizer;

/// <summary>Fills encoded texts up to one length.</summary>
public sealed record Padding
{
    /// <summary>The length; null for that of the longest text of the batch.</summary>
    public int? Length { get; init; }

    /// <summary>The length is rounded up to a multiple of this; 0 and null leave it.</summary>
    public int? MultipleOf { get; init; }

    /// <summary>Where the padding goes.</summary>
    public SequenceSide Side { get; init; } = SequenceSide.Right;

    /// <summary>The id of a padding token.</summary>
    public int Id { get; init; }

    /// <summary>The type id of a padding token.</summary>
    public int TypeId { get; init; }

    /// <summary>The name of the padding token.</summary>
    public string Token { get; init; } = "[PAD]";

    /// <summary>The length that a batch is padded to whose longest text has <paramref name="longest"/> tokens.</summary>
    public int LengthFor(int longest)
    {
        int length = Length ?? longest;
        return MultipleOf is int multiple and > 0 && length % multiple > 0 ? checked(length + multiple - (length % multiple)) : length;
    }
}
