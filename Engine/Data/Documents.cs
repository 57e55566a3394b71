namespace PureLlm.Engine.Data;

/// <summary>UTF-8 documents, back to back in one array.</summary>
/// <param name="utf8">The bytes of all documents.</param>
/// <param name="starts">The offset of each document's first byte, ascending from 0.</param>
/// <param name="nats">
/// For each document, length + 1 numbers: −ln of the probability of each byte after those before it, then of the document's end there.
/// Document d's begin at starts[d] + d. Null where the process behind the text is unknown.
/// </param>
public sealed class Documents(byte[] utf8, int[] starts, float[]? nats = null)
{
    /// <summary>No documents.</summary>
    public static Documents Empty { get; } = new([], []);

    /// <summary>How many documents there are.</summary>
    public int Count => starts.Length;

    /// <summary>Bytes over all documents.</summary>
    public long Bytes => utf8.Length;

    /// <summary>True where the exact probability of each byte is known.</summary>
    public bool HasNats => nats is not null;

    /// <summary>The bytes of document <paramref name="index"/>.</summary>
    public ReadOnlyMemory<byte> this[int index] => utf8.AsMemory(starts[index]..End(index));

    /// <summary>−ln probability of each byte of document <paramref name="index"/>, and of its end.</summary>
    public ReadOnlySpan<float> NatsOf(int index) =>
        (nats ?? throw new InvalidOperationException("the process behind these documents is unknown.")).AsSpan(starts[index] + index, End(index) - starts[index] + 1);

    /// <summary>All documents, in order.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> All() => Enumerable.Range(0, Count).Select(i => this[i]);

    private int End(int index) => index + 1 < starts.Length ? starts[index + 1] : utf8.Length;
}
