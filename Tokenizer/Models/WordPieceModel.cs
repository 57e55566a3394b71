using System.Text;

namespace PureLlm.Tokenizer.Models;

/// <summary>WordPiece: the longest token that begins the word, then the longest continuation ("##…"), to its end; a word that cannot be finished is one unknown token.</summary>
/// <remarks>Schuster and Nakajima 2012, "Japanese and Korean voice search"; used by BERT (arXiv 1810.04805).</remarks>
public sealed class WordPieceModel : TokenModel
{
    private readonly Vocabulary _vocabulary;
    private readonly ByteTrie _trie;
    private readonly int _continuation;
    private readonly int _unknown;

    /// <summary>Builds from the tokens by id (null where an id is unused); the vocabulary may lack the unknown token.</summary>
    public WordPieceModel(IReadOnlyList<byte[]?> tokens, string unknownToken = "[UNK]", string continuingSubwordPrefix = "##", int maxInputCharactersPerWord = 100)
    {
        _vocabulary = new Vocabulary(tokens);
        _trie = new ByteTrie(Enumerable.Range(0, tokens.Count).Select(id => (_vocabulary.Memory(id), id)));
        (UnknownToken, ContinuingSubwordPrefix, MaxInputCharactersPerWord) = (unknownToken, continuingSubwordPrefix, maxInputCharactersPerWord);
        _continuation = _trie.Walk(ByteTrie.Root, Encoding.UTF8.GetBytes(continuingSubwordPrefix));
        _unknown = _vocabulary.Find(Encoding.UTF8.GetBytes(unknownToken));
    }

    public override string Type => "WordPiece";

    public override int VocabularySize => _vocabulary.Count;

    /// <summary>The name of the token that stands for a word that the vocabulary cannot spell.</summary>
    public string UnknownToken { get; }

    /// <summary>What begins the spelling of a token that continues a word.</summary>
    public string ContinuingSubwordPrefix { get; }

    /// <summary>A word with more characters is unknown as a whole.</summary>
    public int MaxInputCharactersPerWord { get; }

    public override ReadOnlyMemory<byte> Token(int id) => _vocabulary.Memory(id);

    public override int Find(ReadOnlySpan<byte> token) => _vocabulary.Find(token);

    public override PieceEncoder CreateEncoder() => new Encoder(this);

    private sealed class Encoder(WordPieceModel model) : CachingEncoder
    {
        private readonly List<(int Id, int Start, int End)> _parts = [];

        protected override void EncodeNew(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens)
        {
            if (!Split(piece))
            {
                int unknown = model._unknown >= 0 ? model._unknown
                    : throw new TokenizerException($"WordPiece: '{Encoding.UTF8.GetString(piece)}' has no tokens, and the vocabulary lacks the unknown token '{model.UnknownToken}'.");
                tokens.Add(unknown, offset, offset + piece.Length);
                return;
            }
            foreach ((int id, int start, int end) in _parts)
            {
                tokens.Add(id, offset + start, offset + end);
            }
        }

        private bool Split(ReadOnlySpan<byte> piece)
        {
            _parts.Clear();
            if (piece.Length > model.MaxInputCharactersPerWord && Characters.Count(piece) > model.MaxInputCharactersPerWord)
            {
                return false;
            }
            for (int start = 0, length = 0; start < piece.Length; start += length)
            {
                int from = start == 0 ? ByteTrie.Root : model._continuation;
                int id = from == ByteTrie.None ? ByteTrie.None : model._trie.Longest(from, piece[start..], out length);
                if (id == ByteTrie.None)
                {
                    return false;
                }
                _parts.Add((id, start, start + length));
            }
            return true;
        }
    }
}
