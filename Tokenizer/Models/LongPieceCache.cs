using System.Runtime.CompilerServices;

namespace PureLlm.Tokenizer.Models;

/// <summary>What longer pieces became, any number of tokens each. Belongs to one encoder; when its memory is full it starts over.</summary>
internal sealed class LongPieceCache
{
    /// <summary>Longer pieces hardly come again.</summary>
    public const int LongestPiece = 128;

    private const int Bits = 12;
    private const int MostBytes = 1 << 18;

    private Entry[] _entries = [];
    private byte[] _pieces = [];
    private int[] _tokens = [];
    private int _pieceEnd;
    private int _tokenEnd;

    /// <summary>The tokens of a piece; none where it is not known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlySpan<int> Find(ReadOnlySpan<byte> piece, ulong hash)
    {
        if (_entries.Length == 0)
        {
            return [];
        }
        ref readonly Entry entry = ref _entries[hash >> (64 - Bits)];
        return entry.Hash == hash && piece.SequenceEqual(_pieces.AsSpan(entry.Piece, entry.PieceLength))
            ? _tokens.AsSpan(entry.Token, entry.TokenCount) : [];
    }

    /// <summary>Remembers a piece of at most <see cref="LongestPiece"/> bytes in the place of what was there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<byte> piece, ulong hash, ReadOnlySpan<int> tokens)
    {
        if (_entries.Length == 0)
        {
            _entries = new Entry[1 << Bits];
        }
        if (!HasRoom(ref _pieces, _pieceEnd, piece.Length) || !HasRoom(ref _tokens, _tokenEnd, tokens.Length))
        {
            Array.Clear(_entries);
            (_pieceEnd, _tokenEnd) = (0, 0);
        }
        piece.CopyTo(_pieces.AsSpan(_pieceEnd));
        tokens.CopyTo(_tokens.AsSpan(_tokenEnd));
        _entries[hash >> (64 - Bits)] = new Entry { Hash = hash, Piece = _pieceEnd, PieceLength = piece.Length, Token = _tokenEnd, TokenCount = tokens.Length };
        _pieceEnd += piece.Length;
        _tokenEnd += tokens.Length;
    }

    /// <summary>Doubles a block up to its limit; false where it is full.</summary>
    private static bool HasRoom<T>(ref T[] block, int end, int more)
    {
        if (end + more > block.Length)
        {
            if (block.Length == MostBytes)
            {
                return false;
            }
            Array.Resize(ref block, Math.Clamp(2 * block.Length, 1 << 12, MostBytes));
        }
        return true;
    }

    private struct Entry
    {
        public ulong Hash;
        public int Piece;
        public int PieceLength;
        public int Token;
        public int TokenCount;
    }
}
