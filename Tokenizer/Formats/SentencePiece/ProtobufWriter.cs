using System.Buffers.Binary;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Formats.SentencePiece;

/// <summary>Writes the wire format of protocol buffers.</summary>
internal sealed class ProtobufWriter
{
    private readonly ByteWriter _bytes = new();

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.Written;

    public void Whole(int field, int value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
    }

    public void Flag(int field, bool value) => Whole(field, value ? 1 : 0);

    public void Single(int field, float value)
    {
        Varint(((ulong)field << 3) | 5);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _bytes.Write(bytes);
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)value.Length);
        _bytes.Write(value);
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.Write([(byte)(value | 0x80)]);
        }
        _bytes.Write([(byte)value]);
    }
}
