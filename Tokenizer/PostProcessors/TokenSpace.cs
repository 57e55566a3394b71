using System.Buffers;
using System.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PostProcessors;

/// <summary>Finds the white space at both ends of a token.</summary>
internal static class TokenSpace
{
    /// <summary>Counts in the token's spelling, where Ġ is a space too, and measures as many characters of the input range [start, end).</summary>
    /// <param name="token">The token's spelling; raw bytes where <paramref name="rawBytes"/> is true.</param>
    /// <param name="rawBytes">The token is raw bytes, of which only the space counts: the byte alphabet shows no other white space.</param>
    /// <param name="input">The whole input.</param>
    /// <param name="start">The first byte of the token in the input.</param>
    /// <param name="end">The byte after it.</param>
    public static SurroundingSpace Of(ReadOnlySpan<byte> token, bool rawBytes, ReadOnlySpan<byte> input, int start, int end)
    {
        int leading, trailing;
        if (rawBytes)
        {
            leading = token.IndexOfAnyExcept((byte)' ') is >= 0 and int first ? first : token.Length;
            trailing = token.Length - 1 - token.LastIndexOfAnyExcept((byte)' ');
        }
        else
        {
            (leading, trailing) = (Leading(token), Trailing(token));
        }
        return leading + trailing == 0 ? default : new SurroundingSpace(leading, BytesFrom(input[start..], leading), BytesBefore(input[..end], trailing));
    }

    private static int Leading(ReadOnlySpan<byte> token)
    {
        int count = 0;
        while (Rune.DecodeFromUtf8(token, out Rune rune, out int length) == OperationStatus.Done && IsSpace(rune))
        {
            token = token[length..];
            count++;
        }
        return count;
    }

    private static int Trailing(ReadOnlySpan<byte> token)
    {
        int count = 0;
        while (Rune.DecodeLastFromUtf8(token, out Rune rune, out int length) == OperationStatus.Done && IsSpace(rune))
        {
            token = token[..^length];
            count++;
        }
        return count;
    }

    private static bool IsSpace(Rune rune) => rune.Value == 'Ġ' || UnicodeSets.WhiteSpace.Contains(rune.Value);

    private static int BytesFrom(ReadOnlySpan<byte> input, int characters)
    {
        int bytes = 0;
        for (; characters > 0 && bytes < input.Length; characters--)
        {
            Rune.DecodeFromUtf8(input[bytes..], out _, out int length);
            bytes += length;
        }
        return bytes;
    }

    private static int BytesBefore(ReadOnlySpan<byte> input, int characters)
    {
        int end = input.Length;
        for (; characters > 0 && end > 0; characters--)
        {
            Rune.DecodeLastFromUtf8(input[..end], out _, out int length);
            end -= length;
        }
        return input.Length - end;
    }
}
