using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>FixedLength: pieces of so many characters; the last may be shorter.</summary>
public sealed class FixedLengthPreTokenizer : PreTokenizer
{
    /// <summary>Cuts after every <paramref name="length"/> characters, of which there must be at least 1.</summary>
    public FixedLengthPreTokenizer(int length = 5)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        Length = length;
    }

    /// <inheritdoc/>
    public override string Type => "FixedLength";

    /// <summary>Characters in a piece.</summary>
    public int Length { get; }

    /// <inheritdoc/>
    public override void Split(AlignedText text, PieceList pieces)
    {
        for (int i = 0; i < pieces.Count; i++)
        {
            (int start, int end) = pieces[i];
            ReadOnlySpan<byte> utf8 = text.Bytes[..end];
            int count = 0;
            for (int at = start; at < end;)
            {
                Utf8Character.Decode(utf8, at, out int length);
                at += length;
                if (++count == Length || at == end)
                {
                    pieces.Add(start, at);
                    (start, count) = (at, 0);
                }
            }
        }
        pieces.Commit();
    }
}
