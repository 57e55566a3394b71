using System.Text;

namespace PureLlm.Tokenizer.Models;

/// <summary>The tokens "&lt;0x00&gt;" to "&lt;0xFF&gt;" that spell what a vocabulary lacks, byte by byte.</summary>
internal static class BytePieces
{
    /// <summary>The spelling of a byte.</summary>
    public static byte[] Spelling(int value) => Encoding.ASCII.GetBytes($"<0x{value:X2}>");

    /// <summary>The byte that a spelling stands for, or −1.</summary>
    public static int Parse(ReadOnlySpan<byte> spelling) =>
        spelling.Length == 6 && spelling.StartsWith("<0x"u8) && spelling[5] == '>' && Digit(spelling[3]) is var high and >= 0 && Digit(spelling[4]) is var low and >= 0
            ? (16 * high) + low : -1;

    /// <summary>The ids of the 256 spellings, −1 where the vocabulary lacks one.</summary>
    public static int[] Ids(Vocabulary vocabulary) => [.. Enumerable.Range(0, 256).Select(value => vocabulary.Find(Spelling(value)))];

    private static int Digit(byte c) => c is >= (byte)'0' and <= (byte)'9' ? c - '0' : c is >= (byte)'A' and <= (byte)'F' ? c - 'A' + 10 : -1;
}
