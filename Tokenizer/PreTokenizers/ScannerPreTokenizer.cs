using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>Cuts by one of the published split patterns, before a byte-level model; the text stays as it is.</summary>
/// <param name="scanner">The pattern.</param>
public sealed class ScannerPreTokenizer(PieceScanner scanner) : PreTokenizer
{
    /// <summary>In tokenizer.json it is "ByteLevel", behind "Split" where the pattern is not GPT-2's.</summary>
    public override string Type => scanner == PieceScanner.Gpt2 ? "ByteLevel" : "Sequence";

    public override PieceScanner Scanner => scanner;

    public override void Split(AlignedText text, PieceList pieces)
    {
        for (int i = 0; i < pieces.Count; i++)
        {
            (int start, int end) = pieces[i];
            ReadOnlySpan<byte> piece = text.Bytes[start..end];
            for (int at = 0, length; at < piece.Length; at += length)
            {
                length = scanner.NextLength(piece, at);
                pieces.Add(start + at, start + at + length);
            }
        }
        pieces.Commit();
    }
}
