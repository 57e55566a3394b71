using System.Text;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tests.Tokenizer.Normalizers;

/// <summary>What a normalizer makes of a text, as text and with the source of each character.</summary>
internal static class Normalized
{
    public static string Text(Normalizer normalizer, string text) => Encoding.UTF8.GetString(Bytes(normalizer, Encoding.UTF8.GetBytes(text)));

    public static byte[] Bytes(Normalizer normalizer, byte[] utf8)
    {
        var aligned = new AlignedText();
        aligned.Reset(utf8);
        normalizer.Normalize(aligned);
        return aligned.Bytes.ToArray();
    }

    /// <summary>Each character with the input bytes it came from: "é:0-3 x:3-4".</summary>
    public static string Sources(Normalizer normalizer, string text)
    {
        var aligned = new AlignedText();
        aligned.Reset(Encoding.UTF8.GetBytes(text));
        normalizer.Normalize(aligned);
        List<string> shown = [];
        int at = 0;
        foreach (Rune rune in Encoding.UTF8.GetString(aligned.Bytes).EnumerateRunes())
        {
            (int start, int end) = aligned.Source(at, at + rune.Utf8SequenceLength);
            shown.Add($"{rune}:{start}-{end}");
            at += rune.Utf8SequenceLength;
        }
        return string.Join(' ', shown);
    }
}
