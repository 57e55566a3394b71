using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PureLlm.Tokenizer.Training;

/// <summary>Distinct pieces of text and how often each occurs: one open-addressed table, the bytes in large chunks, no object per piece.</summary>
/// <remarks>Belongs to one thread. A piece is known by its index, in order of first appearance.</remarks>
internal sealed class PieceTable
{
    private const int ChunkLength = 1 << 20;

    private readonly List<byte[]> _chunks = [];
    private int _used = ChunkLength;          // bytes used of the chunk that is being filled
    private int _filling = -1;
    private ulong[] _slots = new ulong[1 << 12];   // the upper half of the hash, then index + 1
    private Entry[] _entries = new Entry[1 << 11];

    /// <summary>How many distinct pieces there are.</summary>
    public int Count { get; private set; }

    /// <summary>How often the piece occurs.</summary>
    public long Frequency(int index) => _entries[index].Frequency;

    /// <summary>The bytes of the piece.</summary>
    public ReadOnlySpan<byte> Piece(int index)
    {
        ref readonly Entry entry = ref _entries[index];
        return _chunks[entry.Chunk].AsSpan(entry.Start, entry.Length);
    }

    /// <summary>Counts one more (or <paramref name="times"/> more) of this piece, which is not empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ReadOnlySpan<byte> piece, long times = 1)
    {
        ulong prefix = Prefix(piece);
        ulong hash = Hash(piece, prefix);
        int mask = _slots.Length - 1;
        for (int slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            ulong found = _slots[slot];
            if (found == 0)
            {
                Insert(piece, prefix, hash, slot, times);
                return;
            }
            if ((found ^ hash) >> 32 == 0)
            {
                ref Entry entry = ref _entries[(int)(uint)found - 1];
                if (entry.Prefix == prefix && entry.Length == piece.Length && (piece.Length <= 8 || Piece((int)(uint)found - 1).SequenceEqual(piece)))
                {
                    entry.Frequency += times;
                    return;
                }
            }
        }
    }

    /// <summary>Forgets all pieces and their memory.</summary>
    public void Clear()
    {
        Count = 0;
        _chunks.Clear();
        _filling = -1;
        _slots = new ulong[_slots.Length > 16 ? 16 : _slots.Length];
        _entries = new Entry[8];
    }

    /// <summary>Adds every piece of the other table with its count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(PieceTable other)
    {
        for (int i = 0; i < other.Count; i++)
        {
            Add(other.Piece(i), other.Frequency(i));
        }
    }

    /// <summary>The first eight bytes as a number; a shorter piece is filled up with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Prefix(ReadOnlySpan<byte> piece)
    {
        ref byte first = ref MemoryMarshal.GetReference(piece);
        int length = piece.Length;
        if (length >= 8)
        {
            return Unsafe.ReadUnaligned<ulong>(ref first);
        }
        if (length >= 4)
        {
            ulong low = Unsafe.ReadUnaligned<uint>(ref first);
            ulong high = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, length - 4));
            return low | (high >> ((8 - length) * 8) << 32);
        }
        ulong prefix = first;
        if (length >= 2)
        {
            prefix |= (ulong)Unsafe.Add(ref first, 1) << 8;
            if (length == 3)
            {
                prefix |= (ulong)Unsafe.Add(ref first, 2) << 16;
            }
        }
        return prefix;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash(ReadOnlySpan<byte> piece, ulong prefix)
    {
        ulong hash = (prefix ^ (ulong)piece.Length) * 0x9E3779B97F4A7C15;
        if (piece.Length > 8)
        {
            hash = HashRest(piece, hash);
        }
        hash ^= hash >> 32;
        hash *= 0xD6E8FEB86659FD93;
        return hash ^ (hash >> 29);
    }

    private static ulong HashRest(ReadOnlySpan<byte> piece, ulong hash)
    {
        int i = 8;
        for (; i + 8 <= piece.Length; i += 8)
        {
            hash = (BitOperations.RotateLeft(hash, 29) ^ MemoryMarshal.Read<ulong>(piece[i..])) * 0x9E3779B97F4A7C15;
        }
        return i == piece.Length ? hash : (BitOperations.RotateLeft(hash, 29) ^ MemoryMarshal.Read<ulong>(piece[^8..])) * 0x9E3779B97F4A7C15;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Insert(ReadOnlySpan<byte> piece, ulong prefix, ulong hash, int slot, long times)
    {
        if (Count == _entries.Length)
        {
            Grow();
            slot = FreeSlot(hash);
        }
        if (_used + piece.Length > ChunkLength || _filling < 0)
        {
            bool alone = piece.Length > ChunkLength / 4;
            _chunks.Add(new byte[alone ? piece.Length : ChunkLength]);
            if (alone)
            {
                piece.CopyTo(_chunks[^1]);
                Place(new Entry { Prefix = prefix, Frequency = times, Chunk = _chunks.Count - 1, Start = 0, Length = piece.Length, Hash = (uint)hash }, hash, slot);
                return;
            }
            _filling = _chunks.Count - 1;
            _used = 0;
        }
        piece.CopyTo(_chunks[_filling].AsSpan(_used));
        Place(new Entry { Prefix = prefix, Frequency = times, Chunk = _filling, Start = _used, Length = piece.Length, Hash = (uint)hash }, hash, slot);
        _used += piece.Length;
    }

    private void Place(Entry entry, ulong hash, int slot)
    {
        _entries[Count++] = entry;
        _slots[slot] = (hash >> 32 << 32) | (uint)Count;
    }

    private int FreeSlot(ulong hash)
    {
        int mask = _slots.Length - 1, slot = (int)hash & mask;
        while (_slots[slot] != 0)
        {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Grow()
    {
        Array.Resize(ref _entries, checked(2 * _entries.Length));
        ulong[] old = _slots;
        _slots = new ulong[checked(2 * old.Length)];
        foreach (ulong slot in old)
        {
            if (slot != 0)
            {
                // The low half of the hash chooses the place and lies in the entry; the high half travels with the slot.
                _slots[FreeSlot(_entries[(int)(uint)slot - 1].Hash)] = slot;
            }
        }
    }

    private struct Entry
    {
        public ulong Prefix;
        public long Frequency;
        public int Chunk;
        public int Start;
        public int Length;
        public uint Hash;
    }
}
