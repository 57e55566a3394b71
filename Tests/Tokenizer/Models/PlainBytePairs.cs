using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tests.Tokenizer.Models;

/// <summary>Merges as the textbook has them, and models to try them on.</summary>
internal static class PlainBytePairs
{
    public static readonly byte[][] Bytes = [.. Enumerable.Range(0, 256).Select(b => new[] { (byte)b })];

    /// <summary>Random merges of random pairs, so that ranks, lengths and neighbours meet in every order; ids of the results are shuffled.</summary>
    public static BytePairModel RandomModel(int seed, bool ignoreMerges = false, int count = 120)
    {
        var random = new Random(seed);
        List<byte[]> tokens = [.. Bytes];
        List<(int Left, int Right)> merges = [];
        int[] letters = [.. "abcd ".Select(c => (int)c)];
        while (merges.Count < count)
        {
            int Pick() => random.Next(3) == 0 ? letters[random.Next(letters.Length)] : tokens.Count == 256 ? 'a' : random.Next(256, tokens.Count);
            (int left, int right) = (Pick(), Pick());
            byte[] joined = [.. tokens[left], .. tokens[right]];
            int at = tokens.FindIndex(t => t.AsSpan().SequenceEqual(joined));
            if (joined.Length < 40 && !merges.Contains((left, right)))
            {
                if (at < 0)
                {
                    tokens.Add(joined);
                }
                merges.Add((left, right));
            }
        }
        return new BytePairModel(tokens, merges, ignoreMerges);
    }

    /// <summary>For each pair that merges, how early, and into which token.</summary>
    public static Dictionary<(int, int), (int Rank, int Result)> Ranks(BytePairModel model)
    {
        Dictionary<(int, int), (int Rank, int Result)> ranks = [];
        for (int rank = 0; rank < model.Merges.Count; rank++)
        {
            (int left, int right) = model.Merges[rank];
            ranks[(left, right)] = (rank, model.Find([.. model.Token(left).Span, .. model.Token(right).Span]));
        }
        return ranks;
    }

    /// <summary>The textbook: the lowest-ranked pair that is there, its leftmost occurrence, again and again.</summary>
    public static List<int> Textbook(BytePairModel model, byte[] piece)
    {
        Dictionary<(int, int), (int Rank, int Result)> ranks = Ranks(model);
        List<int> symbols = [.. piece.Select(b => model.Find([b]))];
        while (true)
        {
            int best = int.MaxValue, at = -1;
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                if (ranks.TryGetValue((symbols[i], symbols[i + 1]), out (int Rank, int Result) merge) && merge.Rank < best)
                {
                    (best, at) = (merge.Rank, i);
                }
            }
            if (at < 0)
            {
                return symbols;
            }
            symbols[at] = ranks[(symbols[at], symbols[at + 1])].Result;
            symbols.RemoveAt(at + 1);
        }
    }

    /// <summary>tiktoken's rule, with the bytes of every pair looked up.</summary>
    public static List<int> ByRanks(BytePairModel model, byte[] piece)
    {
        if (model.Find(piece) is var whole and >= 0)
        {
            return [whole];
        }
        List<byte[]> parts = [.. piece.Select(b => new[] { b })];
        while (true)
        {
            int best = int.MaxValue, at = -1;
            for (int i = 0; i + 1 < parts.Count; i++)
            {
                int id = model.Find([.. parts[i], .. parts[i + 1]]);
                if (id >= 0 && id < best)
                {
                    (best, at) = (id, i);
                }
            }
            if (at < 0)
            {
                return [.. parts.Select(p => model.Find(p))];
            }
            parts[at] = [.. parts[at], .. parts[at + 1]];
            parts.RemoveAt(at + 1);
        }
    }

    public static int[] Encode(PieceEncoder encoder, byte[] piece)
    {
        var tokens = new TokenBuffer();
        encoder.Encode(piece, 0, tokens);
        return tokens.Ids.ToArray();
    }

    public static byte[] Letters(Random random, int length) => [.. Enumerable.Range(0, length).Select(_ => (byte)"aaabbcd x"[random.Next(9)])];
}
