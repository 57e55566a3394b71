namespace PureLlm.Tokenizer.Models.SentencePiece;

/// <summary>SentencePiece's character model: each character is a token, and so is each user-defined piece.</summary>
public sealed class SentencePieceCharacterModel : SentencePieceModel
{
    private readonly ByteTrie? _userDefined;

    internal SentencePieceCharacterModel(SentencePieceVocabulary vocabulary)
        : base(vocabulary) => _userDefined = vocabulary.TrieOf(type => type == SentencePieceType.UserDefined);

    public override string Type => "CHAR";

    public override PieceEncoder CreateEncoder() => new Encoder(this);

    private sealed class Encoder(SentencePieceCharacterModel model) : PieceEncoder
    {
        public override void Encode(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens)
        {
            bool afterUnknown = false;
            for (int start = 0, length = 0; start < piece.Length; start += length)
            {
                ReadOnlySpan<byte> rest = piece[start..];
                if (model._userDefined is null || model._userDefined.Longest(ByteTrie.Root, rest, out length) == ByteTrie.None)
                {
                    length = Characters.Length(rest);
                }
                model.Vocabulary.Emit(model.Vocabulary.FindInText(rest[..length]), piece, start, start + length, offset, tokens, ref afterUnknown);
            }
        }
    }
}
