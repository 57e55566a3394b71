using System.Buffers.Binary;

namespace PureLlm.Tokenizer.Formats.SentencePiece;

/// <summary>Reads the wire format of protocol buffers field by field. Every length is checked against the bytes that are there, and every error says where.</summary>
internal ref struct ProtobufReader(string file, ReadOnlySpan<byte> bytes, int offset = 0)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;
    private int _wire;
    private int _fieldOffset;

    /// <summary>The number of the field that <see cref="Next"/> found.</summary>
    public int Field { get; private set; }

    /// <summary>Where that field begins in the file.</summary>
    public readonly int FieldOffset => offset + _fieldOffset;

    /// <summary>Goes to the next field; false at the end of the message.</summary>
    public bool Next()
    {
        _fieldOffset = _at;
        if (_at == _bytes.Length)
        {
            return false;
        }
        ulong tag = Varint();
        (ulong number, _wire) = (tag >> 3, (int)(tag & 7));
        Field = number is > 0 and < 1 << 29 ? (int)number : throw Wrong($"field number {number} is out of range");
        return true;
    }

    /// <summary>Passes over the value of an unknown field.</summary>
    public void Skip()
    {
        switch (_wire)
        {
            case 0: Varint(); break;
            case 1: Take(8); break;
            case 2: Bytes(); break;
            case 5: Take(4); break;
            default: throw Wrong($"wire type {_wire} is not one that these files use");
        }
    }

    /// <summary>A length-delimited value.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        Expect(2, "bytes");
        ulong length = Varint();
        return length <= (ulong)(_bytes.Length - _at) ? Take((int)length)
            : throw Wrong($"a value of {length} bytes begins at byte {offset + _at}, but only {_bytes.Length - _at} are left");
    }

    /// <summary>A nested message.</summary>
    public ProtobufReader Message()
    {
        ReadOnlySpan<byte> bytes = Bytes();
        return new ProtobufReader(file, bytes, offset + _at - bytes.Length);
    }

    /// <summary>UTF-8 text.</summary>
    public ReadOnlySpan<byte> Utf8(string name)
    {
        ReadOnlySpan<byte> text = Bytes();
        return System.Text.Unicode.Utf8.IsValid(text) ? text : throw Wrong($"{name} is not UTF-8");
    }

    public bool Flag()
    {
        Expect(0, "a flag");
        return Varint() != 0;
    }

    /// <summary>An enumeration's value or an int32, from 0 to <paramref name="most"/>.</summary>
    public int Whole(string name, int most)
    {
        Expect(0, "a whole number");
        ulong value = Varint();
        return value <= (ulong)most ? (int)value : throw Wrong($"{name} is {(long)value}, which is not from 0 to {most}");
    }

    public float Single()
    {
        Expect(5, "a single-precision number");
        return BinaryPrimitives.ReadSingleLittleEndian(Take(4));
    }

    /// <summary>The error that names file and place.</summary>
    public readonly TokenizerException Wrong(string problem) => new($"{file}: at byte {FieldOffset}: {problem}.");

    private readonly void Expect(int wire, string what)
    {
        if (_wire != wire)
        {
            throw Wrong($"field {Field} has wire type {_wire}, where {what} must be");
        }
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte b = Take(1)[0];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }
        throw Wrong("a number is longer than 10 bytes");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _at)
        {
            throw Wrong($"the file is cut off: {count} bytes must follow byte {offset + _at}, but only {_bytes.Length - _at} are left");
        }
        _at += count;
        return _bytes.Slice(_at - count, count);
    }
}
