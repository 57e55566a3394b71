using System.Text;
using PureLlm.Tokenizer.PreTokenizers;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tests.Tokenizer.PreTokenizers;

/// <summary>What a pre-tokenizer makes of a text.</summary>
internal static class Pieces
{
    /// <summary>The pieces, joined by |.</summary>
    public static string Of(PreTokenizer preTokenizer, string text) => string.Join('|', All(preTokenizer, text).Select(p => p.Text));

    /// <summary>The pieces with the input bytes that each came from: "a:0-1|b:2-3".</summary>
    public static string Sources(PreTokenizer preTokenizer, string text) =>
        string.Join('|', All(preTokenizer, text).Select(p => $"{p.Text}:{p.Start}-{p.End}"));

    public static List<(string Text, int Start, int End)> All(PreTokenizer preTokenizer, string text)
    {
        var aligned = new AlignedText();
        var pieces = new PieceList();
        aligned.Reset(Encoding.UTF8.GetBytes(text));
        pieces.Reset(aligned.Length);
        preTokenizer.Split(aligned, pieces);
        List<(string, int, int)> all = [];
        for (int i = 0; i < pieces.Count; i++)
        {
            (int start, int end) = pieces[i];
            (int from, int to) = aligned.Source(start, end);
            all.Add((Encoding.UTF8.GetString(aligned.Bytes[start..end]), from, to));
        }
        return all;
    }
}
