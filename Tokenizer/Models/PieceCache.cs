namespace PureLlm.Tokenizer.Models;

/// <summary>Tokens of pieces seen before, for one thread: an open-addressed table over two blocks of memory that are filled, then cleared. It never changes a result.</summary>
internal sealed class PieceCache
{
    /// <summary>Longer pieces are not kept.</summary>
    public const int LongestPiece = 48;

    private const int LargestBits = 17;

    private Entry[] _entries = new Entry[1 << 9];
    private int _bits = 9;
    private byte[] _bytes = new byte[1 << 12];
    private int[] _values = new int[1 << 12];
    private int _count;
    private int _byteCount;
    private int _valueCount;

    /// <summary>What was kept for the piece; false where nothing was.</summary>
    public bool TryGet(ReadOnlySpan<byte> piece, out ReadOnlySpan<int> values)
    {
        ulong hash = Vocabulary.Seed.Of(piece);
        Entry[] entries = _entries;
        for (int slot = (int)(hash >> (64 - _bits)); ; slot = (slot + 1) & (entries.Length - 1))
        {
            ref Entry entry = ref entries[slot];
            if (entry.Length == 0)
            {
                values = default;
                return false;
            }
            if (entry.Tag == (int)hash && entry.Length == piece.Length && _bytes.AsSpan(entry.Bytes, entry.Length).SequenceEqual(piece))
            {
                values = _values.AsSpan(entry.Values, entry.ValueCount);
                return true;
            }
        }
    }

    /// <summary>Keeps the values of a piece of 1 to <see cref="LongestPiece"/> bytes that is not yet kept.</summary>
    public void Add(ReadOnlySpan<byte> piece, ReadOnlySpan<int> values)
    {
        if (2 * _count == _entries.Length)
        {
            MakeRoom();
        }
        ulong hash = Vocabulary.Seed.Of(piece);
        if (_bytes.Length - _byteCount < piece.Length)
        {
            Array.Resize(ref _bytes, 2 * (_bytes.Length + piece.Length));
        }
        if (_values.Length - _valueCount < values.Length)
        {
            Array.Resize(ref _values, 2 * (_values.Length + values.Length));
        }
        piece.CopyTo(_bytes.AsSpan(_byteCount));
        values.CopyTo(_values.AsSpan(_valueCount));
        Insert(new Entry { Tag = (int)hash, Bytes = _byteCount, Length = piece.Length, Values = _valueCount, ValueCount = values.Length }, hash);
        (_count, _byteCount, _valueCount) = (_count + 1, _byteCount + piece.Length, _valueCount + values.Length);
    }

    /// <summary>Doubles the table; the largest one is emptied.</summary>
    private void MakeRoom()
    {
        if (_bits == LargestBits)
        {
            Array.Clear(_entries);
            (_count, _byteCount, _valueCount) = (0, 0, 0);
            return;
        }
        Entry[] old = _entries;
        _bits++;
        _entries = new Entry[2 * old.Length];
        foreach (Entry entry in old)
        {
            if (entry.Length != 0)
            {
                Insert(entry, Vocabulary.Seed.Of(_bytes.AsSpan(entry.Bytes, entry.Length)));
            }
        }
    }

    private void Insert(Entry entry, ulong hash)
    {
        int slot = (int)(hash >> (64 - _bits));
        while (_entries[slot].Length != 0)
        {
            slot = (slot + 1) & (_entries.Length - 1);
        }
        _entries[slot] = entry;
    }

    private struct Entry
    {
        public int Tag;
        public int Bytes;
        public int Length;
        public int Values;
        public int ValueCount;
    }
}
