using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Models;

/// <summary>Encodes with a <see cref="BytePairModel"/> for one thread; what it returns does not depend on what it remembers.</summary>
/// <remarks>
/// A piece is looked up in what came before, then in the vocabulary, and merged only if it is in neither. Short pieces are keys of two words,
/// so most pieces of a text cost their scan, one multiply-shift hash and one cache line. What a first text needs is compiled for good at once: it
/// would be over before the runtime noticed that its methods are hot.
/// </remarks>
public sealed unsafe partial class BytePairEncoder : PieceEncoder
{
    /// <summary>Room that a step of the loop over a text needs.</summary>
    private const int MostAtOnce = ShortPieceCache.MostTokens;

    /// <summary>Bytes of a text that say how many tokens the rest will have.</summary>
    private const int LeastSample = 4096;

    private readonly BytePairModel _model;
    private readonly TokenTable _table;
    private readonly PieceMerger _merger;
    private readonly ShortPieceCache _short = new();
    private readonly LongPieceCache _long = new();

    internal BytePairEncoder(BytePairModel model)
    {
        _model = model;
        _table = model.Table;
        _merger = new PieceMerger(model);
        _characters = new CharacterTokens(model, _merger);
        _spans = model.Spans;
        // Methods that are compiled for good at once need not ask whether the table is there.
        RuntimeHelpers.RunClassConstructor(typeof(Unicode.CharacterTable).TypeHandle);
    }

    public override void Encode(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (piece.Length > 0)
        {
            int first = tokens.Count;
            tokens.BeginTiles(offset);
            fixed (byte* start = piece)
            {
                EncodePiece(start, start + piece.Length, tokens, isRest: false);
            }
            tokens.EndTiles(first, offset, offset + piece.Length);
        }
    }

    /// <summary>Cuts a text and encodes its pieces in one loop; token ranges are the text's own byte positions plus <paramref name="offset"/>.</summary>
    public void EncodeText(ReadOnlySpan<byte> text, int offset, PieceScanner scanner, TokenBuffer tokens)
    {
        ArgumentNullException.ThrowIfNull(scanner);
        ArgumentNullException.ThrowIfNull(tokens);
        scanner.Encode(this, text, offset, tokens);
    }

    internal void EncodeText<TScan>(ReadOnlySpan<byte> text, int offset, TokenBuffer tokens)
        where TScan : struct, IPieceScan
    {
        tokens.BeginTiles(offset);
        int first = tokens.Count;
        fixed (byte* start = text)
        {
            byte* p = start, end = start + text.Length;
            bool isRest = false;
            while (p < end)
            {
                if (tokens.Capacity < tokens.Count + MostAtOnce)
                {
                    MakeRoom(tokens, tokens.Count - first, p - start, end - p);
                }
                p = EncodeRemembered<TScan>(p, end, tokens, out byte* next, ref isRest);
                if (p == end)
                {
                    break;
                }
                byte* piece = p;
                if (TScan.Lasting != 0 && next - p > 3 && *p == ' ' && (p[1] & 0xF0) == 0xE0)
                {
                    p = EncodeRun<TScan>(p, end, tokens, ref isRest);
                }
                if (p == piece)
                {
                    EncodePiece(p, next, tokens, isRest);
                    p = next;
                    isRest = false;
                }
            }
        }
        tokens.EndTiles(first, offset, offset + text.Length);
    }

    /// <summary>Room for the rest of a text, if it goes on as it began: its memory is touched once, and hardly more of it than it takes.</summary>
    private static void MakeRoom(TokenBuffer tokens, int count, long bytes, long rest)
    {
        double more = bytes < LeastSample ? Math.Min(rest, LeastSample) : 1.05 * rest * count / bytes;
        tokens.Reserve(tokens.Count + MostAtOnce + (int)Math.Min(rest, more));
    }

    /// <summary>Encodes as long as there is room, and pieces are short and remembered or fall into single characters; returns the place of the first piece that is not, and its end.</summary>
    /// <param name="isRest">What comes next is the rest of a piece, whose beginning no token joins to it.</param>
    private byte* EncodeRemembered<TScan>(byte* p, byte* end, TokenBuffer tokens, out byte* next, ref bool isRest)
        where TScan : struct, IPieceScan
    {
        (int[] idArray, byte[] lengthArray) = tokens.Arrays;
        ref int ids = ref MemoryMarshal.GetArrayDataReference(idArray);
        ref byte lengths = ref MemoryMarshal.GetArrayDataReference(lengthArray);
        nint count = tokens.Count, room = tokens.Capacity - MostAtOnce;
        HashSeed seed = _table.Seed;
        next = end;
        for (; p < end; p = next)
        {
            if (TScan.Lasting != 0 && (*p & 0xF0) == 0xE0)
            {
                tokens.SetCount((int)count);
                p = EncodeRun<TScan>(p, end, tokens, ref isRest);
                (idArray, lengthArray) = tokens.Arrays;
                ids = ref MemoryMarshal.GetArrayDataReference(idArray);
                lengths = ref MemoryMarshal.GetArrayDataReference(lengthArray);
                (count, room) = (tokens.Count, tokens.Capacity - MostAtOnce);
            }
            next = TScan.Next(p, end);
            int length = (int)(next - p);
            if (length > ShortKey.MaximumLength || count > room)
            {
                break;
            }
            ShortKey key = end - p >= 16 ? ShortKey.Load(ref *p, length) : ShortKey.Of(new ReadOnlySpan<byte>(p, length));
            ShortPieceCache.Entry* known = _short.Find(key, seed.Of(key));
            if (known == null)
            {
                break;
            }
            _short.Write(known, ref Unsafe.Add(ref ids, count), ref Unsafe.Add(ref lengths, count));
            count += known->Count;
            isRest = false;
        }
        tokens.SetCount((int)count);
        return p;
    }

    /// <summary>A whole piece, or what is left of one behind characters that no token joins to it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EncodePiece(byte* p, byte* end, TokenBuffer tokens, bool isRest)
    {
        var piece = new ReadOnlySpan<byte>(p, (int)(end - p));
        if (piece.Length > ShortKey.MaximumLength)
        {
            if ((p[0] | p[1]) >= 0x80)
            {
                MeetWide(piece, tokens, isRest);
            }
            else
            {
                EncodeLong(piece, tokens, [], isPart: false);
            }
            return;
        }
        ShortKey key = ShortKey.Of(piece);
        ulong hash = _table.Seed.Of(key);
        if (WriteRemembered(key, hash, tokens))
        {
            return;
        }
        if (key.IsAscii)
        {
            MeetShort(key, hash, piece, tokens, [], isPart: false);
            return;
        }
        int first = tokens.Count;
        if (MeetWide(piece, tokens, isRest))
        {
            Remember(key, hash, tokens.Ids[first..], isRest);
        }
    }

    /// <summary>Remembers what merging made of a short piece or part, unless it is too much, or a whole piece of the same bytes can be another token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Remember(ShortKey key, ulong hash, ReadOnlySpan<int> ids, bool isPart)
    {
        if (ids.Length <= ShortPieceCache.MostTokens && !(isPart && _model.HasUnmadeWholes && ids.Length > 1 && _table.Find(key, hash) >= 0))
        {
            _short.Add(key, hash, ids, _table);
        }
    }

    /// <summary>A short piece that is not remembered, or a part of a piece.</summary>
    /// <param name="symbols">What merging makes of it before any two characters join; empty where that is not known.</param>
    /// <remarks>
    /// What is remembered must hold for pieces and for parts alike. They differ only for a token that merging does not make, which a whole piece
    /// can be where merges are ignored: such a token is remembered only if it is ASCII, and parts that are ASCII do not come here.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void MeetShort(ShortKey key, ulong hash, ReadOnlySpan<byte> piece, TokenBuffer tokens, ReadOnlySpan<int> symbols, bool isPart)
    {
        int whole = _table.Find(key, hash);
        bool whatever = _model.IgnoresMerges && !isPart;
        scoped ReadOnlySpan<int> ids;
        if (whole >= 0 && ((whatever && key.IsAscii) || _model.IsMade(whole, _merger)))
        {
            ids = new ReadOnlySpan<int>(ref whole);
        }
        else if (whole >= 0 && whatever)
        {
            tokens.AddNext(whole, piece.Length);
            return;
        }
        else
        {
            ids = _long.Find(piece, hash);
            if (ids.Length == 0)
            {
                ids = Merge(piece, symbols);
                if (ids.Length > ShortPieceCache.MostTokens)
                {
                    _long.Add(piece, hash, ids);
                }
            }
        }
        if (ids.Length <= ShortPieceCache.MostTokens && (whole < 0 || ids.Length == 1))
        {
            _short.Add(key, hash, ids, _table);
        }
        Write(ids, tokens);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void EncodeLong(ReadOnlySpan<byte> piece, TokenBuffer tokens, ReadOnlySpan<int> symbols, bool isPart)
    {
        ulong hash = _table.Seed.Of(piece);
        int whole = _table.FindLong(piece, hash);
        if (whole >= 0 && ((_model.IgnoresMerges && !isPart) || _model.IsMade(whole, _merger)))
        {
            tokens.AddNext(whole, piece.Length);
            return;
        }
        bool remembered = piece.Length <= LongPieceCache.LongestPiece;
        ReadOnlySpan<int> ids = remembered ? _long.Find(piece, hash) : [];
        if (ids.Length == 0)
        {
            ids = Merge(piece, symbols);
            if (remembered)
            {
                _long.Add(piece, hash, ids);
            }
        }
        Write(ids, tokens);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<int> Merge(ReadOnlySpan<byte> piece, ReadOnlySpan<int> symbols) => symbols.IsEmpty ? _merger.Merge(piece) : _merger.MergeSymbols(symbols);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write(ReadOnlySpan<int> ids, TokenBuffer tokens)
    {
        int count = tokens.Count;
        tokens.EnsureCapacity(count + ids.Length);
        int[] idArray = tokens.Arrays.Ids;
        foreach (int id in ids)
        {
            idArray[count] = id;
            tokens.SetLength(count++, _table.LengthOf(id));
        }
        tokens.SetCount(count);
    }
}
