using System.Runtime.InteropServices;

namespace PureLlm.Tokenizer.Models.SentencePiece;

/// <summary>SentencePiece's byte-pair encoding: two neighbours merge where their joined spelling is a piece, the highest score first, of equal ones the leftmost.</summary>
/// <remarks>User-defined pieces merge with nothing. An unused piece may arise on the way, and is taken apart again in the end.</remarks>
public sealed class SentencePieceBytePairModel : SentencePieceModel
{
    internal readonly PairTable Pairs;
    internal readonly ByteTrie? UserDefined;
    internal readonly bool HasUnused;

    /// <summary>True where no piece runs over the start of a word, so that words can be encoded one by one.</summary>
    internal readonly bool SplitsAtSpaces;

    private readonly Vocabulary _symbols;
    private readonly int[] _idsInText;

    internal SentencePieceBytePairModel(SentencePieceVocabulary vocabulary)
        : base(vocabulary)
    {
        _symbols = new Vocabulary(Symbols());
        Pairs = new SentencePairs(vocabulary, _symbols).Find();
        UserDefined = vocabulary.TrieOf(type => type == SentencePieceType.UserDefined);
        _idsInText = new int[_symbols.Count];
        bool splits = vocabulary.FindInText(SpaceMark.Utf8) != vocabulary.Unknown;
        for (int symbol = 0; symbol < _symbols.Count; symbol++)
        {
            ReadOnlySpan<byte> spelling = _symbols[symbol];
            _idsInText[symbol] = vocabulary.FindInText(spelling);
            splits &= SpaceMark.WordLength(spelling) == spelling.Length;
            HasUnused |= symbol < vocabulary.Count && vocabulary[symbol].Type == SentencePieceType.Unused;
        }
        SplitsAtSpaces = splits && !HasUnused;
    }

    public override string Type => "BPE";

    /// <summary>How many symbols merging knows: the pieces, and the characters that occur only inside of pieces.</summary>
    internal int SymbolCount => _symbols.Count;

    internal override int PartLength(ReadOnlySpan<byte> piece) => SplitsAtSpaces ? SpaceMark.WordLength(piece) : piece.Length;

    public override PieceEncoder CreateEncoder() => new SentencePieceBytePairEncoder(this);

    /// <summary>The symbol of a spelling, or −1.</summary>
    internal int Symbol(ReadOnlySpan<byte> spelling) => _symbols.Find(spelling);

    /// <summary>The id that a symbol has in the result.</summary>
    internal int IdInText(int symbol) => symbol < 0 ? Unknown : _idsInText[symbol];

    /// <summary>Spellings by symbol: a piece that texts can produce is its id, and the characters inside of pieces follow.</summary>
    private List<byte[]?> Symbols()
    {
        List<byte[]?> symbols = [];
        for (int id = 0; id < Vocabulary.Count; id++)
        {
            symbols.Add(Vocabulary[id].Type is SentencePieceType.Normal or SentencePieceType.Unused or SentencePieceType.UserDefined ? Vocabulary[id].Spelling : null);
        }
        var characters = new HashSet<byte[]>(ByteSequenceComparer.Instance);
        HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> seen = characters.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (byte[]? spelling in CollectionsMarshal.AsSpan(symbols)[..Vocabulary.Count])
        {
            for (int at = 0, length; at < spelling?.Length; at += length)
            {
                length = Characters.Length(spelling.AsSpan(at));
                ReadOnlySpan<byte> character = spelling.AsSpan(at, length);
                if (Vocabulary.FindOrdinary(character) < 0 && seen.Add(character))
                {
                    symbols.Add(character.ToArray());
                }
            }
        }
        return symbols;
    }
}
