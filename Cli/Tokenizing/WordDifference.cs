using PureLlm.Tokenizer;

namespace PureLlm.Cli.Tokenizing;

/// <summary>A word, with the space before it, that two tokenizers cut into different numbers of tokens.</summary>
internal sealed record WordDifference(byte[] Word, long Times, int[] First, int[] Second)
{
    private const int MostWords = 20_000;

    /// <summary>The words of a text that make the largest difference: times × difference in tokens, largest first.</summary>
    public static WordDifference[] Between(TextTokenizer first, TextTokenizer second, byte[] text, int count)
    {
        var times = new Dictionary<string, long>(StringComparer.Ordinal);
        Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> lookup = times.GetAlternateLookup<ReadOnlySpan<char>>();
        string latin = System.Text.Encoding.Latin1.GetString(text); // one character for each byte, so that any bytes can be a key
        for (int i = 0; i < latin.Length;)
        {
            int start = i;
            for (i++; i < latin.Length && latin[i] is not (' ' or '\n' or '\t' or '\r'); i++)
            {
            }
            ReadOnlySpan<char> word = latin.AsSpan(start, i - start);
            lookup[word] = lookup.TryGetValue(word, out long known) ? known + 1 : 1;
        }
        IEnumerable<WordDifference> all = times.OrderByDescending(item => item.Value).ThenBy(item => item.Key, StringComparer.Ordinal).Take(MostWords).Select(item =>
        {
            byte[] word = System.Text.Encoding.Latin1.GetBytes(item.Key);
            return new WordDifference(word, item.Value, Encode(first, word), Encode(second, word));
        });
        return [.. all.Where(item => item.First.Length != item.Second.Length).OrderByDescending(item => item.Times * Math.Abs(item.First.Length - item.Second.Length)).Take(count)];
    }

    private static int[] Encode(TextTokenizer tokenizer, byte[] word)
    {
        List<int> ids = [];
        tokenizer.Encode(word, ids);
        return [.. ids];
    }
}
