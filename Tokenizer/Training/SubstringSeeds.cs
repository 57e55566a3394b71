namespace PureLlm.Tokenizer.Training;

/// <summary>A substring of the words: where it stands first and how long it is, with a score.</summary>
internal readonly record struct Substring(int Start, int Length, double Score);

/// <summary>The substrings that a Unigram training starts from: all characters, and the longer ones with the highest count × length.</summary>
/// <remarks>
/// All suffixes of words are sorted by their first characters, up to the longest token, which is work proportional to the text times a constant.
/// Substrings that are always followed by the same character are left out: the longer one is as frequent. What ends a word counts as followed
/// by something else each time.
/// </remarks>
internal static class SubstringSeeds
{
    /// <summary>The characters by number, then the substrings by falling score, of equals the one that sorts first by code points.</summary>
    public static List<Substring> Find(UnigramWords words, int longest, int most, TrainingRun run)
    {
        int[] symbols = words.Symbols;
        var weights = new CountOf(words);
        int[] suffixes = new int[symbols.Length - words.Count];
        int filled = 0;
        var characterCounts = new long[words.Alphabet.Length + 1];
        var firsts = new int[words.Alphabet.Length + 1];
        for (int i = 0; i < symbols.Length; i++)
        {
            if (symbols[i] != 0)
            {
                suffixes[filled++] = i;
                characterCounts[symbols[i]] += weights[i];
                firsts[symbols[i]] = i;
            }
        }
        new SuffixSort(symbols, longest).Sort(suffixes, run.Threads);
        run.Cancellation.ThrowIfCancellationRequested();
        List<(long Score, int Order, int Start, int Length)> found = Repeated(symbols, suffixes, weights, longest);
        found.Sort((x, y) => x.Score != y.Score ? y.Score.CompareTo(x.Score) : x.Order != y.Order ? x.Order.CompareTo(y.Order) : x.Length.CompareTo(y.Length));
        List<Substring> seeds = [];
        for (int c = 1; c < characterCounts.Length; c++)
        {
            seeds.Add(new Substring(firsts[c], 1, characterCounts[c]));
        }
        foreach ((long score, _, int start, int length) in found)
        {
            if (seeds.Count >= most)
            {
                break;
            }
            seeds.Add(new Substring(start, length, score));
        }
        return seeds;
    }

    /// <summary>Walks the sorted suffixes with a stack of the substrings that the current one begins with; each is done when it is not a beginning any more.</summary>
    private static List<(long Score, int Order, int Start, int Length)> Repeated(int[] symbols, int[] suffixes, CountOf weights, int longest)
    {
        List<(long Score, int Order, int Start, int Length)> found = [];
        Stack<(int Depth, int First, long Weight)> open = [];
        for (int i = 0; i < suffixes.Length; i++)
        {
            int depth = Length(symbols, suffixes[i], longest);
            long weight = weights[suffixes[i]];
            if (open.TryPeek(out (int Depth, int First, long Weight) top) && top.Depth == depth)
            {
                open.Pop();
                open.Push((depth, top.First, top.Weight + weight));
            }
            else
            {
                open.Push((depth, i, weight));
            }
            int common = i + 1 < suffixes.Length ? Common(symbols, suffixes[i], suffixes[i + 1], longest) : 0;
            while (open.TryPeek(out top) && top.Depth > common)
            {
                open.Pop();
                if (top.Depth > 1 && top.Weight > 1)
                {
                    found.Add((top.Weight * top.Depth, top.First, suffixes[top.First], top.Depth));
                }
                if (open.TryPeek(out (int Depth, int First, long Weight) parent) && parent.Depth >= common)
                {
                    open.Pop();
                    open.Push((parent.Depth, parent.First, parent.Weight + top.Weight));
                }
                else if (common > 0)
                {
                    open.Push((common, top.First, top.Weight));
                }
            }
        }
        return found;
    }

    private static int Length(int[] symbols, int at, int longest)
    {
        int length = 0;
        while (length < longest && symbols[at + length] != 0)
        {
            length++;
        }
        return length;
    }

    private static int Common(int[] symbols, int x, int y, int longest)
    {
        int length = 0;
        while (length < longest && symbols[x + length] == symbols[y + length] && symbols[x + length] != 0)
        {
            length++;
        }
        return length;
    }

    /// <summary>How often the word around a position occurs.</summary>
    private sealed class CountOf
    {
        private readonly long[] _counts;
        private readonly int[] _wordOf;

        public CountOf(UnigramWords words)
        {
            _counts = words.Counts;
            _wordOf = new int[words.Symbols.Length];
            for (int w = 0; w < words.Count; w++)
            {
                _wordOf.AsSpan(words.Starts[w], words.Length(w)).Fill(w);
            }
        }

        public long this[int position] => _counts[_wordOf[position]];
    }
}
