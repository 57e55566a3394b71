using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Tokenizer.Models;

/// <summary>What short pieces became: up to 15 bytes to up to eight tokens, two entries to a cache line. Belongs to one encoder.</summary>
/// <remarks>
/// A place holds the two pieces that came last; growing with the pieces that it meets, from 32 KB to 2 MB, keeps small jobs small. Up to three
/// tokens stand in the entry itself, more of them in a block of their own; when that is full, all starts over.
/// </remarks>
internal sealed unsafe class ShortPieceCache
{
    /// <summary>The most tokens of a piece that is remembered.</summary>
    public const int MostTokens = 8;

    /// <summary>The most tokens that an entry holds.</summary>
    private const int MostInEntry = 3;

    private const int SmallestBits = 9;
    private const int LargestBits = 15;
    private const int SmallestBlock = 1 << 10;
    private const int LargestBlock = 1 << 18;

    private Entry[] _memory = [];
    private Entry* _entries;
    private int _bits;
    private int _shift;
    private int _added;

    // The tokens of entries with more than three, in eights.
    private int[] _block = [];
    private int* _tokens;
    private int _tokenEnd;

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

    /// <summary>Writes the tokens of an entry and the bytes of each; there is room for eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(Entry* entry, ref int ids, ref byte lengths)
    {
        if (entry->Count > MostInEntry)
        {
            Vector256.Load(_tokens + entry->First).StoreUnsafe(ref ids);
            Unsafe.WriteUnaligned(ref lengths, entry->ManyLengths);
            return;
        }
        // Always three, and a fourth that means nothing: how many there are decides nothing here.
        Vector128.Load(&entry->First).StoreUnsafe(ref ids);
        Unsafe.WriteUnaligned(ref lengths, entry->Lengths);
    }

    /// <summary>Remembers one to eight tokens and their lengths in bytes; the older of the two pieces at this place is forgotten.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ShortKey key, ulong hash, ReadOnlySpan<int> tokens, TokenTable table)
    {
        if (++_added > 1 << _bits && _bits < LargestBits)
        {
            Grow(table);
        }
        ulong lengths = 0;
        for (int i = 0; i < tokens.Length; i++)
        {
            lengths |= (ulong)table.LengthOf(tokens[i]) << (8 * i);
        }
        var made = new Entry { Low = key.Low, High = key.High };
        if (tokens.Length > MostInEntry)
        {
            (made.First, made.ManyLengths) = (Store(tokens), lengths);
        }
        else
        {
            (made.First, made.Second, made.Third) = (tokens[0], tokens.Length > 1 ? tokens[1] : 0, tokens.Length > 2 ? tokens[2] : 0);
            made.Lengths = (uint)lengths;
        }
        made.Count = (byte)tokens.Length;
        Entry* entry = _entries + (2 * (hash >> _shift));
        entry[1] = entry[0];
        *entry = made;
    }

    /// <summary>Puts tokens into the block; the place where they stand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Store(ReadOnlySpan<int> tokens)
    {
        if (_tokenEnd == _block.Length)
        {
            if (_block.Length == LargestBlock)
            {
                Array.Clear(_memory);
                _tokenEnd = 0;
            }
            else
            {
                int[] grown = GC.AllocateArray<int>(Math.Max(SmallestBlock, 4 * _block.Length), pinned: true);
                _block.CopyTo(grown, 0);
                _block = grown;
                _tokens = (int*)Unsafe.AsPointer(ref grown[0]);
            }
        }
        int place = _tokenEnd;
        tokens.CopyTo(_block.AsSpan(place));
        _tokenEnd += MostTokens;
        return place;
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
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    public struct Entry
    {
        [FieldOffset(0)]
        public ulong Low;

        [FieldOffset(8)]
        public ulong High;

        /// <summary>The first token; the place of all in the block where there are more than three.</summary>
        [FieldOffset(16)]
        public int First;

        [FieldOffset(20)]
        public int Second;

        [FieldOffset(24)]
        public int Third;

        /// <summary>In the place of the second and the third of more than three tokens: the bytes of each, the first in the low byte.</summary>
        [FieldOffset(20)]
        public ulong ManyLengths;

        /// <summary>The bytes of each of up to three tokens, the first in the low byte.</summary>
        [FieldOffset(28)]
        public uint Lengths;

        [FieldOffset(31)]
        public byte Count;
    }
}
