namespace PureLlm.Tokenizer.Models;

/// <summary>An encoder that keeps the tokens of short pieces, which most texts repeat.</summary>
internal abstract class CachingEncoder : PieceEncoder
{
    private readonly PieceCache _cache = new();
    private int[] _fresh = new int[64];

    public override void Encode(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens)
    {
        if (piece.Length is 0 or > PieceCache.LongestPiece)
        {
            EncodeNew(piece, offset, tokens);
            return;
        }
        if (!_cache.TryGet(piece, out ReadOnlySpan<int> known))
        {
            int from = tokens.Count;
            EncodeNew(piece, offset, tokens);
            _cache.Add(piece, Relative(tokens, from, offset));
            return;
        }
        for (int i = 0; i < known.Length; i += 3)
        {
            tokens.Add(known[i], offset + known[i + 1], offset + known[i + 2]);
        }
    }

    /// <summary>Appends the tokens of a piece that is not in the cache.</summary>
    protected abstract void EncodeNew(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens);

    /// <summary>The tokens after the first <paramref name="from"/>, as (id, start, end) with positions in their piece.</summary>
    private ReadOnlySpan<int> Relative(TokenBuffer tokens, int from, int offset)
    {
        int count = tokens.Count - from;
        if (_fresh.Length < 3 * count)
        {
            _fresh = new int[6 * count];
        }
        for (int i = 0; i < count; i++)
        {
            (_fresh[3 * i], _fresh[(3 * i) + 1], _fresh[(3 * i) + 2]) = (tokens.Ids[from + i], tokens.Starts[from + i] - offset, tokens.Ends[from + i] - offset);
        }
        return _fresh.AsSpan(0, 3 * count);
    }
}
