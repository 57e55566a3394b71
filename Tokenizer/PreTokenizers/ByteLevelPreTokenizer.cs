using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>ByteLevel: a space before the text where asked, GPT-2's split where asked, and bytes as visible characters where the vocabulary is spelled in them.</summary>
/// <param name="addPrefixSpace">A space before every piece that does not begin with one.</param>
/// <param name="useRegex">Cut by GPT-2's pattern.</param>
/// <param name="visible">True where the model's vocabulary is spelled in the visible alphabet, false where it holds bytes.</param>
/// <param name="trimOffsets">What the file says for the post-processor of the same name; of no effect here.</param>
public sealed class ByteLevelPreTokenizer(bool addPrefixSpace = true, bool useRegex = true, bool visible = false, bool trimOffsets = true) : PreTokenizer
{
    /// <inheritdoc/>
    public override string Type => "ByteLevel";

    /// <summary>A space before every piece that does not begin with one.</summary>
    public bool AddPrefixSpace => addPrefixSpace;

    /// <summary>Cut by GPT-2's pattern.</summary>
    public bool UseRegex => useRegex;

    /// <summary>Bytes become visible characters.</summary>
    public bool Visible => visible;

    /// <summary>What the file says for the post-processor of the same name.</summary>
    public bool TrimOffsets => trimOffsets;

    /// <summary>True where text and pieces stay as they are.</summary>
    internal bool ChangesNothing => !addPrefixSpace && !useRegex && !visible;

    /// <inheritdoc/>
    public override PieceScanner? Scanner => useRegex && !addPrefixSpace && !visible ? PieceScanner.Gpt2 : null;

    /// <inheritdoc/>
    public override void Split(AlignedText text, PieceList pieces)
    {
        if (addPrefixSpace)
        {
            PrependSpaces(text, pieces);
        }
        if (useRegex)
        {
            Cut(text, pieces);
        }
        if (visible)
        {
            Show(text, pieces);
        }
    }

    private static void PrependSpaces(AlignedText text, PieceList pieces)
    {
        for (int i = 0; i < pieces.Count; i++)
        {
            (int start, int end) = pieces[i];
            int begin = text.WrittenLength;
            if (text.Bytes[start] != ' ')
            {
                Utf8Character.Decode(text.Bytes[..end], start, out int first);
                text.Write(" "u8, start, start + first);
            }
            text.Keep(start, end);
            pieces.Add(begin, text.WrittenLength);
        }
        text.Commit();
        pieces.Commit();
    }

    private static void Cut(AlignedText text, PieceList pieces)
    {
        for (int i = 0; i < pieces.Count; i++)
        {
            (int start, int end) = pieces[i];
            for (int length; start < end; start += length)
            {
                length = PieceScanner.Gpt2.NextLength(text.Bytes[..end], start);
                pieces.Add(start, start + length);
            }
        }
        pieces.Commit();
    }

    private static void Show(AlignedText text, PieceList pieces)
    {
        for (int i = 0; i < pieces.Count; i++)
        {
            (int start, int end) = pieces[i];
            int begin = text.WrittenLength;
            text.WriteShown(start, end);
            pieces.Add(begin, text.WrittenLength);
        }
        text.Commit();
        pieces.Commit();
    }
}
