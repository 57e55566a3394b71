using System.Buffers;
using System.Text;
using PureLlm.Tokenizer;

namespace PureLlm.Cli.Tokenizing;

/// <summary>What a vocabulary consists of, without any text.</summary>
/// <param name="Bytes">Tokens that are one byte, or no whole characters.</param>
/// <param name="Lengths">How many tokens have 1, 2, 3 … characters; the last entry has all longer ones.</param>
/// <param name="Longest">The ids of the longest tokens, longest first.</param>
internal sealed record VocabularyFacts(int Size, int Special, int Bytes, int StartsWithSpace, IReadOnlyList<int> Lengths, IReadOnlyList<int> Longest)
{
    private const int MostLength = 12;

    public static VocabularyFacts Of(TextTokenizer tokenizer)
    {
        var lengths = new int[MostLength];
        int special = 0, bytes = 0, spaced = 0;
        for (int id = 0; id < tokenizer.VocabularySize; id++)
        {
            ReadOnlySpan<byte> token = tokenizer.TokenBytes(id).Span;
            if (tokenizer.IsSpecial(id))
            {
                special++;
            }
            else if (Characters(token) is { } characters)
            {
                lengths[Math.Min(MostLength, characters) - 1]++;
                spaced += token[0] == ' ' ? 1 : 0;
            }
            else
            {
                bytes++;
            }
        }
        IEnumerable<int> longest = Enumerable.Range(0, tokenizer.VocabularySize).Where(id => !tokenizer.IsSpecial(id))
            .OrderByDescending(id => tokenizer.TokenBytes(id).Length).ThenBy(id => id).Take(8);
        return new VocabularyFacts(tokenizer.VocabularySize, special, bytes, spaced, lengths, [.. longest]);
    }

    /// <summary>How many characters, or null where the bytes are not whole characters.</summary>
    private static int? Characters(ReadOnlySpan<byte> token)
    {
        int count = 0;
        for (; !token.IsEmpty; count++)
        {
            if (Rune.DecodeFromUtf8(token, out _, out int length) != OperationStatus.Done)
            {
                return null;
            }
            token = token[length..];
        }
        return count == 0 ? null : count;
    }
}
