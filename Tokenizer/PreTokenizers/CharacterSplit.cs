using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>The cut at every character of a set, each a delimiter of its own.</summary>
internal static class CharacterSplit
{
    /// <summary>Cuts every piece.</summary>
    public static void Split(AlignedText text, PieceList pieces, CharacterSet delimiters, SplitBehavior behavior)
    {
        for (int i = 0; i < pieces.Count; i++)
        {
            (int start, int end) = pieces[i];
            Split(text.Bytes[..end], start, pieces, delimiters, behavior);
        }
        pieces.Commit();
    }

    /// <summary>Cuts the text from <paramref name="start"/> to its end.</summary>
    public static void Split(ReadOnlySpan<byte> utf8, int start, PieceList pieces, CharacterSet delimiters, SplitBehavior behavior)
    {
        var cutter = new DelimiterCutter(pieces, behavior);
        int plain = start;
        for (int at = start, length; at < utf8.Length; at += length)
        {
            if (!delimiters.Contains(Utf8Character.Decode(utf8, at, out length)))
            {
                continue;
            }
            if (plain < at)
            {
                cutter.Add(plain, at, false);
            }
            cutter.Add(at, at + length, true);
            plain = at + length;
        }
        if (plain < utf8.Length)
        {
            cutter.Add(plain, utf8.Length, false);
        }
        cutter.Finish();
    }
}
