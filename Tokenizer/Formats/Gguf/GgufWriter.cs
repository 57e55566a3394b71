using System.Buffers.Binary;
using System.Text;

namespace PureLlm.Tokenizer.Formats.Gguf;

/// <summary>Writes what stands before the tensors of a GGUF file, version 3, and the padding up to them.</summary>
public static class GgufWriter
{
    /// <summary>Writes keys, values and the places of the tensors; the tensors follow at the position that is returned, counted from where the writing began.</summary>
    public static long Write(Stream stream, GgufFile file)
    {
        var writer = new Sink(stream);
        writer.Bytes("GGUF"u8);
        writer.UInt32(3);
        writer.UInt64((ulong)file.Tensors.Count);
        writer.UInt64((ulong)file.Entries.Count);
        foreach ((string key, GgufValue value) in file.Entries)
        {
            writer.Text(Encoding.ASCII.GetBytes(key));
            writer.UInt32((uint)value.Type);
            WriteValue(writer, value);
        }
        foreach (GgufTensor tensor in file.Tensors)
        {
            writer.Text(Encoding.UTF8.GetBytes(tensor.Name));
            writer.UInt32((uint)tensor.Shape.Count);
            foreach (ulong dimension in tensor.Shape)
            {
                writer.UInt64(dimension);
            }
            writer.UInt32(tensor.Type);
            writer.UInt64(tensor.Offset);
        }
        long alignment = file.Whole(GgufFile.AlignmentKey, 1 << 20) ?? GgufFile.DefaultAlignment;
        long padding = (alignment - (writer.Count % alignment)) % alignment;
        writer.Bytes(new byte[padding]);
        return writer.Count;
    }

    /// <summary>The same as bytes.</summary>
    public static byte[] ToBytes(GgufFile file)
    {
        var stream = new MemoryStream();
        Write(stream, file);
        return stream.ToArray();
    }

    private static void WriteValue(Sink writer, GgufValue value)
    {
        if (value.Type == GgufType.Array)
        {
            writer.UInt32((uint)value.ElementType);
            writer.UInt64((ulong)value.Count);
        }
        writer.Bytes(value.Bytes);
        foreach (byte[] text in value.Texts)
        {
            writer.Text(text);
        }
        foreach (GgufValue list in value.Lists)
        {
            WriteValue(writer, list);
        }
    }

    private sealed class Sink(Stream stream)
    {
        public long Count { get; private set; }

        public void UInt32(uint value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
            Bytes(bytes);
        }

        public void UInt64(ulong value)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
            Bytes(bytes);
        }

        public void Text(ReadOnlySpan<byte> text)
        {
            UInt64((ulong)text.Length);
            Bytes(text);
        }

        public void Bytes(ReadOnlySpan<byte> bytes)
        {
            stream.Write(bytes);
            Count += bytes.Length;
        }
    }
}
