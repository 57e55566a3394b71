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

    /// <summary>Merges of words of symbols; new symbols are numbered from <paramref name="firstNew"/>. Equally frequent pairs go to the smaller one, or by the given order.</summary>
    /// <param name="words">Symbols of each word and how often it occurs.</param>
    /// <param name="firstNew">The id of the first merge.</param>
    /// <param name="merges">At most so many merges.</param>
    /// <param name="minimumCount">Rarer pairs never merge.</param>
    /// <param name="allows">Pairs that may merge; all without it.</param>
    /// <param name="best">Chooses among the candidates; the most frequent, then the smaller pair without it.</param>
    public static List<(int Left, int Right)> Learn(
        IEnumerable<(List<int> Symbols, long Count)> words,
        int firstNew,
        int merges,
        long minimumCount,
        Func<(int Left, int Right), bool>? allows = null,
        Func<IReadOnlyDictionary<(int Left, int Right), long>, IReadOnlyDictionary<int, long>, (int Left, int Right)>? best = null)
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
            Dictionary<(int Left, int Right), long> candidates = new(counts.Where(c => c.Value >= minimumCount && (allows?.Invoke(c.Key) ?? true)));
            if (candidates.Count == 0)
            {
                break;
            }
            Dictionary<int, long> symbolCounts = best is null ? [] : rows.SelectMany(row => row.Symbols.Select(symbol => (symbol, row.Count))).GroupBy(x => x.symbol).ToDictionary(g => g.Key, g => g.Sum(x => x.Count));
            (int, int) chosen = best?.Invoke(candidates, symbolCounts) ?? candidates.OrderByDescending(c => c.Value).ThenBy(c => c.Key.Left).ThenBy(c => c.Key.Right).First().Key;
            foreach ((List<int> symbols, _) in rows)
            {
                Replace(symbols, chosen, firstNew + learned.Count);
            }
            learned.Add(chosen);
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
