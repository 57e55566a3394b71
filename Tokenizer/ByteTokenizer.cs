using System.Text;

namespace PureLlm.Tokenizer;

/// <summary>One token per byte: id = byte value, and optionally id 256 for the end of a text. Every input round-trips, UTF-8 or not.</summary>
public sealed class ByteTokenizer(bool endOfText = true) : TextTokenizer
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 256).Select(b => (byte)b)];
    private static readonly byte[] Mark = Encoding.UTF8.GetBytes(EndOfTextMark);

    public override string Kind => "bytes";

    public override int VocabularySize => EndOfText is null ? 256 : 257;

    public override int? EndOfText { get; } = endOfText ? 256 : null;

    public override void Encode(ReadOnlySpan<byte> utf8, List<int> ids)
    {
        ids.EnsureCapacity(ids.Count + utf8.Length);
        foreach (byte b in utf8)
        {
            ids.Add(b);
        }
    }

    public override void Encode(ReadOnlySpan<byte> utf8, TokenBuffer tokens, EncodeOptions options = default)
    {
        tokens.EnsureCapacity(tokens.Count + utf8.Length);
        for (int i = 0; i < utf8.Length; i++)
        {
            tokens.Add(utf8[i], i, i + 1);
        }
    }

    public override ReadOnlyMemory<byte> TokenBytes(int id) =>
        (uint)id < 256 ? Bytes.AsMemory(id, 1) : id == EndOfText ? Mark : throw NoSuchToken(id);
}
