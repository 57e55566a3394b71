using System.Text;

namespace PureLlm.Tokenizer.Models;

/// <summary>One token per piece: the piece itself where the vocabulary has it, the unknown token otherwise.</summary>
public sealed class WordLevelModel : TokenModel
{
    private readonly Vocabulary _vocabulary;
    private readonly int _unknown;

    /// <summary>Builds from the tokens by id (null where an id is unused) and the name of the unknown token, which the vocabulary may lack.</summary>
    public WordLevelModel(IReadOnlyList<byte[]?> tokens, string unknownToken = "<unk>")
    {
        _vocabulary = new Vocabulary(tokens);
        UnknownToken = unknownToken;
        _unknown = _vocabulary.Find(Encoding.UTF8.GetBytes(unknownToken));
    }

    public override string Type => "WordLevel";

    public override int VocabularySize => _vocabulary.Count;

    /// <summary>The name of the token that stands for a word outside the vocabulary.</summary>
    public string UnknownToken { get; }

    public override ReadOnlyMemory<byte> Token(int id) => _vocabulary.Memory(id);

    public override int Find(ReadOnlySpan<byte> token) => _vocabulary.Find(token);

    public override PieceEncoder CreateEncoder() => new Encoder(this);

    private sealed class Encoder(WordLevelModel model) : PieceEncoder
    {
        public override void Encode(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens)
        {
            int id = model.Find(piece);
            id = id >= 0 ? id : model._unknown >= 0 ? model._unknown
                : throw new TokenizerException($"WordLevel: '{Encoding.UTF8.GetString(piece)}' is not in the vocabulary, and neither is the unknown token '{model.UnknownToken}'.");
            tokens.Add(id, offset, offset + piece.Length);
        }
    }
}
