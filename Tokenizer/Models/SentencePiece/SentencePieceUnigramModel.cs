namespace PureLlm.Tokenizer.Models.SentencePiece;

/// <summary>SentencePiece's unigram language model: the spelling whose scores sum highest.</summary>
/// <remarks>
/// Kudo 2018, arXiv 1804.10959. Sums are kept in single precision, which decides between nearly equal spellings; an unknown character costs
/// the lowest score of a normal piece less 10; a user-defined piece scores its length times the highest score, less 0.1.
/// </remarks>
public sealed class SentencePieceUnigramModel : SentencePieceModel
{
    private const float UnknownPenalty = 10;

    private readonly ByteTrie _trie;
    private readonly double[] _scores;
    private readonly float _unknownScore;

    internal SentencePieceUnigramModel(SentencePieceVocabulary vocabulary)
        : base(vocabulary)
    {
        _trie = vocabulary.TrieOf(type => type is SentencePieceType.Normal or SentencePieceType.UserDefined)
            ?? throw new TokenizerException("sentencepiece: the model has no pieces that a text could produce.");
        // 2⁻¹²⁶, where SentencePiece begins to look for the highest score.
        (float lowest, float highest) = (float.MaxValue, 1.17549435e-38f);
        for (int id = 0; id < vocabulary.Count; id++)
        {
            if (vocabulary[id].Type == SentencePieceType.Normal)
            {
                (lowest, highest) = (Math.Min(lowest, vocabulary[id].Score), Math.Max(highest, vocabulary[id].Score));
            }
        }
        _unknownScore = lowest - UnknownPenalty;
        _scores = new double[vocabulary.Count];
        for (int id = 0; id < _scores.Length; id++)
        {
            ScoredPiece piece = vocabulary[id];
            _scores[id] = piece.Type == SentencePieceType.UserDefined ? (float)(piece.Spelling.Length * highest) - 0.1 : piece.Score;
        }
    }

    public override string Type => "Unigram";

    /// <summary>What each piece scores in a text; one that no text produces, the lowest score [VocabularySize].</summary>
    internal IReadOnlyList<double> TextScores
    {
        get
        {
            double lowest = _unknownScore + UnknownPenalty;
            return [.. _scores.Select((score, id) => Vocabulary[id].Type is SentencePieceType.Normal or SentencePieceType.UserDefined ? score : lowest)];
        }
    }

    /// <summary>What a piece scores in a text; null for one that no text produces.</summary>
    internal double? ScoreOf(int id) => Vocabulary[id].Type is SentencePieceType.Normal or SentencePieceType.UserDefined ? _scores[id] : null;

    public override PieceEncoder CreateEncoder() => new Encoder(this);

    private sealed class Encoder(SentencePieceUnigramModel model) : PieceEncoder
    {
        private readonly UnigramLattice<SinglePathScore> _lattice = new(model._trie, model._scores, model._unknownScore, model.Unknown);

        public override void Encode(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens)
        {
            bool afterUnknown = false;
            foreach ((int id, int start, int end) in _lattice.Solve(piece))
            {
                model.Vocabulary.Emit(id, piece, start, end, offset, tokens, ref afterUnknown);
            }
        }
    }
}
