namespace PureLlm.Tokenizer.Models.SentencePiece;

/// <summary>Encodes by SentencePiece's byte-pair merges, for one thread.</summary>
internal sealed class SentencePieceBytePairEncoder : CachingEncoder
{
    private readonly SentencePieceBytePairModel _model;
    private readonly SymbolMerger _merger;
    private readonly int[]? _leftLengths;
    private readonly Stack<(int Start, int Length, int Symbol)> _open = [];

    public SentencePieceBytePairEncoder(SentencePieceBytePairModel model)
    {
        _model = model;
        _leftLengths = model.HasUnused ? new int[model.SymbolCount] : null;
        _merger = new SymbolMerger(model.Pairs) { LeftLengths = _leftLengths };
    }

    public override void Encode(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens)
    {
        if (!_model.SplitsAtSpaces)
        {
            EncodeNew(piece, offset, tokens);
            return;
        }
        for (int start = 0, length; start < piece.Length; start += length)
        {
            length = SpaceMark.WordLength(piece[start..]);
            base.Encode(piece.Slice(start, length), offset + start, tokens);
        }
    }

    protected override void EncodeNew(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens)
    {
        _merger.Clear();
        for (int start = 0, length = 0; start < piece.Length; start += length)
        {
            ReadOnlySpan<byte> rest = piece[start..];
            int symbol = _model.UserDefined is { } userDefined ? userDefined.Longest(ByteTrie.Root, rest, out length) : ByteTrie.None;
            if (symbol == ByteTrie.None)
            {
                length = Characters.Length(rest);
                symbol = _model.Symbol(rest[..length]);
            }
            _merger.Add(symbol, length);
        }
        _merger.Merge();
        bool afterUnknown = false;
        for (int i = 0, start = 0; i < _merger.Count; start += _merger.Lengths[i++])
        {
            Emit(piece, start, _merger.Lengths[i], _merger.Ids[i], offset, tokens, ref afterUnknown);
        }
    }

    /// <summary>Appends a symbol; an unused piece that was merged is taken apart as it was last found.</summary>
    private void Emit(ReadOnlySpan<byte> piece, int start, int length, int symbol, int offset, TokenBuffer tokens, ref bool afterUnknown)
    {
        _open.Push((start, length, symbol));
        while (_open.TryPop(out (int Start, int Length, int Symbol) next))
        {
            if (_leftLengths is not null && next.Symbol >= 0 && next.Symbol < _model.VocabularySize
                && _model.Piece(next.Symbol).Type == SentencePieceType.Unused && next.Length > Characters.Length(piece[next.Start..]))
            {
                int left = _leftLengths[next.Symbol];
                _open.Push((next.Start + left, next.Length - left, _model.Symbol(piece.Slice(next.Start + left, next.Length - left))));
                _open.Push((next.Start, left, _model.Symbol(piece.Slice(next.Start, left))));
                continue;
            }
            _model.Vocabulary.Emit(_model.IdInText(next.Symbol), piece, next.Start, next.Start + next.Length, offset, tokens, ref afterUnknown);
        }
    }
}
