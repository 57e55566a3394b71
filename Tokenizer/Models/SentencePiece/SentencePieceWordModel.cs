namespace PureLlm.Tokenizer.Models.SentencePiece;

/// <summary>SentencePiece's word model: each word, with the U+2581 before it, is a token or unknown.</summary>
public sealed class SentencePieceWordModel : SentencePieceModel
{
    internal SentencePieceWordModel(SentencePieceVocabulary vocabulary)
        : base(vocabulary)
    {
    }

    public override string Type => "WORD";

    public override PieceEncoder CreateEncoder() => new Encoder(this);

    private sealed class Encoder(SentencePieceWordModel model) : PieceEncoder
    {
        public override void Encode(ReadOnlySpan<byte> piece, int offset, TokenBuffer tokens)
        {
            bool afterUnknown = false;
            for (int start = 0, end; start < piece.Length; start = end)
            {
                int mark = piece[start..].StartsWith(SpaceMark.Utf8) ? SpaceMark.Utf8.Length : 0;
                int next = piece[(start + mark)..].IndexOf(SpaceMark.Utf8);
                end = next < 0 ? piece.Length : start + mark + next;
                model.Vocabulary.Emit(model.Vocabulary.FindInText(piece[start..end]), piece, start, end, offset, tokens, ref afterUnknown);
            }
        }
    }
}
