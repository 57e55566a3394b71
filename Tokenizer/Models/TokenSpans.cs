using System.Numerics;
using System.Runtime.CompilerServices;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Models;

/// <summary>Says what tokens of the vocabulary hold across the border of two characters: what merges can ever do there.</summary>
/// <remarks>
/// Merging makes only tokens. A border that no token spans parts a piece exactly, whatever the ranks; one that is only ever spanned by tokens with
/// both characters whole lets each of them merge by itself first. Asked of borders at which a character beyond ASCII stands: a filter of the
/// pairs inside tokens, and a small table of the few tokens that begin or end inside a character.
/// </remarks>
internal sealed unsafe class TokenSpans
{
    private const int FilterBits = 20;
    private const int CharacterBits = 1 << 16;

    private readonly ulong[] _filter = new ulong[1 << (FilterBits - 6)];

    // By the last byte before a border and the first after it: how many bytes of the two characters tokens hold there, a bit for each pair of lengths.
    private readonly ulong[] _brokenFilter = new ulong[(1 << 16) / 64];
    private readonly ushort[] _brokenLengths = new ushort[1 << 16];
    private ulong[] _brokenKeys = new ulong[1 << 8];
    private int[] _brokenRanks = new int[1 << 8];
    private int _brokenCount;

    // By the low bits of a code point, and by the last byte of a character: the classes of characters that tokens put behind it, and by the first
    // byte of one whether tokens put it behind another.
    private readonly uint[] _before = new uint[CharacterBits];
    private readonly ulong[] _after = new ulong[CharacterBits / 64];
    private readonly uint[] _brokenBefore = new uint[256];
    private readonly bool[] _brokenAfter = new bool[256];

    /// <summary>Reads the tokens.</summary>
    /// <param name="ranks">For each id the least rank of a merge that makes it.</param>
    public TokenSpans(TokenTable table, ReadOnlySpan<int> ranks)
    {
        for (int id = 0; id < table.Count; id++)
        {
            ReadOnlySpan<byte> token = table[id].Span;
            if (token.Length > 1 && token.IndexOfAnyExceptInRange((byte)0, (byte)0x7F) >= 0)
            {
                fixed (byte* start = token)
                {
                    Add(start, start + token.Length, ranks[id]);
                }
            }
        }
    }

    /// <summary>False where no token holds these two characters side by side, which are not both ASCII.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Has(int left, int right)
    {
        ulong bit = Hash(left, right);
        return (_filter[bit >> 6] >> (int)bit & 1) != 0;
    }

    /// <summary>The <see cref="JoinClass"/> of each character behind this one that a token which can come about may join to it, as a mask.</summary>
    /// <param name="isWhole">Merging makes one token of the character; one of several tokens joins a neighbour only by its bytes, or after the other neighbour took of them.</param>
    public uint JoinedRight(int codePoint, ReadOnlySpan<byte> character, bool isWhole)
    {
        uint whole = codePoint < 0x80 ? JoinClass.Any : _before[codePoint % CharacterBits];
        return _brokenBefore[character[^1]] | (isWhole || _brokenAfter[character[0]] ? whole : 0);
    }

    /// <summary>False where no token that can come about spans the border before this character.</summary>
    /// <param name="isWhole">Merging makes one token of the character; one of several tokens joins a neighbour only by its bytes, or after the other neighbour took of them.</param>
    public bool CanJoinLeft(int codePoint, ReadOnlySpan<byte> character, bool isWhole) =>
        _brokenAfter[character[0]] || ((isWhole || _brokenBefore[character[^1]] != 0) && (codePoint < 0x80 || IsIn(_after, codePoint)));

    /// <summary>The least rank at which a token comes about that spans the border at <paramref name="p"/> and holds one of the characters in part; else the largest number.</summary>
    /// <param name="left">Bytes of the character before the border; 0 for a byte that is part of none.</param>
    /// <param name="right">Bytes of the character after it; 0 for a byte that is part of none.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int BrokenFrom(byte* p, int left, int right)
    {
        int pair = (p[-1] << 8) | *p;
        return (_brokenFilter[pair >> 6] >> pair & 1) == 0 ? PairTable.Never : FindBroken(p, left, right, pair);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private int FindBroken(byte* p, int left, int right, int pair)
    {
        if (left == 0 || right == 0)
        {
            return 0;
        }
        int least = PairTable.Never;
        for (uint lengths = _brokenLengths[pair]; lengths != 0; lengths &= lengths - 1)
        {
            int both = BitOperations.TrailingZeroCount(lengths), before = (both >> 2) + 1, after = (both & 3) + 1;
            if (before <= left && after <= right)
            {
                ulong key = Key(p, before, after);
                int at = Place(key, _brokenKeys);
                least = _brokenKeys[at] == key ? Math.Min(least, _brokenRanks[at]) : least;
            }
        }
        return least;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(byte* p, byte* end, int rank)
    {
        byte* start = p;
        int previous = -1, previousLength = 0;
        while (p < end)
        {
            int character = ScanText.CodePointAt(p, end, out int length);
            if (previous >= 0 && character >= 0)
            {
                ulong bit = Hash(previous, character);
                _filter[bit >> 6] |= 1UL << (int)bit;
                _before[previous % CharacterBits] |= 1U << JoinClass.Of(character);
                _after[character % CharacterBits / 64] |= 1UL << character;
            }
            else if (p > start)
            {
                _brokenBefore[p[-1]] |= 1U << JoinClass.Always | (character >= 0 ? 1U << JoinClass.Of(character) : JoinClass.Beginning(new ReadOnlySpan<byte>(p, (int)(end - p))));
                AddBroken(p, previous >= 0 ? previousLength : (int)Math.Min(4, p - start), character >= 0 ? length : (int)Math.Min(4, end - p), rank);
            }
            (previous, previousLength) = (character, length);
            p += length;
        }
    }

    private void AddBroken(byte* p, int before, int after, int rank)
    {
        int pair = (p[-1] << 8) | *p;
        _brokenFilter[pair >> 6] |= 1UL << pair;
        _brokenAfter[*p] = true;
        _brokenLengths[pair] |= (ushort)(1 << (((before - 1) << 2) | (after - 1)));
        ulong key = Key(p, before, after);
        int at = Place(key, _brokenKeys);
        if (_brokenKeys[at] != key)
        {
            if (2 * ++_brokenCount > _brokenKeys.Length)
            {
                Grow();
                at = Place(key, _brokenKeys);
            }
            (_brokenKeys[at], _brokenRanks[at]) = (key, rank);
        }
        _brokenRanks[at] = Math.Min(_brokenRanks[at], rank);
    }

    private void Grow()
    {
        (ulong[] keys, int[] ranks) = (_brokenKeys, _brokenRanks);
        _brokenKeys = new ulong[2 * keys.Length];
        _brokenRanks = new int[2 * keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] != 0)
            {
                int at = Place(keys[i], _brokenKeys);
                (_brokenKeys[at], _brokenRanks[at]) = (keys[i], ranks[i]);
            }
        }
    }

    /// <summary>Where a key is or belongs; keys are never 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Place(ulong key, ulong[] keys)
    {
        int at = (int)(key * 0x9E3779B97F4A7C15 >> 32) & (keys.Length - 1);
        while (keys[at] != 0 && keys[at] != key)
        {
            at = (at + 1) & (keys.Length - 1);
        }
        return at;
    }

    private static bool IsIn(ulong[] set, int codePoint) => (set[codePoint % CharacterBits / 64] >> codePoint & 1) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Key(byte* p, int before, int after)
    {
        ulong key = 0;
        for (byte* at = p - before; at < p + after; at++)
        {
            key = (key << 8) | *at;
        }
        return key;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash(int left, int right) => (((ulong)(uint)left << 32) | (uint)right) * 0x9E3779B97F4A7C15 >> (64 - FilterBits);
}
