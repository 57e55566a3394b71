using System.Runtime.InteropServices;
using System.Text.Json;
using PureLlm.Kernels;

namespace PureLlm.Engine.Formats;

/// <summary>One tensor to write: its name, its shape, and where its elements come from.</summary>
/// <param name="Name">In the file.</param>
/// <param name="Shape">Sizes, row-major.</param>
/// <param name="Read">Writes elements [first, first + length) to the span.</param>
public sealed record TensorSource(string Name, IReadOnlyList<long> Shape, Action<long, Span<float>> Read)
{
    /// <summary>Float32, or bfloat16 for elements that are exactly so.</summary>
    public StorageFormat Format { get; init; } = StorageFormat.Float32;

    internal int ElementBytes => Format == StorageFormat.BFloat16 ? 2 : 4;

    public long Count => Shape.Aggregate(1L, (product, size) => checked(product * size));
}

/// <summary>Writes a safetensors file of floats: header, then the tensors one after the other.</summary>
public static class SafetensorsWriter
{
    private const int Piece = 1 << 16;

    /// <summary>Writes the file in one step that survives a crash (<see cref="AtomicFile"/>).</summary>
    public static void Save(string path, IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, file => Write(file, tensors, metadata));

    /// <param name="metadata">Names and texts; Hugging Face's reader asks for format = "pt", which is the default.</param>
    public static void Write(Stream file, IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        byte[] header = Header(tensors, metadata ?? new Dictionary<string, string> { ["format"] = "pt" });
        Span<byte> size = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(size, (ulong)header.Length);
        file.Write(size);
        file.Write(header);
        float[] host = new float[Piece];
        foreach (TensorSource tensor in tensors)
        {
            long count = tensor.Count;
            for (long first = 0; first < count; first += Piece)
            {
                Span<float> piece = host.AsSpan(0, (int)Math.Min(Piece, count - first));
                tensor.Read(first, piece);
                if (tensor.Format == StorageFormat.BFloat16)
                {
                    // In place: half i lies before float i is read.
                    Span<ushort> halves = MemoryMarshal.Cast<float, ushort>(piece)[..piece.Length];
                    for (int i = 0; i < piece.Length; i++) { halves[i] = (ushort)(BitConverter.SingleToUInt32Bits(piece[i]) >> 16); }
                    if (!BitConverter.IsLittleEndian) { System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(halves, halves); }
                    file.Write(MemoryMarshal.AsBytes(halves));
                    continue;
                }
                if (!BitConverter.IsLittleEndian)
                {
                    Span<int> words = MemoryMarshal.Cast<float, int>(piece);
                    System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(words, words);
                }
                file.Write(MemoryMarshal.AsBytes(piece));
            }
        }
    }

    /// <summary>The JSON, padded with spaces so that the data starts at a multiple of 8.</summary>
    private static byte[] Header(IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach ((string name, string text) in metadata) { json.WriteString(name, text); }
            json.WriteEndObject();
            long offset = 0;
            foreach (TensorSource tensor in tensors)
            {
                long end = checked(offset + (tensor.ElementBytes * tensor.Count));
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Format == StorageFormat.BFloat16 ? "BF16" : "F32");
                WriteNumbers(json, "shape", tensor.Shape);
                WriteNumbers(json, "data_offsets", [offset, end]);
                json.WriteEndObject();
                offset = end;
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0) { buffer.WriteByte((byte)' '); }
        return buffer.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers) { json.WriteNumberValue(number); }
        json.WriteEndArray();
    }
}
