using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Models;

/// <summary>Encodes with a <see cref="BytePairModel"/> for one thread; what it returns does not depend on what it remembers.</summary>
public sealed class BytePairEncoder : PieceEncoder
{
    private readonly BytePairModel _model;
    private readonly PieceMerger _merger;

    internal BytePairEncoder(BytePairModel model)
    {
        _model = model;
        _merger = new PieceMerger(model);
    }

    public override void Encode(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens)
    {
        if (piece.Length == 0)
        {
            return;
        }
        int whole = _model.Table.Find(piece);
        if (whole >= 0 && _model.IsWhole(whole, _merger))
        {
            tokens.Add(whole, offset, offset + piece.Length);
            return;
        }
        foreach (int id in _merger.Merge(piece))
        {
            int end = offset + _model.Table.LengthOf(id);
            tokens.Add(id, offset, end);
            offset = end;
        }
    }

    /// <summary>Cuts a text and encodes its pieces in one loop; token ranges are the text's own byte positions plus <paramref name="offset"/>.</summary>
    public void EncodeText(ReadOnlySpan<byte> text, int offset, PieceScanner scanner, TokenBuffer tokens)
    {
        ArgumentNullException.ThrowIfNull(scanner);
        ArgumentNullException.ThrowIfNull(tokens);
        scanner.Encode(this, text, offset, tokens);
    }

    internal unsafe void EncodeText<TScan>(ReadOnlySpan<byte> text, int offset, TokenBuffer tokens)
        where TScan : struct, IPieceScan
    {
        fixed (byte* start = text)
        {
            byte* end = start + text.Length;
            for (byte* p = start, next; p < end; p = next)
            {
                next = TScan.Next(p, end);
                Encode(new ReadOnlySpan<byte>(p, (int)(next - p)), offset + (int)(p - start), tokens);
            }
        }
    }
}
