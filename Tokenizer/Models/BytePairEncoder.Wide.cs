using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace PureLlm.Tokenizer.Models;

/// <content>Pieces with characters beyond ASCII: parted where no token spans two characters, and merged from characters instead of bytes.</content>
/// <remarks>
/// A border that no token spans parts a piece exactly, whatever the ranks. Where the tokens that span a border hold whole characters only, the
/// bytes of a character merge by themselves, and nothing else can happen to it before it is one token. If every merge comes after those that
/// make its parts, all characters can merge first and what they make after that: the ranks say the same order.
/// </remarks>
public sealed unsafe partial class BytePairEncoder
{
    /// <summary>Parts of more characters are remembered: looking them up is cheaper than merging them again.</summary>
    private const int FewSymbols = 4;

    /// <summary>Fewer merges are made again.</summary>
    private const int FewMerges = 3;

    private readonly CharacterTokens _characters;
    private readonly TokenSpans _spans;
    private readonly int[] _symbols = new int[PieceMerger.MostSymbols];

    /// <summary>A whole piece that is not among the short ones that are remembered, or the rest of one; true where it may be put there.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private bool MeetWide(ReadOnlySpan<byte> piece, TokenBuffer tokens, bool isRest)
    {
        fixed (byte* p = piece)
        {
            // Only a piece whose first two characters can join is a token, or worth remembering as a whole.
            bool isLong = piece.Length > ShortKey.MaximumLength;
            bool canBeKnown = piece.Length <= Math.Max(LongPieceCache.LongestPiece, _table.LongestToken) && BeginsJoined(p, p + piece.Length);
            bool isKept = canBeKnown && piece.Length <= LongPieceCache.LongestPiece;
            ulong hash = 0;
            if (canBeKnown)
            {
                hash = isLong ? _table.Seed.Of(piece) : _table.Seed.Of(ShortKey.Of(piece));
                if (isLong || (_model.HasUnmadeWholes && !isRest))
                {
                    int id = isLong ? _table.FindLong(piece, hash) : _table.Find(ShortKey.Of(piece), hash);
                    if (id >= 0 && ((_model.IgnoresMerges && !isRest) || _model.IsMade(id, _merger)))
                    {
                        tokens.AddNext(id, piece.Length);
                        return false;
                    }
                }
                ReadOnlySpan<int> known = isKept ? _long.Find(piece, hash) : [];
                if (known.Length > 0)
                {
                    Write(known, tokens);
                    return false;
                }
            }
            int first = tokens.Count;
            bool isRemembered = EncodeParts(p, p + piece.Length, tokens, out int characters);
            int count = tokens.Count - first;
            bool isWorthIt = characters - count >= FewMerges || piece.Length <= 2 * characters;
            if (isKept && (isLong || count > ShortPieceCache.MostTokens) && isWorthIt)
            {
                _long.Add(piece, hash, tokens.Ids[first..]);
            }
            return !isRemembered;
        }
    }

    /// <summary>Whether a token can hold the first two characters, or there is one alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool BeginsJoined(byte* p, byte* end)
    {
        WideCharacter first = Read(p, end);
        byte* next = p + first.Length;
        return next == end || BorderAt(next, first, Read(next, end)) != Border.Free;
    }

    /// <summary>Parts a piece where no token spans the border of two characters; true where it is one part, which is remembered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool EncodeParts(byte* p, byte* end, TokenBuffer tokens, out int characters)
    {
        // Room for all: what is called below does not move the arrays.
        tokens.EnsureCapacity(tokens.Count + (int)(end - p) + MostAtOnce);
        (int[] idArray, byte[] lengthArray) = tokens.Arrays;
        ref int ids = ref MemoryMarshal.GetArrayDataReference(idArray);
        ref byte lengths = ref MemoryMarshal.GetArrayDataReference(lengthArray);
        byte* start = p, part = p;
        int symbols = 0;
        bool isRemembered = false;
        Border borders = Border.Free;
        characters = 0;
        WideCharacter here = Read(p, end);
        while (p < end)
        {
            byte* next = p + here.Length;
            WideCharacter after = next < end ? Read(next, end) : here;
            Border border = next < end ? BorderAt(next, here, after) : Border.Free;
            characters++;
            if (border == Border.Free && symbols == 0)
            {
                int count = tokens.Count;
                here.Known->Write(ref Unsafe.Add(ref ids, count), ref Unsafe.Add(ref lengths, count));
                tokens.SetCount(count + here.Known->Count);
                part = next;
            }
            else
            {
                if (symbols < PieceMerger.MostSymbols)
                {
                    _symbols[symbols] = here.Known->First;
                }
                symbols++;
                borders |= here.Known->Count == 1 ? border : border | Border.Broken;
                if (border == Border.Free)
                {
                    bool isPart = part != start || next != end;
                    isRemembered = EncodePart(part, next, tokens, symbols, borders, isPart) && !isPart;
                    part = next;
                    (symbols, borders) = (0, Border.Free);
                }
            }
            p = next;
            here = after;
        }
        return isRemembered;
    }

    /// <summary>Characters between borders that no token spans; true where they are remembered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool EncodePart(byte* p, byte* end, TokenBuffer tokens, int symbols, Border borders, bool isPart) =>
        (borders & Border.Broken) == 0 ? EncodeJoined(p, end, tokens, symbols) : EncodeBroken(p, end, tokens, isPart);

    /// <summary>Characters that tokens may join, by merges alone; true where they are remembered.</summary>
    /// <param name="symbols">How many of <see cref="_symbols"/> the characters are; 0 where it takes the bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool EncodeJoined(byte* p, byte* end, TokenBuffer tokens, int symbols)
    {
        var bytes = new ReadOnlySpan<byte>(p, (int)(end - p));
        ReadOnlySpan<int> from = symbols <= PieceMerger.MostSymbols && _model.IsOrdered ? _symbols.AsSpan(0, symbols) : [];
        if (from.Length == 1)
        {
            tokens.AddNext(from[0], bytes.Length);
            return false;
        }
        if (from.Length == 2)
        {
            if (_model.Pairs.Rank(from[0], from[1], out int made) != PairTable.Never)
            {
                tokens.AddNext(made, bytes.Length);
            }
            else
            {
                tokens.AddNext(from[0], _table.LengthOf(from[0]));
                tokens.AddNext(from[1], _table.LengthOf(from[1]));
            }
            return false;
        }
        if (from.Length is > 0 and <= FewSymbols || Ascii.IsValid(bytes))
        {
            Write(Merge(bytes, from), tokens);
            return false;
        }
        if (bytes.Length > ShortKey.MaximumLength)
        {
            EncodeLong(bytes, tokens, from, isPart: true);
            return true;
        }
        ShortKey key = ShortKey.Of(bytes);
        ulong hash = _table.Seed.Of(key);
        if (!WriteRemembered(key, hash, tokens))
        {
            MeetShort(key, hash, bytes, tokens, from, isPart: true);
        }
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool WriteRemembered(ShortKey key, ulong hash, TokenBuffer tokens)
    {
        ShortPieceCache.Entry* known = _short.Find(key, hash);
        if (known == null)
        {
            return false;
        }
        int count = tokens.Count;
        tokens.EnsureCapacity(count + ShortPieceCache.MostTokens);
        (int[] ids, byte[] lengths) = tokens.Arrays;
        _short.Write(known, ref ids[count], ref lengths[count]);
        tokens.SetCount(count + known->Count);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private WideCharacter Read(byte* p, byte* end)
    {
        CharacterTokens.Entry* known = _characters.At(p, end, out int codePoint, out int length);
        return new WideCharacter(known, codePoint, length);
    }

    /// <summary>What tokens of the vocabulary hold across the border at <paramref name="border"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Border BorderAt(byte* border, WideCharacter left, WideCharacter right)
    {
        if ((left.Known->Right >> right.Known->Left & 1) == 0)
        {
            return Border.Free;
        }
        if (_spans.BrokenFrom(border, left.BytesOfCharacter, right.BytesOfCharacter) != PairTable.Never)
        {
            return Border.Joined | Border.Broken;
        }
        int both = left.CodePoint | right.CodePoint;
        return left.Known->IsUnmade || right.Known->IsUnmade || (both >= 0 && (both < 0x80 || _spans.Has(left.CodePoint, right.CodePoint)))
            ? Border.Joined : Border.Free;
    }

    /// <summary>A character of a piece, or a byte that is part of none, whose code point is negative.</summary>
    private readonly struct WideCharacter(CharacterTokens.Entry* known, int codePoint, int length)
    {
        public readonly CharacterTokens.Entry* Known = known;
        public readonly int CodePoint = codePoint;
        public readonly int Length = length;

        public int BytesOfCharacter => CodePoint < 0 ? 0 : Length;
    }

    /// <summary>What tokens can do at the border of two characters.</summary>
    [Flags]
    private enum Border
    {
        /// <summary>No token spans it.</summary>
        Free = 0,

        /// <summary>A token may span it.</summary>
        Joined = 1,

        /// <summary>A token that spans it holds a part of one of the characters.</summary>
        Broken = 2,

        /// <summary>Such a token comes about only after both characters are whole, if nothing takes of them on their other side.</summary>
        Doubtful = 4,
    }
}
