using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PureLlm.Engine.Formats;

/// <summary>Reads tensors of a safetensors file as floats, piece by piece: F32 as it is; F16, BF16 and F64 converted.</summary>
/// <remarks>Only the header is held in memory; it is checked completely before the first tensor is read.</remarks>
public sealed class SafetensorsReader : IDisposable
{
    private const int Piece = 1 << 16;
    private readonly SafeFileHandle file;
    private readonly long dataStart;
    private readonly Dictionary<string, SafetensorsEntry> byName = [];

    /// <exception cref="ModelFileException">The file is missing, damaged, or no safetensors file.</exception>
    public SafetensorsReader(string path)
    {
        Path = path;
        if (!File.Exists(path)) { throw new ModelFileException(path, "there is no such file."); }
        file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            long length = RandomAccess.GetLength(file);
            Span<byte> size = stackalloc byte[8];
            if (length < 8) { throw new ModelFileException(path, $"{length} bytes are too few for a safetensors file."); }
            ReadExactly(size, 0);
            ulong header = BinaryPrimitives.ReadUInt64LittleEndian(size);
            if (header > SafetensorsHeader.MaximumBytes || (long)header > length - 8)
            {
                throw new ModelFileException(path, $"a header of {header:N0} bytes does not fit into the file of {length:N0} (limit {SafetensorsHeader.MaximumBytes:N0}); it is damaged or no safetensors file.");
            }
            byte[] json = new byte[header];
            ReadExactly(json, 8);
            dataStart = 8 + (long)header;
            (List<SafetensorsEntry> entries, Dictionary<string, string> metadata) = SafetensorsHeader.Parse(path, json, length - dataStart);
            (Tensors, Metadata) = (entries, metadata);
            foreach (SafetensorsEntry entry in entries) { byName.Add(entry.Name, entry); }
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public string Path { get; }

    /// <summary>In the order of the header.</summary>
    public IReadOnlyList<SafetensorsEntry> Tensors { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    public SafetensorsEntry? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>Reads elements <paramref name="first"/>, … of a tensor.</summary>
    /// <exception cref="ModelFileException">The type is no floating-point type, or the file ends early.</exception>
    public void Read(SafetensorsEntry tensor, long first, Span<float> destination)
    {
        int size = SafetensorsEntry.SizeOf(tensor.Type);
        if (first < 0 || first + destination.Length > tensor.Count) { throw new ArgumentOutOfRangeException(nameof(first), $"elements {first} to {first + destination.Length} leave '{tensor.Name}' {tensor.ShapeText}."); }
        long position = dataStart + tensor.Start + (first * size);
        if (tensor.Type == "F32" && BitConverter.IsLittleEndian)
        {
            ReadExactly(MemoryMarshal.AsBytes(destination), position);
            return;
        }
        byte[] rented = ArrayPool<byte>.Shared.Rent(Piece * size);
        for (int start = 0; start < destination.Length; start += Piece)
        {
            Span<float> part = destination.Slice(start, Math.Min(Piece, destination.Length - start));
            Span<byte> bytes = rented.AsSpan(0, part.Length * size);
            ReadExactly(bytes, position + ((long)start * size));
            Convert(tensor, bytes, part);
        }
        ArrayPool<byte>.Shared.Return(rented);
    }

    private void Convert(SafetensorsEntry tensor, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = tensor.Type switch
            {
                "F32" => BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]),
                "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]),
                "BF16" => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]) << 16),
                "F64" => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]),
                _ => throw new ModelFileException(Path, $"'{tensor.Name}' is {tensor.Type}; weights are read from F32, F16, BF16 or F64."),
            };
        }
    }

    /// <summary>All elements of a tensor.</summary>
    public float[] Read(SafetensorsEntry tensor)
    {
        float[] values = new float[checked((int)tensor.Count)];
        Read(tensor, 0, values);
        return values;
    }

    public void Dispose() => file.Dispose();

    private void ReadExactly(Span<byte> bytes, long position)
    {
        while (!bytes.IsEmpty)
        {
            int count = RandomAccess.Read(file, bytes, position);
            if (count == 0) { throw new ModelFileException(Path, "the file ended while it was read; it is cut off, or something writes to it."); }
            bytes = bytes[count..];
            position += count;
        }
    }
}
