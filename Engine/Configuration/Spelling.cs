namespace PureLlm.Engine.Configuration;

/// <summary>"Did you mean": the known word nearest to a misspelt one.</summary>
public static class Spelling
{
    /// <summary>Edits that still count as a misspelling: a third of the word, rounded up, at most 3.</summary>
    public static int Tolerance(string word) => Math.Clamp((word.Length + 2) / 3, 1, 3);

    /// <summary>The nearest of <paramref name="known"/> within <see cref="Tolerance"/> edits, or null.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        string? best = null;
        int bestDistance = Math.Min(Tolerance(word), Math.Max(1, word.Length - 1)) + 1;
        foreach (string candidate in known)
        {
            int distance = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant(), bestDistance);
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }
        return best;
    }

    /// <summary>Edits (insert, delete, replace, swap of neighbours) that turn a into b; <paramref name="limit"/> where they are at least that many.</summary>
    /// <remarks>Optimal string alignment, Damerau 1964.</remarks>
    public static int Distance(string a, string b, int limit = int.MaxValue)
    {
        if (Math.Abs(a.Length - b.Length) >= limit)
        {
            return limit;
        }
        int[] before = new int[b.Length + 1], above = new int[b.Length + 1], row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
        {
            above[j] = j;
        }
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            int lowest = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int edit = Math.Min(Math.Min(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                bool swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                row[j] = swap ? Math.Min(edit, before[j - 2] + 1) : edit;
                lowest = Math.Min(lowest, row[j]);
            }
            if (lowest >= limit)
            {
                return limit;
            }
            (before, above, row) = (above, row, before);
        }
        return Math.Min(above[b.Length], limit);
    }
}
