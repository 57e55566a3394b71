using System.Buffers.Binary;
using System.Text.Unicode;

namespace PureLlm.Tokenizer.Normalizers;

/// <summary>SentencePiece's compiled rewriting rules ("precompiled_charsmap"): byte strings and what replaces them.</summary>
/// <remarks>
/// The blob is a 32-bit size, a double array of 32-bit units (darts-clone), and the replacements, each ended by a zero byte.
/// A unit holds a label (low 8 bits, and bit 31 for a value), whether a string ends here (bit 8), and the way to its children (the other bits).
/// </remarks>
internal sealed class PrecompiledCharacterMap
{
    private const uint IsValue = 1u << 31;

    private readonly uint[] _units;
    private readonly byte[] _replacements;

    /// <summary>Reads a blob.</summary>
    /// <exception cref="TokenizerException">The blob is cut off, or a rule leads out of it.</exception>
    public PrecompiledCharacterMap(ReadOnlyMemory<byte> blob)
    {
        Blob = blob;
        ReadOnlySpan<byte> bytes = blob.Span;
        uint size = bytes.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes)
            : throw new TokenizerException($"precompiled_charsmap: {bytes.Length} bytes are too few for its size.");
        if (size < 4 || size % 4 != 0 || size > bytes.Length - 4)
        {
            throw new TokenizerException($"precompiled_charsmap: its search tree has {size} bytes, but must have a multiple of 4 and at most the {bytes.Length - 4} that are there.");
        }
        _units = new uint[size / 4];
        for (int i = 0; i < _units.Length; i++)
        {
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 + (4 * i))..]);
        }
        _replacements = bytes[(4 + (int)size)..].ToArray();
        if (!Utf8.IsValid(_replacements))
        {
            throw new TokenizerException("precompiled_charsmap: its replacements are not UTF-8.");
        }
        foreach (uint unit in _units)
        {
            uint at = unit & ~IsValue;
            if ((unit & IsValue) != 0 && (at >= _replacements.Length || (_replacements[at] & 0xC0) == 0x80))
            {
                throw new TokenizerException($"precompiled_charsmap: a rule leads to byte {at} of the {_replacements.Length} bytes of replacements, where none begins.");
            }
        }
        StopsEarly = FindEarlyStops();
    }

    /// <summary>The bytes that the map was read from.</summary>
    public ReadOnlyMemory<byte> Blob { get; }

    /// <summary>For each ASCII byte, true where no rule applies to it when another ASCII byte, or nothing, follows [128].</summary>
    public bool[] StopsEarly { get; }

    /// <summary>The longest rule that applies at the start of a text; false where none does.</summary>
    public bool TryLongest(ReadOnlySpan<byte> text, out int length, out ReadOnlySpan<byte> replacement) => TryFind(text, first: false, out length, out replacement);

    /// <summary>The shortest rule that applies at the start of a text; false where none does.</summary>
    public bool TryShortest(ReadOnlySpan<byte> text, out int length, out ReadOnlySpan<byte> replacement) => TryFind(text, first: true, out length, out replacement);

    /// <summary>True where a rule has one of these bytes behind its first one.</summary>
    /// <remarks>A node's label tells where its parent's children begin, so that a sweep over all units finds more of those that rules lead to, until none is left.</remarks>
    public bool HasInside(ReadOnlySpan<byte> bytes)
    {
        var reached = new bool[_units.Length + 256];
        uint root = Children(_units[0]);
        bool found = root < (uint)_units.Length;
        reached[found ? root : 0] = found;
        while (found)
        {
            found = false;
            for (uint at = 0; at < (uint)_units.Length; at++)
            {
                uint label = _units[at] & (IsValue | 0xFF), parent = at ^ label, below = at ^ Children(_units[at]);
                if (label is 0 or > 0xFF || parent >= (uint)reached.Length || !reached[parent])
                {
                    continue;
                }
                if (parent != root && bytes.Contains((byte)label))
                {
                    return true;
                }
                if (below < (uint)_units.Length && !reached[below])
                {
                    reached[below] = found = true;
                }
            }
        }
        return false;
    }

    private bool TryFind(ReadOnlySpan<byte> text, bool first, out int length, out ReadOnlySpan<byte> replacement)
    {
        length = 0;
        uint value = 0;
        uint[] units = _units;
        uint at = Children(units[0]);
        for (int i = 0; i < text.Length; i++)
        {
            at ^= text[i];
            if (at >= (uint)units.Length || (units[at] & (IsValue | 0xFF)) != text[i] || text[i] == 0)
            {
                break;
            }
            uint unit = units[at];
            at ^= Children(unit);
            if ((unit & 0x100) != 0 && at < (uint)units.Length)
            {
                (value, length) = (units[at] & ~IsValue, i + 1);
                if (first)
                {
                    break;
                }
            }
        }
        replacement = length > 0 && value < _replacements.Length ? Replacement((int)value) : default;
        return length > 0;
    }

    private ReadOnlySpan<byte> Replacement(int at)
    {
        ReadOnlySpan<byte> rest = _replacements.AsSpan(at);
        int end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }

    private static uint Children(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);

    private bool[] FindEarlyStops()
    {
        var stops = new bool[128];
        Span<byte> pair = stackalloc byte[2];
        for (int b = 0; b < 128; b++)
        {
            pair[0] = (byte)b;
            stops[b] = !TryLongest(pair[..1], out _, out _);
            uint at = Children(_units[0]) ^ (uint)b;
            bool leads = at < (uint)_units.Length && (_units[at] & (IsValue | 0xFF)) == b && b != 0;
            for (int next = 1; next < 128 && stops[b] && leads; next++)
            {
                uint child = at ^ Children(_units[at]) ^ (uint)next;
                stops[b] = child >= (uint)_units.Length || (_units[child] & (IsValue | 0xFF)) != next;
            }
        }
        return stops;
    }
}
