using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace PureLlm.Tokenizer.Models;

/// <summary>The bytes of every token in one block, and the way from bytes to the id: open addressing, short tokens compared as two words.</summary>
internal sealed class TokenTable
{
    private readonly byte[] _bytes;
    private readonly int[] _starts;
    private Slot[] _short = [];
    private int[] _long = [];
    private HashSeed _seed = HashSeed.Fixed;
    private int _shortShift;
    private int _longShift;

    /// <summary>Tokens by id; null or empty where an id is unused.</summary>
    /// <exception cref="TokenizerException">Two ids have the same bytes, or the tokens are larger than 2 GB together.</exception>
    public TokenTable(IReadOnlyList<byte[]?> tokens)
    {
        long total = 0;
        int longTokens = 0;
        _starts = new int[tokens.Count + 1];
        for (int id = 0; id < tokens.Count; id++)
        {
            int length = tokens[id]?.Length ?? 0;
            total += length;
            if (total > Array.MaxLength)
            {
                throw new TokenizerException($"bpe: the first {id + 1} tokens of the vocabulary are longer than {Array.MaxLength} bytes together.");
            }
            _starts[id + 1] = (int)total;
            LongestToken = Math.Max(LongestToken, length);
            longTokens += length > ShortKey.MaximumLength ? 1 : 0;
        }
        _bytes = new byte[total];
        for (int id = 0; id < tokens.Count; id++)
        {
            tokens[id]?.CopyTo(_bytes, _starts[id]);
        }
        while (!TryIndex(tokens.Count - longTokens, longTokens))
        {
            _seed = HashSeed.Random();
        }
    }

    /// <summary>How many ids there are.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>Bytes in the longest token.</summary>
    public int LongestToken { get; }

    /// <summary>The bytes of a token.</summary>
    public ReadOnlyMemory<byte> this[int id] => _bytes.AsMemory(_starts[id], LengthOf(id));

    /// <summary>Bytes in a token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int LengthOf(int id) => _starts[id + 1] - _starts[id];

    /// <summary>The id of these bytes, or −1.</summary>
    public int Find(ReadOnlySpan<byte> token) =>
        token.Length > ShortKey.MaximumLength ? FindLong(token, _seed.Of(token)) : token.Length == 0 ? -1 : Find(ShortKey.Of(token));

    /// <summary>Hashes what the table is asked for.</summary>
    public HashSeed Seed => _seed;

    /// <summary>The id of these bytes, or −1.</summary>
    public int Find(ShortKey key) => Find(key, _seed.Of(key));

    /// <summary>The id of these bytes, or −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ShortKey key, ulong hash)
    {
        Slot[] slots = _short;
        for (int at = (int)(hash >> _shortShift); ; at = (at + 1) & (slots.Length - 1))
        {
            ref Slot slot = ref slots[at];
            if (slot.High == key.High && slot.Low == key.Low)
            {
                return slot.Id;
            }
            if (slot.High == 0)
            {
                return -1;
            }
        }
    }

    /// <summary>A token for a message.</summary>
    public string Show(int id) => Encoding.UTF8.GetString(this[id].Span);

    /// <summary>The id of 16 bytes or more, or −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int FindLong(ReadOnlySpan<byte> token, ulong hash)
    {
        if (token.Length > LongestToken)
        {
            return -1;
        }
        for (int at = (int)(hash >> _longShift); ; at = (at + 1) & (_long.Length - 1))
        {
            int id = _long[at] - 1;
            if (id < 0 || this[id].Span.SequenceEqual(token))
            {
                return id;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryIndex(int shortTokens, int longTokens)
    {
        _short = new Slot[Size(shortTokens, out _shortShift)];
        _long = new int[Size(longTokens, out _longShift)];
        for (int id = 0; id < Count; id++)
        {
            ReadOnlySpan<byte> token = this[id].Span;
            if (token.Length > 0 && !(token.Length > ShortKey.MaximumLength ? TryAddLong(token, id) : TryAddShort(ShortKey.Of(token), id)))
            {
                return false;
            }
        }
        return true;
    }

    private bool TryAddShort(ShortKey key, int id)
    {
        int at = (int)(_seed.Of(key) >> _shortShift);
        for (int chain = 0; chain < HashSeed.LongestChain; chain++, at = (at + 1) & (_short.Length - 1))
        {
            ref Slot slot = ref _short[at];
            if (slot.High == 0)
            {
                slot = new Slot { Low = key.Low, High = key.High, Id = id };
                return true;
            }
            if (slot.High == key.High && slot.Low == key.Low)
            {
                throw Twice(slot.Id, id);
            }
        }
        return false;
    }

    private bool TryAddLong(ReadOnlySpan<byte> token, int id)
    {
        int at = (int)(_seed.Of(token) >> _longShift);
        for (int chain = 0; chain < HashSeed.LongestChain; chain++, at = (at + 1) & (_long.Length - 1))
        {
            if (_long[at] == 0)
            {
                _long[at] = id + 1;
                return true;
            }
            if (this[_long[at] - 1].Span.SequenceEqual(token))
            {
                throw Twice(_long[at] - 1, id);
            }
        }
        return false;
    }

    private TokenizerException Twice(int first, int second) => new($"bpe: tokens {first} and {second} have the same bytes, '{Show(second)}'.");

    /// <summary>Slots for this many entries, at most half full; the shift takes a 64-bit hash to a slot.</summary>
    private static int Size(int entries, out int shift)
    {
        int bits = Math.Max(1, BitOperations.Log2((uint)Math.Max(1, entries)) + 2);
        shift = 64 - bits;
        return 1 << bits;
    }

    private struct Slot
    {
        public ulong Low;
        public ulong High;
        public int Id;
    }
}
