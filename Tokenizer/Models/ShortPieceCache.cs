using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureLlm.Tokenizer.Models;

/// <summary>What short pieces became: up to 15 bytes to up to three tokens, two entries to a cache line. Belongs to one encoder.</summary>
/// <remarks>A place holds the two pieces that came last; growing with the pieces that it meets, from 32 KB to 2 MB, keeps small jobs small.</remarks>
internal sealed unsafe class ShortPieceCache
{
    /// <summary>The most tokens that an entry holds.</summary>
    public const int MostTokens = 3;

    private const int SmallestBits = 9;
    private const int LargestBits = 15;

    private Entry[] _memory = [];
    private Entry* _entries;
    private int _bits;
    private int _shift;
    private int _added;

    public ShortPieceCache() => Allocate(SmallestBits);

    /// <summary>The entry of a piece, or null; <paramref name="hash"/> is the hash of the key, whose high bits choose the place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Entry* Find(ShortKey key, ulong hash)
    {
        Entry* entry = _entries + (2 * (hash >> _shift));
        if (entry->High == key.High && entry->Low == key.Low)
        {
            return entry;
        }
        entry++;
        return entry->High == key.High && entry->Low == key.Low ? entry : null;
    }

    /// <summary>Remembers one to three tokens and their lengths in bytes; the older of the two pieces at this place is forgotten.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ShortKey key, ulong hash, ReadOnlySpan<int> tokens, TokenTable table)
    {
        if (++_added > 1 << _bits && _bits < LargestBits)
        {
            Grow(table);
        }
        Entry* entry = _entries + (2 * (hash >> _shift));
        entry[1] = entry[0];
        *entry = new Entry
        {
            Low = key.Low,
            High = key.High,
            First = tokens[0],
            Second = tokens.Length > 1 ? tokens[1] : 0,
            Third = tokens.Length > 2 ? tokens[2] : 0,
            Count = (byte)tokens.Length,
            FirstLength = (byte)table.LengthOf(tokens[0]),
            SecondLength = (byte)(tokens.Length > 1 ? table.LengthOf(tokens[1]) : 0),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Grow(TokenTable table)
    {
        Entry[] kept = _memory;
        Entry* old = _entries;
        int count = 2 << _bits;
        Allocate(_bits + 2);
        for (int i = count - 1; i >= 0; i--)
        {
            if (old[i].High != 0)
            {
                Entry* entry = _entries + (2 * (table.Seed.Of(new ShortKey(old[i].Low, old[i].High)) >> _shift));
                entry[1] = entry[0];
                *entry = old[i];
            }
        }
        GC.KeepAlive(kept);
    }

    private void Allocate(int bits)
    {
        _bits = bits;
        _shift = 64 - bits;
        _added = 0;
        // Pinned, and started at a cache line.
        _memory = GC.AllocateArray<Entry>((2 << bits) + 2, pinned: true);
        _entries = (Entry*)(((nint)Unsafe.AsPointer(ref _memory[0]) + 63) & ~(nint)63);
    }

    /// <summary>A piece and its tokens, 32 bytes.</summary>
    public struct Entry
    {
        public ulong Low;
        public ulong High;
        public int First;
        public int Second;
        public int Third;
        public byte Count;
        public byte FirstLength;
        public byte SecondLength;
    }
}
