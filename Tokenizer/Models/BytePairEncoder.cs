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
        // Methods that are compiled for good at once need not ask whether the table is there.
        RuntimeHelpers.RunClassConstructor(typeof(Unicode.CharacterTable).TypeHandle);
    }

    public override void Encode(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (piece.Length > 0)
        {
            fixed (byte* start = piece)
            {
                EncodePiece(start, start + piece.Length, offset, tokens);
            }
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
        fixed (byte* start = text)
        {
            byte* p = start, end = start + text.Length;
            int first = tokens.Count;
            while (p < end)
            {
                if (tokens.Capacity < tokens.Count + ShortPieceCache.MostTokens)
                {
                    MakeRoom(tokens, tokens.Count - first, p - start, end - p);
                }
                p = EncodeRemembered<TScan>(p, end, offset - (nint)start, tokens, out byte* next);
                if (p == end)
                {
                    break;
                }
                EncodePiece(p, next, offset + (int)(p - start), tokens);
                p = next;
            }
        }
    }

    /// <summary>Room for the rest of a text, if it goes on as it began: its memory is touched once, and hardly more of it than it takes.</summary>
    private static void MakeRoom(TokenBuffer tokens, int count, long bytes, long rest)
    {
        double more = bytes < LeastSample ? Math.Min(rest, LeastSample) : 1.05 * rest * count / bytes;
        tokens.Reserve(tokens.Count + ShortPieceCache.MostTokens + (int)Math.Min(rest, more));
    }

    /// <summary>Encodes as long as there is room and pieces are short and remembered; returns the place of the first piece that is not, and its end.</summary>
    /// <param name="shift">What takes a place in memory to a byte position.</param>
    private byte* EncodeRemembered<TScan>(byte* p, byte* end, nint shift, TokenBuffer tokens, out byte* next)
        where TScan : struct, IPieceScan
    {
        (int[] idArray, int[] startArray, int[] endArray) = tokens.Arrays;
        ref int ids = ref MemoryMarshal.GetArrayDataReference(idArray);
        ref int starts = ref MemoryMarshal.GetArrayDataReference(startArray);
        ref int ends = ref MemoryMarshal.GetArrayDataReference(endArray);
        nint count = tokens.Count, room = tokens.Capacity - ShortPieceCache.MostTokens;
        HashSeed seed = _table.Seed;
        next = end;
        for (; p < end; p = next)
        {
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
            int place = (int)((nint)p + shift), after = place + length;
            Unsafe.Add(ref ids, count) = known->First;
            Unsafe.Add(ref starts, count) = place;
            if (known->Count > 1)
            {
                int second = place + known->FirstLength;
                Unsafe.Add(ref ends, count) = second;
                count++;
                Unsafe.Add(ref ids, count) = known->Second;
                Unsafe.Add(ref starts, count) = second;
                if (known->Count > 2)
                {
                    int third = second + known->SecondLength;
                    Unsafe.Add(ref ends, count) = third;
                    count++;
                    Unsafe.Add(ref ids, count) = known->Third;
                    Unsafe.Add(ref starts, count) = third;
                }
            }
            Unsafe.Add(ref ends, count) = after;
            count++;
        }
        tokens.SetCount((int)count);
        return p;
    }

    /// <summary>A whole piece.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EncodePiece(byte* p, byte* end, int place, TokenBuffer tokens)
    {
        var piece = new ReadOnlySpan<byte>(p, (int)(end - p));
        if (piece.Length > ShortKey.MaximumLength)
        {
            if ((p[0] | p[1]) >= 0x80)
            {
                MeetWide(piece, _table.Seed.Of(piece), place, tokens);
            }
            else
            {
                EncodeLong(piece, place, tokens, [], isPart: false);
            }
            return;
        }
        ShortKey key = ShortKey.Of(piece);
        ulong hash = _table.Seed.Of(key);
        ShortPieceCache.Entry* known = _short.Find(key, hash);
        if (known != null)
        {
            Write(new ReadOnlySpan<int>(&known->First, known->Count), place, tokens);
        }
        else if (key.IsAscii)
        {
            MeetShort(key, hash, piece, place, tokens, [], isPart: false);
        }
        else
        {
            int first = tokens.Count;
            if (MeetWide(piece, hash, place, tokens) && tokens.Count - first <= ShortPieceCache.MostTokens)
            {
                _short.Add(key, hash, tokens.Ids[first..], _table);
            }
        }
    }

    /// <summary>A short piece that is not remembered, or a part of a piece.</summary>
    /// <param name="symbols">What merging makes of it before any two characters join; empty where that is not known.</param>
    /// <remarks>
    /// What is remembered must hold for pieces and for parts alike. They differ only for a token that merging does not make, which a whole piece
    /// can be where merges are ignored: such a token is remembered only if it is ASCII, and parts that are ASCII do not come here.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void MeetShort(ShortKey key, ulong hash, ReadOnlySpan<byte> piece, int place, TokenBuffer tokens, ReadOnlySpan<int> symbols, bool isPart)
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
            tokens.Add(whole, place, place + piece.Length);
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
        Write(ids, place, tokens);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void EncodeLong(ReadOnlySpan<byte> piece, int place, TokenBuffer tokens, ReadOnlySpan<int> symbols, bool isPart)
    {
        ulong hash = _table.Seed.Of(piece);
        int whole = _table.FindLong(piece, hash);
        if (whole >= 0 && ((_model.IgnoresMerges && !isPart) || _model.IsMade(whole, _merger)))
        {
            tokens.Add(whole, place, place + piece.Length);
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
        Write(ids, place, tokens);
    }

    private ReadOnlySpan<int> Merge(ReadOnlySpan<byte> piece, ReadOnlySpan<int> symbols) => symbols.IsEmpty ? _merger.Merge(piece) : _merger.MergeSymbols(symbols);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write(ReadOnlySpan<int> ids, int place, TokenBuffer tokens)
    {
        int count = tokens.Count;
        tokens.EnsureCapacity(count + ids.Length);
        (int[] idArray, int[] starts, int[] ends) = tokens.Arrays;
        foreach (int id in ids)
        {
            idArray[count] = id;
            starts[count] = place;
            place += _table.LengthOf(id);
            ends[count++] = place;
        }
        tokens.SetCount(count);
    }
}
