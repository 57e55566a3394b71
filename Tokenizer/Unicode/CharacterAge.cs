namespace PureLlm.Tokenizer.Unicode;

/// <summary>Which version of Unicode added a character, as far as tokenizers that were built on older versions ask.</summary>
internal static class CharacterAge
{
    private static readonly Lazy<(int Gap, int Length, int Version)[]> Ranges = new(Read);

    /// <summary>The characters that a version after 8, 9 or 10 added.</summary>
    public static CharacterRanges AddedAfter(int version)
    {
        List<int> pairs = [];
        int last = 0;
        foreach ((int gap, int length, int added) in Ranges.Value)
        {
            int first = last + gap;
            last = first + length - 1;
            if (added <= version)
            {
                continue;
            }
            if (pairs.Count > 0 && pairs[^1] == first - 1)
            {
                pairs[^1] = last;
            }
            else
            {
                pairs.AddRange([first, last]);
            }
        }
        return CharacterRanges.OfPairs([.. pairs]);
    }

    /// <summary>Count, then (gap, length, version); see the generator.</summary>
    private static (int, int, int)[] Read()
    {
        int[] packed = PackedTable.Unpack(AgeData.Packed);
        return [.. Enumerable.Range(0, packed[0]).Select(i => (packed[1 + (3 * i)], packed[2 + (3 * i)], packed[3 + (3 * i)]))];
    }
}
