namespace PureLlm.Tokenizer.Unicode;

/// <summary>Combining classes, decompositions and compositions of characters (Unicode Standard Annex 15).</summary>
internal sealed class NormalizationTable
{
    // The arithmetic of Hangul syllables: leading consonant, vowel, optional trailing consonant.
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28, SyllableCount = LeadCount * VowelCount * TrailCount;

    private static readonly Lazy<NormalizationTable> LazyLatest = new(() => new(PackedTable.Unpack(NormalizationData.Packed), CharacterRanges.Empty));
    private static readonly Lazy<NormalizationTable> LazyPublished = new(() => new(PackedTable.Unpack(NormalizationData.Packed), CharacterAge.AddedAfter(9)));

    private readonly Record[] _records;
    private readonly ushort[] _pages = new ushort[0x110000 >> 8];
    private readonly ushort[] _recordOf;
    private readonly Dictionary<(int First, int Second), int> _compositions = [];

    private NormalizationTable(int[] packed, CharacterRanges unknown)
    {
        int at = 0;
        Dictionary<int, Record> records = ReadClasses(packed, ref at, unknown);
        HashSet<int> second = [.. Enumerable.Range(VowelBase, VowelCount), .. Enumerable.Range(TrailBase + 1, TrailCount - 1)];
        Dictionary<int, (int[] Parts, bool Compatibility)> mappings = ReadMappings(packed, at, unknown, (key, parts) =>
        {
            if (Class(parts[0]) == 0 && Class(key) == 0)
            {
                _compositions[(parts[0], parts[1])] = key;
                second.Add(parts[1]);
            }
        });
        foreach ((int c, (int[] parts, bool compatibility)) in mappings)
        {
            records.TryAdd(c, new Record());
            int[] full = Expand(c, compatible: false);
            records[c].Canonical = compatibility ? null : full;
            int[] compatible = Expand(c, compatible: true);
            records[c].Compatible = compatibility || !compatible.AsSpan().SequenceEqual(full) ? compatible : null;
        }
        foreach (int c in second)
        {
            records.TryAdd(c, new Record());
            records[c].ComposesBackward = true;
        }
        foreach ((int c, Record record) in records)
        {
            record.StableUnderComposition = record.Class == 0 && !record.ComposesBackward
                && (record.Canonical is null || (Recomposes(c) && !second.Contains(record.Canonical[0])));
        }
        (_records, _recordOf) = Lay(records);

        byte Class(int c) => records.TryGetValue(c, out Record? record) ? record.Class : (byte)0;

        bool Recomposes(int c) => mappings[c].Parts is [int first, int next] && _compositions.TryGetValue((first, next), out int whole) && whole == c;

        int[] Expand(int c, bool compatible) =>
            mappings.TryGetValue(c, out var mapping) && (compatible || !mapping.Compatibility)
                ? [.. mapping.Parts.SelectMany(p => Expand(p, compatible))] : [c];
    }

    /// <summary>The table of Unicode 16.0, read on first use.</summary>
    public static NormalizationTable Latest => LazyLatest.Value;

    /// <summary>The table of Unicode 9.0, which the published tokenizers were built with.</summary>
    public static NormalizationTable Published => LazyPublished.Value;

    /// <summary>What the table says about a character; the empty record for most.</summary>
    public Record this[int character] =>
        character >= 0x110000 ? _records[0] : _records[_recordOf[(_pages[character >> 8] << 8) + (character & 255)]];

    /// <summary>The primary composite of two characters, or −1.</summary>
    public int Compose(int first, int second)
    {
        int lead = first - LeadBase, vowel = second - VowelBase;
        if ((uint)lead < LeadCount && (uint)vowel < VowelCount)
        {
            return SyllableBase + (((lead * VowelCount) + vowel) * TrailCount);
        }
        int syllable = first - SyllableBase, trail = second - TrailBase;
        if ((uint)syllable < SyllableCount && syllable % TrailCount == 0 && trail is > 0 and < TrailCount)
        {
            return first + trail;
        }
        return _compositions.GetValueOrDefault((first, second), -1);
    }

    /// <summary>True for a Hangul syllable, which decomposes by arithmetic.</summary>
    public static bool IsSyllable(int character) => (uint)(character - SyllableBase) < SyllableCount;

    /// <summary>The parts of a Hangul syllable, or none; written to <paramref name="parts"/>, and counted.</summary>
    public static int DecomposeHangul(int character, Span<int> parts)
    {
        int syllable = character - SyllableBase;
        if ((uint)syllable >= SyllableCount)
        {
            return 0;
        }
        parts[0] = LeadBase + (syllable / (VowelCount * TrailCount));
        parts[1] = VowelBase + (syllable / TrailCount % VowelCount);
        parts[2] = TrailBase + (syllable % TrailCount);
        return syllable % TrailCount == 0 ? 2 : 3;
    }

    /// <summary>Combining classes: count, then (gap, length, class).</summary>
    private static Dictionary<int, Record> ReadClasses(int[] packed, ref int at, CharacterRanges unknown)
    {
        Dictionary<int, Record> records = [];
        int last = 0;
        for (int count = packed[at++]; count > 0; count--, at += 3)
        {
            int first = last + packed[at];
            last = first + packed[at + 1] - 1;
            for (int c = first; c <= last; c++)
            {
                if (!unknown.Contains(c))
                {
                    records[c] = new Record { Class = (byte)packed[at + 2] };
                }
            }
        }
        return records;
    }

    /// <summary>Decompositions: count, then (gap, head, code points less the key); head = length·4 + excluded from composition·2 + compatibility.</summary>
    private static Dictionary<int, (int[] Parts, bool Compatibility)> ReadMappings(int[] packed, int at, CharacterRanges unknown, Action<int, int[]> pair)
    {
        Dictionary<int, (int[], bool)> mappings = [];
        int key = 0;
        for (int count = packed[at++]; count > 0; count--)
        {
            key += packed[at++];
            int head = packed[at++];
            int[] parts = packed[at..(at + (head >> 2))];
            at += parts.Length;
            if (unknown.Contains(key))
            {
                continue;
            }
            foreach (ref int part in parts.AsSpan())
            {
                part += key;
            }
            mappings[key] = (parts, (head & 1) != 0);
            if (parts.Length == 2 && (head & 3) == 0)
            {
                pair(key, parts);
            }
        }
        return mappings;
    }

    /// <summary>Lays the records out in pages of 256 characters; page 0 is the one that says nothing.</summary>
    private (Record[], ushort[]) Lay(Dictionary<int, Record> records)
    {
        List<Record> list = [new Record { StableUnderComposition = true }];
        List<ushort> recordOf = [.. new ushort[256]];
        foreach ((int c, Record record) in records)
        {
            if (_pages[c >> 8] == 0)
            {
                _pages[c >> 8] = (ushort)(recordOf.Count >> 8);
                recordOf.AddRange(new ushort[256]);
            }
            recordOf[(_pages[c >> 8] << 8) + (c & 255)] = (ushort)list.Count;
            list.Add(record);
        }
        return ([.. list], [.. recordOf]);
    }

    /// <summary>What normalization knows of a character.</summary>
    internal sealed class Record
    {
        /// <summary>The canonical combining class; 0 for what starts a sequence.</summary>
        public byte Class { get; init; }

        /// <summary>The full canonical decomposition, or null.</summary>
        public int[]? Canonical { get; set; }

        /// <summary>The full compatibility decomposition where it differs from the canonical one, or null.</summary>
        public int[]? Compatible { get; set; }

        /// <summary>True where the character can compose with one before it.</summary>
        public bool ComposesBackward { get; set; }

        /// <summary>True where canonical composition neither changes the character nor joins it to one before it.</summary>
        public bool StableUnderComposition { get; set; }
    }
}
