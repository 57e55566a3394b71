using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>Whitespace: the matches of <c>\w+|[^\w\s]+</c>; white space is left out.</summary>
public sealed class WhitespacePreTokenizer : PreTokenizer
{
    /// <inheritdoc/>
    public override string Type => "Whitespace";

    /// <inheritdoc/>
    public override void Split(AlignedText text, PieceList pieces)
    {
        (CharacterSet space, CharacterSet word) = (UnicodeSets.WhiteSpace, UnicodeSets.WordOrJoiner);
        for (int i = 0; i < pieces.Count; i++)
        {
            (int start, int end) = pieces[i];
            ReadOnlySpan<byte> utf8 = text.Bytes[..end];
            // 0: space, 1: word, 2: what is neither; a piece is a run of 1 or of 2.
            int kind = 0;
            for (int at = start, length; at < end; at += length)
            {
                int character = Utf8Character.Decode(utf8, at, out length);
                int now = word.Contains(character) ? 1 : space.Contains(character) ? 0 : 2;
                if (now != kind)
                {
                    pieces.Add(start, kind == 0 ? start : at);
                    (start, kind) = (at, now);
                }
            }
            pieces.Add(start, kind == 0 ? start : end);
        }
        pieces.Commit();
    }
}
