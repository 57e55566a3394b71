using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Models;

/// <summary>Encodes with a <see cref="BytePairModel"/> for one thread; what it returns does not depend on what it remembers.</summary>
/// <remarks>
/// A piece is looked up in what came before, then in the vocabulary, and merged only if it is in neither. Short pieces are keys of two words,
/// so most pieces of a text cost their scan, one multiply-shift hash and one cache line.
/// </remarks>
public sealed unsafe class BytePairEncoder : PieceEncoder
{
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
    }

    public override void Encode(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (piece.Length == 0)
        {
            return;
        }
        if (piece.Length > ShortKey.MaximumLength)
        {
            EncodeLong(piece, offset, tokens);
            return;
        }
        ShortKey key = ShortKey.Of(piece);
        EncodeShort(key, piece, offset, tokens);
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
            byte* end = start + text.Length;
            for (byte* p = start, next; p < end; p = next)
            {
                next = TScan.Next(p, end);
                int length = (int)(next - p), place = offset + (int)(p - start);
                if (length > ShortKey.MaximumLength)
                {
                    EncodeLong(new ReadOnlySpan<byte>(p, length), place, tokens);
                    continue;
                }
                ShortKey key = end - p >= 16 ? ShortKey.Load(ref *p, length) : ShortKey.Of(new ReadOnlySpan<byte>(p, length));
                EncodeShort(key, new ReadOnlySpan<byte>(p, length), place, tokens);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EncodeShort(ShortKey key, ReadOnlySpan<byte> piece, int place, TokenBuffer tokens)
    {
        ulong hash = _table.HashOf(key);
        ShortPieceCache.Entry* known = _short.Find(key, hash);
        if (known == null)
        {
            MeetShort(key, hash, piece, place, tokens);
        }
        else if (known->Count == 1)
        {
            tokens.Add(known->First, place, place + piece.Length);
        }
        else
        {
            int second = place + known->FirstLength, third = second + known->SecondLength;
            tokens.Add(known->First, place, second);
            tokens.Add(known->Second, second, third);
            if (known->Count == 3)
            {
                tokens.Add(known->Third, third, place + piece.Length);
            }
        }
    }

    /// <summary>A short piece that is not remembered.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MeetShort(ShortKey key, ulong hash, ReadOnlySpan<byte> piece, int place, TokenBuffer tokens)
    {
        int whole = _table.Find(key, hash);
        scoped ReadOnlySpan<int> ids;
        if (whole >= 0 && _model.IsWhole(whole, _merger))
        {
            ids = new ReadOnlySpan<int>(ref whole);
        }
        else
        {
            ids = _long.Find(piece, hash);
            if (ids.Length == 0)
            {
                ids = _merger.Merge(piece);
                if (ids.Length > ShortPieceCache.MostTokens)
                {
                    _long.Add(piece, hash, ids);
                }
            }
        }
        if (ids.Length <= ShortPieceCache.MostTokens)
        {
            _short.Add(key, hash, ids, _table);
        }
        Write(ids, place, tokens);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EncodeLong(ReadOnlySpan<byte> piece, int place, TokenBuffer tokens)
    {
        ulong hash = _table.HashOf(piece);
        int whole = _table.FindLong(piece, hash);
        if (whole >= 0 && _model.IsWhole(whole, _merger))
        {
            tokens.Add(whole, place, place + piece.Length);
            return;
        }
        bool remembered = piece.Length <= LongPieceCache.LongestPiece;
        ReadOnlySpan<int> ids = remembered ? _long.Find(piece, hash) : [];
        if (ids.Length == 0)
        {
            ids = _merger.Merge(piece);
            if (remembered)
            {
                _long.Add(piece, hash, ids);
            }
        }
        Write(ids, place, tokens);
    }

    private void Write(ReadOnlySpan<int> ids, int place, TokenBuffer tokens)
    {
        foreach (int id in ids)
        {
            int next = place + _table.LengthOf(id);
            tokens.Add(id, place, next);
            place = next;
        }
    }
}
