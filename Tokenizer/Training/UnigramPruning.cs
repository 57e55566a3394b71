namespace PureLlm.Tokenizer.Training;

/// <summary>Which tokens to keep: those whose loss would cost the text most.</summary>
internal static class UnigramPruning
{
    /// <summary>Keeps characters, and of the other tokens those whose replacement by their own best segmentation lowers the likelihood most.</summary>
    public static UnigramTokens Prune(UnigramTokens tokens, UnigramEstimation estimation, int size)
    {
        long[] counts = estimation.CountBest(tokens);
        double sum = counts.Sum(count => (double)count), logSum = Math.Log(sum);
        var lattice = new UnigramLattice(64);
        lattice.Use(tokens, 0);
        List<int> kept = [], parts = [];
        List<(double Loss, int Id)> candidates = [];
        for (int id = 0; id < tokens.Count; id++)
        {
            if (tokens.IsCharacter(id))
            {
                kept.Add(id);
                continue;
            }
            if (counts[id] == 0)
            {
                continue;
            }
            parts.Clear();
            lattice.Best(tokens[id], parts, whole: false);
            double count = counts[id];
            double logAlternative = Math.Log(sum + (count * (parts.Count - 1)));
            double replaced = parts.Sum(part => Math.Log(counts[part] + count) - logAlternative);
            candidates.Add((count * (Math.Log(count) - logSum - replaced), id));
        }
        candidates.Sort((x, y) => x.Loss != y.Loss ? y.Loss.CompareTo(x.Loss) : x.Id.CompareTo(y.Id));
        kept.AddRange(candidates.Take(Math.Max(0, size - kept.Count)).Select(candidate => candidate.Id));
        return tokens.Keep(kept);
    }

    /// <summary>Keeps characters, and of the other tokens the most probable ones.</summary>
    public static UnigramTokens Largest(UnigramTokens tokens, int size)
    {
        int[] characters = [.. Enumerable.Range(0, tokens.Count).Where(tokens.IsCharacter)];
        IEnumerable<int> others = Enumerable.Range(0, tokens.Count)
            .Where(id => !tokens.IsCharacter(id) && tokens.LogProbabilities[id] > double.NegativeInfinity)
            .OrderByDescending(id => tokens.LogProbabilities[id])
            .Take(Math.Max(0, size - characters.Length));
        return tokens.Keep([.. characters, .. others]);
    }
}
