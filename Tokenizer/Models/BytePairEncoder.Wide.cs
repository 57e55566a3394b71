using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Models;

/// <content>Pieces with characters beyond ASCII: cut where no token spans two characters, and merged from characters instead of bytes.</content>
/// <remarks>
/// Where no token holds a part of a character and something of its neighbour, the bytes of a character merge by themselves, and nothing else can
/// happen to it before it is one token. If every merge comes after those that make its parts, all characters can merge first and what they make
/// after that: the ranks say the same order. A character that does not become one token joins no neighbour, and parts the piece.
/// </remarks>
public sealed unsafe partial class BytePairEncoder
{
    /// <summary>Parts of more characters are remembered: looking them up is cheaper than merging them again.</summary>
    private const int FewSymbols = 4;

    /// <summary>Fewer merges are made again.</summary>
    private const int FewMerges = 3;

    private readonly CharacterTokens _characters;
    private int _characterCount;
    private readonly int[] _symbols = new int[PieceMerger.MostSymbols];

    /// <summary>A whole piece that is not among the short ones that are remembered; true where it may be put there.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private bool MeetWide(ReadOnlySpan<byte> piece, ulong hash, int place, TokenBuffer tokens)
    {
        // Long words that are tokens are found faster than read; short ones are found once and then remembered.
        bool isLong = piece.Length > ShortKey.MaximumLength;
        if (isLong || _model.HasUnmadeWholes)
        {
            int id = isLong ? _table.FindLong(piece, hash) : _table.Find(ShortKey.Of(piece), hash);
            if (id >= 0 && (_model.IgnoresMerges || _model.IsMade(id, _merger)))
            {
                tokens.Add(id, place, place + piece.Length);
                return false;
            }
        }
        bool isKept = piece.Length <= LongPieceCache.LongestPiece;
        ReadOnlySpan<int> known = isKept ? _long.Find(piece, hash) : [];
        if (known.Length > 0)
        {
            Write(known, place, tokens);
            return false;
        }
        int first = tokens.Count;
        fixed (byte* p = piece)
        {
            _characterCount = 0;
            WideResult result = EncodeWide(p, p + piece.Length, place, tokens, _model.IsOrdered);
            if (result == WideResult.Disturbed)
            {
                tokens.SetCount(first);
                _characterCount = 0;
                result = EncodeWide(p, p + piece.Length, place, tokens, trustsRanks: false);
            }
            if (result == WideResult.Remembered)
            {
                return false;
            }
        }
        int count = tokens.Count - first;
        if (isKept && (isLong || count > ShortPieceCache.MostTokens) && _characterCount - count >= FewMerges)
        {
            _long.Add(piece, hash, tokens.Ids[first..]);
        }
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private WideResult EncodeWide(byte* p, byte* end, int place, TokenBuffer tokens, bool trustsRanks)
    {
        // Room for all: what is called below does not move the arrays.
        tokens.EnsureCapacity(tokens.Count + (int)(end - p) + CharacterTokens.MostTokens);
        (int[] idArray, int[] startArray, int[] endArray) = tokens.Arrays;
        ref int ids = ref MemoryMarshal.GetArrayDataReference(idArray);
        ref int starts = ref MemoryMarshal.GetArrayDataReference(startArray);
        ref int ends = ref MemoryMarshal.GetArrayDataReference(endArray);
        nint count = tokens.Count;
        TokenSpans spans = _model.Spans;
        byte* start = p, part = p;
        int symbols = 0;
        bool ofCharacters = true, leftBroken = false, leftDoubtful = false;
        int character = ScanText.CodePointAt(p, end, out int length);
        ref readonly CharacterTokens.Entry known = ref _characters.Of(character, p, length);
        while (true)
        {
            byte* next = p + length;
            int following = -1, followingLength = 0;
            bool rightBroken = false, rightDoubtful = false, joined = false;
            ref readonly CharacterTokens.Entry after = ref known;
            if (next < end)
            {
                following = ScanText.CodePointAt(next, end, out followingLength);
                after = ref _characters.Of(following, next, followingLength);
                int brokenFrom = spans.BrokenFrom(next, character < 0 ? 0 : length, following < 0 ? 0 : followingLength);
                if (brokenFrom != PairTable.Never)
                {
                    // A character that is whole before the token could come about stays whole, if nothing takes of it on its other side.
                    rightBroken = !trustsRanks || brokenFrom < Math.Max(known.WholeFrom, after.WholeFrom);
                    rightDoubtful = !rightBroken;
                }
                joined = rightBroken || (known.Count == 1 && after.Count == 1 && (character | following) is var both && both >= 0 && (both < 0x80 || spans.Has(character, following)));
            }
            _characterCount++;
            if ((leftDoubtful & rightBroken) | (leftBroken & rightDoubtful))
            {
                return WideResult.Disturbed;
            }
            bool broken = leftBroken | rightBroken;
            if (!broken && known.Count == 1 && (joined || symbols > 0))
            {
                if (symbols < PieceMerger.MostSymbols)
                {
                    _symbols[symbols] = known.First;
                }
                symbols++;
            }
            else if (broken)
            {
                ofCharacters = false;
                symbols++;
            }
            else
            {
                // Nothing joins this character to its neighbours.
                if (symbols > 0)
                {
                    tokens.SetCount((int)count);
                    EncodePart(part, p, place + (int)(part - start), tokens, ofCharacters ? symbols : 0);
                    count = tokens.Count;
                    symbols = 0;
                    ofCharacters = true;
                }
                part = next;
                int at = place + (int)(p - start);
                known.Write(ref Unsafe.Add(ref ids, count), ref Unsafe.Add(ref starts, count), ref Unsafe.Add(ref ends, count), at);
                count += known.Count;
            }
            if (symbols > 0 && !joined)
            {
                tokens.SetCount((int)count);
                EncodePart(part, next, place + (int)(part - start), tokens, ofCharacters ? symbols : 0);
                count = tokens.Count;
                if (part == start && next == end)
                {
                    return WideResult.Remembered;
                }
                symbols = 0;
                ofCharacters = true;
                part = next;
            }
            if (next == end)
            {
                break;
            }
            p = next;
            character = following;
            length = followingLength;
            leftBroken = rightBroken;
            leftDoubtful = rightDoubtful;
            known = ref after;
        }
        tokens.SetCount((int)count);
        return WideResult.Encoded;
    }

    /// <summary>Characters that tokens may join, by merges alone.</summary>
    /// <param name="symbols">How many of <see cref="_symbols"/> the characters are; 0 where it takes the bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EncodePart(byte* p, byte* end, int place, TokenBuffer tokens, int symbols)
    {
        var bytes = new ReadOnlySpan<byte>(p, (int)(end - p));
        ReadOnlySpan<int> from = symbols <= PieceMerger.MostSymbols && _model.IsOrdered ? _symbols.AsSpan(0, symbols) : [];
        if (from.Length == 1)
        {
            tokens.Add(from[0], place, place + bytes.Length);
        }
        else if (from.Length == 2)
        {
            int middle = place + _table.LengthOf(from[0]), last = place + bytes.Length;
            if (_model.Pairs.Rank(from[0], from[1], out int made) != PairTable.Never)
            {
                tokens.Add(made, place, last);
            }
            else
            {
                tokens.Add(from[0], place, middle);
                tokens.Add(from[1], middle, last);
            }
        }
        else if (from.Length is > 0 and <= FewSymbols || Ascii.IsValid(bytes))
        {
            Write(Merge(bytes, from), place, tokens);
        }
        else if (bytes.Length > ShortKey.MaximumLength)
        {
            EncodeLong(bytes, place, tokens, from, isPart: true);
        }
        else
        {
            ShortKey key = ShortKey.Of(bytes);
            ulong hash = _table.Seed.Of(key);
            ShortPieceCache.Entry* known = _short.Find(key, hash);
            if (known != null)
            {
                Write(new ReadOnlySpan<int>(&known->First, known->Count), place, tokens);
            }
            else
            {
                MeetShort(key, hash, bytes, place, tokens, from, isPart: true);
            }
        }
    }

    private enum WideResult
    {
        Encoded,
        Remembered,
        Disturbed,
    }
}
