using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>BertPreTokenizer: white space is left out, and every punctuation character is a piece.</summary>
public sealed class BertPreTokenizer : PreTokenizer
{
    /// <inheritdoc/>
    public override string Type => "BertPreTokenizer";

    /// <inheritdoc/>
    public override void Split(AlignedText text, PieceList pieces)
    {
        (CharacterSet space, CharacterSet punctuation) = (UnicodeSets.WhiteSpace, UnicodeSets.Punctuation);
        for (int i = 0; i < pieces.Count; i++)
        {
            (int word, int end) = pieces[i];
            ReadOnlySpan<byte> utf8 = text.Bytes[..end];
            for (int at = word, length; at < end; at += length)
            {
                int character = Utf8Character.Decode(utf8, at, out length);
                bool alone = punctuation.Contains(character);
                if (alone || space.Contains(character))
                {
                    pieces.Add(word, at);
                    pieces.Add(at, alone ? at + length : at);
                    word = at + length;
                }
            }
            pieces.Add(word, end);
        }
        pieces.Commit();
    }
}
