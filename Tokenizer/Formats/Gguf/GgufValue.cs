using System.Runtime.InteropServices;
using System.Text;

namespace PureLlm.Tokenizer.Formats.Gguf;

/// <summary>The types of GGUF's metadata; the numbers are those of the format.</summary>
public enum GgufType : uint
{
    /// <summary>An unsigned byte.</summary>
    UInt8 = 0,

    /// <summary>A signed byte.</summary>
    Int8 = 1,

    /// <summary>16 bits, unsigned.</summary>
    UInt16 = 2,

    /// <summary>16 bits, signed.</summary>
    Int16 = 3,

    /// <summary>32 bits, unsigned.</summary>
    UInt32 = 4,

    /// <summary>32 bits, signed.</summary>
    Int32 = 5,

    /// <summary>Single precision.</summary>
    Float32 = 6,

    /// <summary>One byte, 0 or 1.</summary>
    Bool = 7,

    /// <summary>UTF-8 with its length.</summary>
    Text = 8,

    /// <summary>A list of values of one type.</summary>
    Array = 9,

    /// <summary>64 bits, unsigned.</summary>
    UInt64 = 10,

    /// <summary>64 bits, signed.</summary>
    Int64 = 11,

    /// <summary>Double precision.</summary>
    Float64 = 12,
}

/// <summary>One value of GGUF's metadata: a number, a text, or a list. Numbers are kept in the bytes of the file.</summary>
public sealed class GgufValue
{
    private readonly byte[] _bytes;
    private readonly byte[][] _texts;
    private readonly GgufValue[] _lists;

    private GgufValue(GgufType type, GgufType element, int count, byte[]? bytes = null, byte[][]? texts = null, GgufValue[]? lists = null) =>
        (Type, ElementType, Count, _bytes, _texts, _lists) = (type, element, count, bytes ?? [], texts ?? [], lists ?? []);

    /// <summary>The value's type.</summary>
    public GgufType Type { get; }

    /// <summary>The type of a list's items; of a single value its own.</summary>
    public GgufType ElementType { get; }

    /// <summary>How many items a list has; 1 for a single value.</summary>
    public int Count { get; }

    /// <summary>The numbers of the value, or of the list, as bytes, the lowest first.</summary>
    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The texts of the list, or the value's only text, as UTF-8.</summary>
    public IReadOnlyList<byte[]> Texts => _texts;

    /// <summary>The lists in a list of lists.</summary>
    public IReadOnlyList<GgufValue> Lists => _lists;

    /// <summary>A text.</summary>
    public static GgufValue Of(string text) => new(GgufType.Text, GgufType.Text, 1, texts: [Encoding.UTF8.GetBytes(text)]);

    /// <summary>A flag.</summary>
    public static GgufValue Of(bool flag) => new(GgufType.Bool, GgufType.Bool, 1, [flag ? (byte)1 : (byte)0]);

    /// <summary>A number.</summary>
    public static GgufValue Of<T>(T number)
        where T : unmanaged => new(TypeOf<T>(), TypeOf<T>(), 1, MemoryMarshal.AsBytes([number]).ToArray());

    /// <summary>A list of texts.</summary>
    public static GgufValue ListOf(IEnumerable<byte[]> texts)
    {
        byte[][] all = [.. texts];
        return new(GgufType.Array, GgufType.Text, all.Length, texts: all);
    }

    /// <summary>A list of numbers.</summary>
    public static GgufValue ListOf<T>(ReadOnlySpan<T> numbers)
        where T : unmanaged => new(GgufType.Array, TypeOf<T>(), numbers.Length, MemoryMarshal.AsBytes(numbers).ToArray());

    /// <summary>A list of lists.</summary>
    public static GgufValue ListOf(IEnumerable<GgufValue> lists)
    {
        GgufValue[] all = [.. lists];
        return new(GgufType.Array, GgufType.Array, all.Length, lists: all);
    }

    /// <summary>Bytes in one value of a type with a fixed size; 0 for the others.</summary>
    internal static int SizeOf(GgufType type) => type switch
    {
        GgufType.UInt8 or GgufType.Int8 or GgufType.Bool => 1,
        GgufType.UInt16 or GgufType.Int16 => 2,
        GgufType.UInt32 or GgufType.Int32 or GgufType.Float32 => 4,
        GgufType.UInt64 or GgufType.Int64 or GgufType.Float64 => 8,
        _ => 0,
    };

    /// <summary>Numbers as they stand in a file.</summary>
    internal static GgufValue FromFile(GgufType type, GgufType element, int count, byte[] bytes) => new(type, element, count, bytes);

    /// <summary>Texts as they stand in a file.</summary>
    internal static GgufValue FromFile(GgufType type, byte[][] texts) => new(type, GgufType.Text, texts.Length, texts: texts);

    /// <summary>The numbers as <typeparamref name="T"/>, which must be the type that the file gives them.</summary>
    internal ReadOnlySpan<T> Numbers<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(_bytes);

    /// <summary>A whole number of any width, or null where the value is none or does not fit.</summary>
    internal long? Whole() => Type switch
    {
        GgufType.UInt8 => _bytes[0],
        GgufType.Int8 => (sbyte)_bytes[0],
        GgufType.UInt16 => Numbers<ushort>()[0],
        GgufType.Int16 => Numbers<short>()[0],
        GgufType.UInt32 => Numbers<uint>()[0],
        GgufType.Int32 => Numbers<int>()[0],
        GgufType.UInt64 => Numbers<ulong>()[0] is <= long.MaxValue and ulong value ? (long)value : null,
        GgufType.Int64 => Numbers<long>()[0],
        _ => null,
    };

    private static GgufType TypeOf<T>() => typeof(T) switch
    {
        var t when t == typeof(byte) => GgufType.UInt8,
        var t when t == typeof(sbyte) => GgufType.Int8,
        var t when t == typeof(ushort) => GgufType.UInt16,
        var t when t == typeof(short) => GgufType.Int16,
        var t when t == typeof(uint) => GgufType.UInt32,
        var t when t == typeof(int) => GgufType.Int32,
        var t when t == typeof(float) => GgufType.Float32,
        var t when t == typeof(ulong) => GgufType.UInt64,
        var t when t == typeof(long) => GgufType.Int64,
        var t when t == typeof(double) => GgufType.Float64,
        _ => throw new ArgumentException($"GGUF has no numbers of the type {typeof(T).Name}; it has 8 to 64 bits, whole or floating."),
    };
}
