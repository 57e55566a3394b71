namespace PureLlm.Tokenizer.Models.SentencePiece;

/// <summary>A model of a SentencePiece file (Kudo and Richardson 2018, arXiv 1808.06226), exact to SentencePiece itself: piece types, rounding, ties.</summary>
/// <remarks>It encodes text that its normalizer has prepared: U+2581 for spaces, a text as one piece.</remarks>
public abstract class SentencePieceModel : TokenModel
{
    private protected SentencePieceModel(SentencePieceVocabulary vocabulary) => Vocabulary = vocabulary;

    public override int VocabularySize => Vocabulary.Count;

    /// <summary>The id of what no piece spells.</summary>
    public int Unknown => Vocabulary.Unknown;

    /// <summary>True where unknown characters become their bytes.</summary>
    public bool ByteFallback => Vocabulary.ByteFallback;

    internal SentencePieceVocabulary Vocabulary { get; }

    /// <summary>A piece with its score and type.</summary>
    public ScoredPiece Piece(int id) => Vocabulary[id];

    public override ReadOnlyMemory<byte> Token(int id) => Vocabulary.Memory(id);

    public override int Find(ReadOnlySpan<byte> token) => Vocabulary.Find(token);
}
