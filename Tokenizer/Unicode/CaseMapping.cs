namespace PureLlm.Tokenizer.Unicode;

/// <summary>Lower case and case folding of single characters, by Unicode's simple mappings (no language's own rules).</summary>
internal static class CaseMapping
{
    private static readonly Lazy<(Dictionary<int, int> Lower, Dictionary<int, int[]> Folded)> Tables = new(Read);

    /// <summary>The lower-case form of a character, or the character itself. İ (U+0130), whose full mapping is two characters, gives its simple one, i.</summary>
    public static int ToLower(int character) =>
        character < 128 ? (uint)(character - 'A') <= 'Z' - 'A' ? character | 0x20 : character
        : Tables.Value.Lower.GetValueOrDefault(character, character);

    /// <summary>The characters with a lower-case form of their own.</summary>
    public static IEnumerable<int> Uppercase => Tables.Value.Lower.Keys;

    /// <summary>The set with every character that differs from a member only by case: k, K and the Kelvin sign.</summary>
    public static CharacterRanges CloseOverCase(CharacterRanges set)
    {
        List<int> more = [];
        foreach (int[] orbit in Tables.Value.Folded.Values)
        {
            if (orbit.Any(set.Contains))
            {
                more.AddRange(orbit);
            }
        }
        return more.Count == 0 ? set : set.Union(CharacterRanges.Of(more));
    }

    /// <summary>Every character that folds as this one does, itself included.</summary>
    public static IReadOnlyList<int> Orbit(int character) => OrbitOf.Value.TryGetValue(character, out int[]? orbit) ? orbit : [character];

    private static readonly Lazy<Dictionary<int, int[]>> OrbitOf = new(() =>
    {
        Dictionary<int, int[]> byMember = [];
        foreach (int[] orbit in Tables.Value.Folded.Values)
        {
            foreach (int member in orbit)
            {
                byMember[member] = orbit;
            }
        }
        return byMember;
    });

    /// <summary>Two lists of runs: (gap, count, stride, difference); see the generator.</summary>
    private static (Dictionary<int, int>, Dictionary<int, int[]>) Read()
    {
        int[] packed = PackedTable.Unpack(CaseData.Packed);
        int at = 0;
        Dictionary<int, int> lower = ReadRuns(packed, ref at);
        Dictionary<int, int[]> folded = ReadRuns(packed, ref at).GroupBy(m => m.Value, m => m.Key)
            .ToDictionary(group => group.Key, group => (int[])[group.Key, .. group]);
        return (lower, folded);
    }

    private static Dictionary<int, int> ReadRuns(int[] packed, ref int at)
    {
        Dictionary<int, int> mappings = [];
        int first = 0;
        for (int runs = packed[at++]; runs > 0; runs--, at += 4)
        {
            first += packed[at];
            for (int i = 0; i < packed[at + 1]; i++)
            {
                int from = first + (i * packed[at + 2]);
                mappings[from] = from + packed[at + 3];
            }
        }
        return mappings;
    }
}
