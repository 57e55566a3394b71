namespace PureLlm.Tokenizer.Unicode;

/// <summary>Scripts of characters: Latin, Han, Arabic … (the property Script, not its extensions).</summary>
internal static class Scripts
{
    private static readonly Lazy<(int First, int Last, int Script)[]> Ranges = new(Read);
    private static readonly string[][] NamePairs = [.. ScriptData.Names.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split(' '))];

    /// <summary>The number of a script by its long or short name in any case, with or without separators; 0 where there is none.</summary>
    public static int Find(string name)
    {
        string plain = Plain(name);
        return 1 + Array.FindIndex(NamePairs, pair => Plain(pair[0]) == plain || Plain(pair[1]) == plain);

        static string Plain(string text) => text.Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
    }

    /// <summary>The number of a character's script; 0 for characters without one.</summary>
    public static int Of(int character)
    {
        (int First, int Last, int Script)[] ranges = Ranges.Value;
        int low = 0, high = ranges.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (character < ranges[middle].First)
            {
                high = middle - 1;
            }
            else if (character > ranges[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return ranges[middle].Script;
            }
        }
        return 0;
    }

    /// <summary>The characters of a script.</summary>
    public static CharacterRanges Members(int script) =>
        CharacterRanges.OfPairs([.. Ranges.Value.Where(r => r.Script == script).SelectMany(r => new[] { r.First, r.Last })]);

    /// <summary>Count, then (gap, length, script); see the generator.</summary>
    private static (int, int, int)[] Read()
    {
        int[] packed = PackedTable.Unpack(ScriptData.Packed);
        var ranges = new (int, int, int)[packed[0]];
        int last = 0;
        for (int i = 0, at = 1; i < ranges.Length; i++, at += 3)
        {
            int first = last + packed[at];
            last = first + packed[at + 1] - 1;
            ranges[i] = (first, last, packed[at + 2]);
        }
        return ranges;
    }
}
