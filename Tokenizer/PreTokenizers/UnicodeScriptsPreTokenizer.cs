using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>UnicodeScripts: cuts where the script changes; Hiragana and Katakana count as Han, the space belongs to any (SentencePiece's rule).</summary>
public sealed class UnicodeScriptsPreTokenizer : PreTokenizer
{
    // A character of no script, which joins what is around it.
    private const int Any = 0;

    /// <inheritdoc/>
    public override string Type => "UnicodeScripts";

    /// <inheritdoc/>
    public override void Split(AlignedText text, PieceList pieces)
    {
        for (int i = 0; i < pieces.Count; i++)
        {
            (int start, int end) = pieces[i];
            ReadOnlySpan<byte> utf8 = text.Bytes[..end];
            // A piece opens at the first character with a script: what has none before it belongs to no piece, as in Hugging Face's.
            int last = -1, open = -1;
            for (int at = start, length; at < end; at += length)
            {
                int script = PieceScripts.Of(Utf8Character.Decode(utf8, at, out length));
                if (script == Any)
                {
                    continue;
                }
                if (script != last)
                {
                    if (open >= 0)
                    {
                        pieces.Add(open, at);
                    }
                    open = at;
                }
                last = script;
            }
            if (open >= 0)
            {
                pieces.Add(open, end);
            }
        }
        pieces.Commit();
    }
}
