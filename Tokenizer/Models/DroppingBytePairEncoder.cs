namespace PureLlm.Tokenizer.Models;

/// <summary>Encodes pieces by byte-pair merges of which some are left out at random, for one thread.</summary>
internal sealed class DroppingBytePairEncoder(BytePairModel model) : PieceEncoder
{
    private readonly SymbolMerger _merger = new(model.Pairs);

    public override void Encode(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens)
    {
        _merger.Clear();
        foreach (byte b in piece)
        {
            _merger.Add(model.ByteIds[b], 1);
        }
        _merger.Merge(model.Dropout, new CounterRandom(model.DropoutSeed, offset));
        for (int i = 0, at = offset; i < _merger.Count; at += _merger.Lengths[i++])
        {
            tokens.Add(_merger.Ids[i], at, at + _merger.Lengths[i]);
        }
    }
}
