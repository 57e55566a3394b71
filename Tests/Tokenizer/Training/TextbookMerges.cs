using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tests.Tokenizer.Training;

/// <summary>The textbook: count every pair in every piece, take the best, rewrite every piece, start again.</summary>
internal static class TextbookMerges
{
    /// <summary>GPT-2's pieces with their counts.</summary>
    public static List<(byte[] Piece, long Count)> Pieces(params byte[][] texts)
    {
        List<byte[]> pieces = [];
        foreach (byte[] text in texts)
        {
            for (int i = 0; i < text.Length;)
            {
                int length = PieceScanner.Gpt2.NextLength(text, i);
                pieces.Add(text[i..(i + length)]);
                i += length;
            }
        }
        return [.. pieces.GroupBy(Convert.ToHexString).Select(g => (g.First(), g.LongCount()))];
    }

    /// <summary>Merges of words of symbols; new symbols are numbered from <paramref name="firstNew"/>. A larger score is better; equal ones go to the smaller pair.</summary>
    public static List<(int Left, int Right)> Learn(
        IEnumerable<(List<int> Symbols, long Count)> words, int firstNew, int merges, long minimumCount, Func<(int Left, int Right), bool>? allows = null)
    {
        List<(List<int> Symbols, long Count)> rows = [.. words.Select(w => (w.Symbols.ToList(), w.Count))];
        List<(int, int)> learned = [];
        while (learned.Count < merges)
        {
            Dictionary<(int, int), long> counts = [];
            foreach ((List<int> symbols, long count) in rows)
            {
                for (int i = 0; i + 1 < symbols.Count; i++)
                {
                    counts[(symbols[i], symbols[i + 1])] = counts.GetValueOrDefault((symbols[i], symbols[i + 1])) + count;
                }
            }
            var candidates = counts.Where(c => c.Value >= minimumCount && (allows?.Invoke(c.Key) ?? true)).ToList();
            if (candidates.Count == 0)
            {
                break;
            }
            (int, int) best = candidates.OrderByDescending(c => c.Value).ThenBy(c => c.Key.Item1).ThenBy(c => c.Key.Item2).First().Key;
            foreach ((List<int> symbols, _) in rows)
            {
                Replace(symbols, best, firstNew + learned.Count);
            }
            learned.Add(best);
        }
        return learned;
    }

    /// <summary>Replaces the pair from left to right.</summary>
    public static void Replace(List<int> symbols, (int Left, int Right) pair, int made)
    {
        for (int i = 0; i + 1 < symbols.Count; i++)
        {
            if ((symbols[i], symbols[i + 1]) == pair)
            {
                symbols[i] = made;
                symbols.RemoveAt(i + 1);
            }
        }
    }
}
