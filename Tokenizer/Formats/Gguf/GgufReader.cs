using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace PureLlm.Tokenizer.Formats.Gguf;

/// <summary>Reads what stands before the tensors of a GGUF file. Every count and length is checked against the bytes that are left before anything is allocated for it.</summary>
public sealed class GgufReader
{
    private const uint Magic = 0x46554747;
    private const int DeepestList = 8;
    private const int MostDimensions = 8;

    private readonly Stream _stream;
    private readonly string _file;
    private readonly long _length;
    private readonly byte[] _small = new byte[8];
    private long _at;

    private GgufReader(Stream stream, string file) => (_stream, _file, _length) = (stream, file, stream.Length - stream.Position);

    /// <summary>Reads a file up to its tensors.</summary>
    /// <exception cref="TokenizerException">The file is damaged; the message names file, place and key.</exception>
    public static GgufFile Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Read(stream, Path.GetFileName(path));
    }

    /// <summary>Reads from the current position of a stream that knows its length, up to the tensors.</summary>
    /// <exception cref="TokenizerException">The file is damaged; the message names file, place and key.</exception>
    public static GgufFile Read(Stream stream, string file)
    {
        // Not disposed: the stream is the caller's, and stays open.
        var buffered = new BufferedStream(stream, 1 << 16);
        return new GgufReader(buffered, file).Read();
    }

    private GgufFile Read()
    {
        if (_length < 4 || UInt32("the magic number") != Magic)
        {
            throw Wrong("the magic number", "is not \"GGUF\"; this is no GGUF file");
        }
        uint version = UInt32("the version");
        if (version is not (2 or 3))
        {
            throw Wrong("the version", BinaryPrimitives.ReverseEndianness(version) is 2 or 3 ? "is that of a big-endian file; this version reads little-endian ones" : $"is {version}; this version reads 2 and 3");
        }
        int tensors = Count("the tensor count", 24), entries = Count("the metadata count", 13);
        List<GgufTensor> places = new(tensors);
        var file = new GgufFile { Name = _file, Tensors = places };
        for (int i = 0; i < entries; i++)
        {
            string key = Encoding.UTF8.GetString(Bytes($"key {i}"));
            file.Add(key, Value(key, Type(key), 0));
        }
        for (int i = 0; i < tensors; i++)
        {
            places.Add(Tensor(i));
        }
        long alignment = file.Whole(GgufFile.AlignmentKey, 1 << 20) ?? GgufFile.DefaultAlignment;
        if (alignment == 0 || alignment % 8 != 0)
        {
            throw file.Wrong(GgufFile.AlignmentKey, $"is {alignment}, not a multiple of 8");
        }
        file.TensorStart = (_at + alignment - 1) / alignment * alignment;
        return file;
    }

    private GgufTensor Tensor(int index)
    {
        string what = $"tensor {index}";
        string name = Encoding.UTF8.GetString(Bytes(what));
        uint dimensions = UInt32(what);
        if (dimensions > MostDimensions)
        {
            throw Wrong($"{what}, '{name}',", $"has {dimensions} dimensions; at most {MostDimensions} are read");
        }
        var shape = new ulong[dimensions];
        for (int d = 0; d < shape.Length; d++)
        {
            shape[d] = UInt64(what);
        }
        return new GgufTensor(name, shape, UInt32(what), UInt64(what));
    }

    private GgufValue Value(string key, GgufType type, int depth)
    {
        switch (type)
        {
            case GgufType.Text:
                return GgufValue.FromFile(type, [Bytes(key)]);
            case GgufType.Array when depth == DeepestList:
                throw Wrong(key, $"is a list within {DeepestList} others");
            case GgufType.Array:
                return List(key, Type(key), depth);
            default:
                return Numbers(key, type, type, 1);
        }
    }

    private GgufValue List(string key, GgufType element, int depth)
    {
        int size = GgufValue.SizeOf(element);
        int count = Count(key, size > 0 ? size : element == GgufType.Text ? 8 : 12);
        if (size > 0)
        {
            return Numbers(key, GgufType.Array, element, count);
        }
        if (element == GgufType.Text)
        {
            var texts = new byte[count][];
            for (int i = 0; i < count; i++)
            {
                texts[i] = Bytes(key);
            }
            return GgufValue.FromFile(GgufType.Array, texts);
        }
        var lists = new GgufValue[count];
        for (int i = 0; i < count; i++)
        {
            lists[i] = Value(key, GgufType.Array, depth + 1);
        }
        return GgufValue.ListOf(lists);
    }

    private GgufValue Numbers(string key, GgufType type, GgufType element, int count)
    {
        byte[] bytes = Take(key, (long)count * GgufValue.SizeOf(element));
        if (element == GgufType.Bool && bytes.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)1) is >= 0 and int wrong)
        {
            throw Wrong(key, $"has a flag with the value {bytes[wrong]}, which is neither 0 nor 1");
        }
        return GgufValue.FromFile(type, element, count, bytes);
    }

    private GgufType Type(string key) => UInt32(key) is <= (uint)GgufType.Float64 and uint type ? (GgufType)type
        : throw Wrong(key, "is of a type that the format does not have");

    /// <summary>A count of things of at least this many bytes each.</summary>
    private int Count(string key, int leastBytes)
    {
        ulong count = UInt64(key);
        long most = Math.Min((_length - _at) / leastBytes, Array.MaxLength / Math.Max(8, leastBytes));
        return count <= (ulong)most ? (int)count : throw Wrong(key, $"claims {count} entries, but at most {most} fit into the {_length - _at} bytes that are left");
    }

    private byte[] Bytes(string key)
    {
        ulong length = UInt64(key);
        if (length > (ulong)(_length - _at))
        {
            throw Wrong(key, $"claims a text of {length} bytes, but only {_length - _at} are left");
        }
        byte[] text = Take(key, (long)length);
        return Utf8.IsValid(text) ? text : throw Wrong(key, "holds a text that is not UTF-8");
    }

    private uint UInt32(string key)
    {
        Fill(key, _small.AsSpan(0, 4));
        return BinaryPrimitives.ReadUInt32LittleEndian(_small);
    }

    private ulong UInt64(string key)
    {
        Fill(key, _small);
        return BinaryPrimitives.ReadUInt64LittleEndian(_small);
    }

    private byte[] Take(string key, long length)
    {
        if (length > Math.Min(_length - _at, Array.MaxLength))
        {
            throw Wrong(key, $"claims {length} bytes, but only {_length - _at} are left");
        }
        var bytes = new byte[length];
        Fill(key, bytes);
        return bytes;
    }

    private void Fill(string key, Span<byte> bytes)
    {
        if (bytes.Length > _length - _at)
        {
            throw Wrong(key, $"is cut off: {bytes.Length} bytes must follow, but only {_length - _at} are left");
        }
        _stream.ReadExactly(bytes);
        _at += bytes.Length;
    }

    private TokenizerException Wrong(string key, string problem) => new($"{_file}: at byte {_at}: {key} {problem}.");
}
