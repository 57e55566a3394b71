using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>Cuts as another pre-tokenizer that ends in ByteLevel, and then writes the text in the byte alphabet, for a model whose vocabulary is spelled in it.</summary>
/// <remarks>Byte-level models hold raw bytes and do without; this one serves vocabularies that are only in part byte level, such as CLIP's with its word ends.</remarks>
/// <param name="inner">The pre-tokenizer as the file has it.</param>
public sealed class ByteAlphabetPreTokenizer(PreTokenizer inner) : PreTokenizer
{
    public override string Type => inner.Type;

    /// <summary>The pre-tokenizer as the file has it.</summary>
    public PreTokenizer Inner => inner;

    public override void Split(AlignedText text, PieceList pieces)
    {
        inner.Split(text, pieces);
        Span<byte> shown = stackalloc byte[2];
        for (int i = 0; i < pieces.Count; i++)
        {
            (int start, int end) = pieces[i];
            int from = text.WrittenLength;
            for (int at = start; at < end; at++)
            {
                text.Write(shown[..ByteAlphabet.Show(text.Bytes[at], shown)], at, at + 1);
            }
            pieces.Add(from, text.WrittenLength);
        }
        text.Commit();
        pieces.Commit();
    }
}
