namespace PureLlm.Tokenizer.Models;

/// <summary>A unigram language model: of all ways to spell a piece with tokens, the one whose log-probabilities sum highest. Exact to Hugging Face's "Unigram".</summary>
/// <remarks>
/// Kudo 2018, "Subword regularization", arXiv 1804.10959. An unknown character costs the lowest score less 10; neighbouring unknowns are one token,
/// or their bytes where there is byte fallback. SentencePiece's own model keeps scores in single precision and is read from its files.
/// </remarks>
public sealed class UnigramModel : TokenModel
{
    /// <summary>How much less than the worst token an unknown character scores.</summary>
    internal const double UnknownPenalty = 10;

    private readonly Vocabulary _vocabulary;
    private readonly ByteTrie _trie;
    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly int[]? _byteIds;

    /// <summary>Builds from the tokens by id, their log-probabilities, and the id of the unknown token where there is one.</summary>
    /// <exception cref="TokenizerException">The lists differ in length, a score is not a number, or there is no such id.</exception>
    public UnigramModel(IReadOnlyList<byte[]> tokens, IReadOnlyList<double> scores, int? unknown, bool byteFallback = false)
    {
        if (tokens.Count != scores.Count)
        {
            throw new TokenizerException($"Unigram: {tokens.Count} tokens and {scores.Count} scores; each token needs one.");
        }
        if (unknown is { } id && (uint)id >= (uint)tokens.Count)
        {
            throw new TokenizerException($"Unigram: the unknown token is {id}, but there are only {tokens.Count} tokens (0 to {tokens.Count - 1}).");
        }
        for (int i = 0; i < scores.Count; i++)
        {
            if (!double.IsFinite(scores[i]))
            {
                throw new TokenizerException($"Unigram: token {i} has the score {scores[i]}; a score is a finite number.");
            }
        }
        _vocabulary = new Vocabulary(tokens);
        _scores = [.. scores];
        _trie = new ByteTrie(Enumerable.Range(0, tokens.Count).Select(i => (_vocabulary.Memory(i), i)));
        _unknownScore = (_scores.Length == 0 ? double.PositiveInfinity : _scores.Min()) - UnknownPenalty;
        _byteIds = byteFallback ? BytePieces.Ids(_vocabulary) : null;
        (Unknown, ByteFallback) = (unknown, byteFallback);
    }

    public override string Type => "Unigram";

    public override int VocabularySize => _vocabulary.Count;

    /// <summary>The id of what no token spells.</summary>
    public int? Unknown { get; }

    /// <summary>True where unknown characters become their bytes, "&lt;0x00&gt;" to "&lt;0xFF&gt;".</summary>
    public bool ByteFallback { get; }

    /// <summary>The log-probability of each token [VocabularySize].</summary>
    public IReadOnlyList<double> Scores => _scores;

    public override ReadOnlyMemory<byte> Token(int id) => _vocabulary.Memory(id);

    public override int Find(ReadOnlySpan<byte> token) => _vocabulary.Find(token);

    public override PieceEncoder CreateEncoder() => new Encoder(this);

    private sealed class Encoder(UnigramModel model) : CachingEncoder
    {
        private readonly UnigramLattice<DoublePathScore> _lattice = new(model._trie, model._scores, model._unknownScore, model.Unknown ?? -1);

        protected override void EncodeNew(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens)
        {
            ReadOnlySpan<(int Id, int Start, int End)> path = _lattice.Solve(piece);
            for (int i = 0; i < path.Length;)
            {
                (int id, int start, int end) = path[i++];
                if (id != model.Unknown)
                {
                    tokens.Add(id, offset + start, offset + end);
                    continue;
                }
                while (i < path.Length && path[i].Id == id)
                {
                    end = path[i++].End;
                }
                AddUnknown(piece, start, end, offset, tokens);
            }
        }

        /// <summary>A run of unknowns: the token that happens to be spelled like it, else its bytes, else the unknown token.</summary>
        private void AddUnknown(ReadOnlySpan<byte> piece, int start, int end, int offset, TokenBuffer tokens)
        {
            ReadOnlySpan<byte> run = piece[start..end];
            int known = model.Find(run);
            if (known < 0 && model._byteIds is { } byteIds && HasAll(run, byteIds))
            {
                foreach (byte b in run)
                {
                    tokens.Add(byteIds[b], offset + start, offset + end);
                }
                return;
            }
            tokens.Add(known >= 0 ? known : model.Unknown!.Value, offset + start, offset + end);
        }

        private static bool HasAll(ReadOnlySpan<byte> run, int[] byteIds)
        {
            foreach (byte b in run)
            {
                if (byteIds[b] < 0)
                {
                    return false;
                }
            }
            return true;
        }
    }
}
