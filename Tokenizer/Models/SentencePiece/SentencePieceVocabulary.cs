using System.Text;

namespace PureLlm.Tokenizer.Models.SentencePiece;

/// <summary>The pieces of a SentencePiece model, found by spelling as it finds them: marks and bytes in one name space, what texts can produce in another.</summary>
internal sealed class SentencePieceVocabulary
{
    private readonly ScoredPiece[] _pieces;
    private readonly Vocabulary _all;
    private readonly Vocabulary _ordinary;
    private readonly Vocabulary _reserved;

    /// <summary>Checks and indexes the pieces.</summary>
    /// <exception cref="TokenizerException">A spelling is empty or used twice, the unknown piece is missing or there are two, or the 256 byte pieces do not fit <paramref name="byteFallback"/>.</exception>
    public SentencePieceVocabulary(IReadOnlyList<ScoredPiece> pieces, bool byteFallback)
    {
        _pieces = [.. pieces];
        ByteFallback = byteFallback;
        Unknown = -1;
        for (int id = 0; id < _pieces.Length; id++)
        {
            Check(id);
        }
        if (Unknown < 0)
        {
            throw new TokenizerException($"sentencepiece: none of the {_pieces.Length} pieces is of the type UNKNOWN; a model needs one.");
        }
        _all = new Vocabulary([.. _pieces.Select(p => p.Spelling)]);
        _ordinary = new Vocabulary([.. _pieces.Select(p => IsOrdinary(p.Type) ? p.Spelling : null)]);
        _reserved = new Vocabulary([.. _pieces.Select(p => IsOrdinary(p.Type) ? null : p.Spelling)]);
        for (int id = 0; id < _pieces.Length; id++)
        {
            int first = (IsOrdinary(_pieces[id].Type) ? _ordinary : _reserved).Find(_pieces[id].Spelling);
            if (first != id)
            {
                throw new TokenizerException($"sentencepiece: pieces {id} and {first} have the same spelling, '{Show(id)}'.");
            }
        }
        ByteIds = BytePieces.Ids(_reserved);
        if (byteFallback && Array.FindIndex(ByteIds, id => id < 0 || _pieces[id].Type != SentencePieceType.Byte) is >= 0 and int missing)
        {
            throw new TokenizerException($"sentencepiece: byte_fallback is on, but there is no byte piece for 0x{missing:X2}; it needs all 256.");
        }
    }

    /// <summary>How many pieces there are.</summary>
    public int Count => _pieces.Length;

    /// <summary>The id of what no piece spells.</summary>
    public int Unknown { get; private set; }

    /// <summary>True where unknown characters become their bytes.</summary>
    public bool ByteFallback { get; }

    /// <summary>The ids of the byte pieces, −1 where there is none.</summary>
    public int[] ByteIds { get; }

    public ScoredPiece this[int id] => _pieces[id];

    /// <summary>The spelling of a piece.</summary>
    public ReadOnlyMemory<byte> Memory(int id) => _all.Memory(id);

    /// <summary>The id of a spelling, marks first, or −1.</summary>
    public int Find(ReadOnlySpan<byte> spelling) => _reserved.Find(spelling) is >= 0 and int id ? id : _ordinary.Find(spelling);

    /// <summary>The id of a spelling that texts can have, or −1.</summary>
    public int FindOrdinary(ReadOnlySpan<byte> spelling) => _ordinary.Find(spelling);

    /// <summary>The id that a spelling found in a text gets: never a mark that a text must not produce.</summary>
    public int FindInText(ReadOnlySpan<byte> spelling) =>
        Find(spelling) is >= 0 and int id && _pieces[id].Type != SentencePieceType.Control ? id : Unknown;

    /// <summary>The pieces of a type, as a trie of their ids; null where there are none.</summary>
    public ByteTrie? TrieOf(Predicate<SentencePieceType> wanted)
    {
        int[] ids = [.. Enumerable.Range(0, Count).Where(id => wanted(_pieces[id].Type))];
        return ids.Length == 0 ? null : new ByteTrie(ids.Select(id => (Memory(id), id)));
    }

    /// <summary>Appends what a text's bytes [start, end) became: the piece, or for the unknown one its bytes, or one unknown token for neighbouring ones.</summary>
    public void Emit(int id, ReadOnlySpan<byte> text, int start, int end, int offset, TokenBuffer tokens, ref bool afterUnknown)
    {
        bool unknown = id == Unknown;
        if (!unknown || !(ByteFallback || afterUnknown))
        {
            tokens.Add(id, offset + start, offset + end);
        }
        else if (ByteFallback)
        {
            foreach (byte b in text[start..end])
            {
                tokens.Add(ByteIds[b], offset + start, offset + end);
            }
        }
        else
        {
            tokens.ExtendLast(offset + end);
        }
        afterUnknown = unknown;
    }

    private static bool IsOrdinary(SentencePieceType type) => type is SentencePieceType.Normal or SentencePieceType.UserDefined or SentencePieceType.Unused;

    private void Check(int id)
    {
        ScoredPiece piece = _pieces[id];
        if (piece.Spelling is not { Length: > 0 })
        {
            throw new TokenizerException($"sentencepiece: piece {id} has no spelling.");
        }
        if (!float.IsFinite(piece.Score))
        {
            throw new TokenizerException($"sentencepiece: piece {id}, '{Show(id)}', has the score {piece.Score}; a score is a finite number.");
        }
        switch (piece.Type)
        {
            case SentencePieceType.Unknown when Unknown >= 0:
                throw new TokenizerException($"sentencepiece: pieces {Unknown} and {id} are both of the type UNKNOWN; a model has one.");
            case SentencePieceType.Unknown:
                Unknown = id;
                break;
            case SentencePieceType.Byte when !ByteFallback:
                throw new TokenizerException($"sentencepiece: piece {id}, '{Show(id)}', is of the type BYTE, but byte_fallback is off.");
            case SentencePieceType.Byte when BytePieces.Parse(piece.Spelling) < 0:
                throw new TokenizerException($"sentencepiece: piece {id}, '{Show(id)}', is of the type BYTE, but is not spelled like <0x41>.");
        }
    }

    private string Show(int id) => Encoding.UTF8.GetString(_pieces[id].Spelling);
}
