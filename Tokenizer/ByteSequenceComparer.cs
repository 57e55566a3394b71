using System.Diagnostics.CodeAnalysis;

namespace PureLlm.Tokenizer;

/// <summary>Byte arrays by content, so that a dictionary of them can be asked with a span.</summary>
internal sealed class ByteSequenceComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly ByteSequenceComparer Instance = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode([DisallowNull] byte[] sequence) => GetHashCode(sequence.AsSpan());

    public int GetHashCode(ReadOnlySpan<byte> sequence)
    {
        HashCode hash = default;
        hash.AddBytes(sequence);
        return hash.ToHashCode();
    }

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
