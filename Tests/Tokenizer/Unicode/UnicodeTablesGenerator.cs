using System.Globalization;
using System.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tests.Tokenizer.Unicode;

/// <summary>Writes the generated Unicode tables from the Unicode Character Database, a folder that the variable PURELLM_UCD names.</summary>
/// <remarks>
/// The database may be newer than the tables: a character that the run time's Unicode version (16.0) does not know is left out, so that
/// categories and tables speak of one version. Case mappings are those of the whole database (17.0). The files needed are UnicodeData, CompositionExclusions, CaseFolding, DerivedAge,
/// PropList, Scripts and PropertyValueAliases.
/// </remarks>
[Explicit("writes source files from the Unicode Character Database")]
public class UnicodeTablesGenerator
{
    private static readonly string Folder = Environment.GetEnvironmentVariable("PURELLM_UCD") ?? "";

    [Test]
    public void Write_the_tables()
    {
        string target = Path.Combine(Root(), "Tokenizer", "Unicode");
        Save(target, "NormalizationData", "Combining classes and decompositions; see NormalizationTable for the layout. Unicode 16.0.", Normalization());
        Save(target, "CaseData", "Simple lower-case mappings and simple case folding; see CaseMapping for the layout. Unicode 17.0 and 16.0.", Case());
        Save(target, "AgeData", "Characters that versions after 8.0 added; see CharacterAge for the layout. Unicode 16.0.", Ages());
        Save(target, "PropertyData", "Alphabetic, lower-case and upper-case characters of other categories; see UnicodeSets for the layout. Unicode 16.0.", Properties());
        Save(target, "ScriptData", "Ranges of characters by script; see Scripts for the layout. Unicode 16.0.", Scripts(out string[] names), names);
        Assert.That(File.Exists(Path.Combine(target, "ScriptData.cs")), Is.True);
    }

    /// <summary>Classes: count, then (gap, length, class). Decompositions: count, then (gap, head, code points less the key); head = length·4 + excluded·2 + compatibility.</summary>
    private static List<int> Normalization()
    {
        HashSet<int> excluded = [.. Lines("CompositionExclusions").Select(l => int.Parse(l[0], NumberStyles.HexNumber))];
        List<(int First, int Last, int Value)> classes = [];
        List<int> entries = [];
        int count = 0, last = 0;
        foreach (string[] f in Lines("UnicodeData"))
        {
            int c = int.Parse(f[0], NumberStyles.HexNumber);
            if (!Known(c))
            {
                continue;
            }
            Append(classes, c, int.Parse(f[3]));
            if (f[5].Length == 0)
            {
                continue;
            }
            bool compatibility = f[5][0] == '<';
            int[] parts = [.. f[5].Split(' ').Where(p => p[0] != '<').Select(p => int.Parse(p, NumberStyles.HexNumber))];
            entries.AddRange([c - last, (parts.Length << 2) | (excluded.Contains(c) ? 2 : 0) | (compatibility ? 1 : 0), .. parts.Select(p => p - c)]);
            last = c;
            count++;
        }
        return [.. Pack(classes), count, .. entries];
    }

    /// <summary>Two lists, lower case and folding: count, then runs of mappings with one difference and one stride (gap, count, stride, difference).</summary>
    private static List<int> Case() =>
    [
        .. Runs(Lines("UnicodeData").Where(f => f[13].Length > 0).Select(f => (int.Parse(f[0], NumberStyles.HexNumber), int.Parse(f[13], NumberStyles.HexNumber)))),
        .. Runs(Lines("CaseFolding").Where(f => f[1] is "C" or "S").Select(f => (int.Parse(f[0], NumberStyles.HexNumber), int.Parse(f[2], NumberStyles.HexNumber))).Where(m => Known(m.Item1) && Known(m.Item2))),
    ];

    /// <summary>Count, then (gap, length, major version), where 11 stands for every version from there on.</summary>
    private static List<int> Ages()
    {
        Dictionary<int, int> ages = [];
        foreach (string[] f in Lines("DerivedAge"))
        {
            string[] ends = f[0].Split("..");
            for (int c = int.Parse(ends[0], NumberStyles.HexNumber); c <= int.Parse(ends[^1], NumberStyles.HexNumber); c++)
            {
                ages[c] = Math.Min(11, int.Parse(f[1].Split('.')[0]));
            }
        }
        List<(int First, int Last, int Value)> values = [];
        for (int c = 0; c < 0x110000; c++)
        {
            int age = Known(c) ? ages.GetValueOrDefault(c, 11) : 0;
            Append(values, c, age > 8 ? age : 0);
        }
        return Pack(values);
    }

    /// <summary>Three lists: Other_Alphabetic, Other_Lowercase, Other_Uppercase; count, then (gap, length, 1).</summary>
    private static List<int> Properties()
    {
        List<int> numbers = [];
        foreach (string name in new[] { "Other_Alphabetic", "Other_Lowercase", "Other_Uppercase" })
        {
            List<(int First, int Last, int Value)> values = [];
            foreach (string[] f in Lines("PropList").Where(f => f[1] == name))
            {
                string[] ends = f[0].Split("..");
                for (int c = int.Parse(ends[0], NumberStyles.HexNumber); c <= int.Parse(ends[^1], NumberStyles.HexNumber); c++)
                {
                    Append(values, c, Known(c) ? 1 : 0);
                }
            }
            numbers.AddRange(Pack(values));
        }
        return numbers;
    }

    /// <summary>Count, then (gap, length, number of the script).</summary>
    private static List<int> Scripts(out string[] names)
    {
        Dictionary<string, string> shortNames = Lines("PropertyValueAliases").Where(f => f[0] == "sc").ToDictionary(f => f[2], f => f[1]);
        List<(int First, int Last, string Name)> ranges = [];
        foreach (string[] f in Lines("Scripts"))
        {
            string[] ends = f[0].Split("..");
            int first = int.Parse(ends[0], NumberStyles.HexNumber);
            for (int c = first; c <= int.Parse(ends[^1], NumberStyles.HexNumber); c++)
            {
                if (Known(c))
                {
                    ranges.Add((c, c, f[1]));
                }
            }
        }
        string[] used = [.. ranges.Select(r => r.Name).Distinct().Order(StringComparer.Ordinal)];
        List<(int First, int Last, int Value)> values = [];
        foreach ((int c, _, string name) in ranges.OrderBy(r => r.First))
        {
            Append(values, c, Array.IndexOf(used, name) + 1);
        }
        names = [.. used.Select(n => $"{n} {shortNames[n]}")];
        return Pack(values);
    }

    private static bool Known(int c) => !Rune.IsValid(c) || Rune.GetUnicodeCategory(new Rune(c)) != UnicodeCategory.OtherNotAssigned;

    private static void Append(List<(int First, int Last, int Value)> ranges, int c, int value)
    {
        if (value == 0)
        {
            return;
        }
        if (ranges.Count > 0 && ranges[^1].Last == c - 1 && ranges[^1].Value == value)
        {
            ranges[^1] = ranges[^1] with { Last = c };
        }
        else
        {
            ranges.Add((c, c, value));
        }
    }

    private static List<int> Pack(List<(int First, int Last, int Value)> ranges)
    {
        List<int> numbers = [ranges.Count];
        int last = 0;
        foreach ((int first, int end, int value) in ranges)
        {
            numbers.AddRange([first - last, end - first + 1, value]);
            last = end;
        }
        return numbers;
    }

    private static List<int> Runs(IEnumerable<(int From, int To)> mappings)
    {
        List<(int First, int Count, int Stride, int Difference)> runs = [];
        foreach ((int from, int to) in mappings.OrderBy(m => m.From))
        {
            if (runs.Count > 0 && runs[^1] is var run && run.Difference == to - from
                && (run.Count == 1 ? from - run.First <= 2 : from == run.First + (run.Count * run.Stride)))
            {
                runs[^1] = run with { Count = run.Count + 1, Stride = run.Count == 1 ? from - run.First : run.Stride };
            }
            else
            {
                runs.Add((from, 1, 1, to - from));
            }
        }
        List<int> numbers = [runs.Count];
        int last = 0;
        foreach ((int first, int count, int stride, int difference) in runs)
        {
            numbers.AddRange([first - last, count, stride, difference]);
            last = first;
        }
        return numbers;
    }

    private static IEnumerable<string[]> Lines(string file) =>
        File.ReadLines(Path.Combine(Folder, file + ".txt")).Select(l => l.Split('#')[0].Trim()).Where(l => l.Length > 0)
            .Select(l => l.Split(';', StringSplitOptions.TrimEntries));

    private static void Save(string folder, string name, string summary, List<int> numbers, string[]? names = null)
    {
        var text = new StringBuilder();
        text.Append("// Written by UnicodeTablesGenerator from the Unicode Character Database; do not edit.\n");
        text.Append("namespace PureLlm.Tokenizer.Unicode;\n\n");
        text.Append($"/// <summary>{summary}</summary>\ninternal static class {name}\n{{\n");
        if (names is not null)
        {
            text.Append("    /// <summary>Long and short name of each script; the first is number 1.</summary>\n    public const string Names =\n");
            text.Append(string.Join(" +\n", names.Chunk(8).Select(c => $"        \"{string.Join(';', c)};\""))).Append(";\n\n");
        }
        text.Append("    public const string Packed =\n");
        text.Append(string.Join(" +\n", PackedTable.Pack(numbers).Chunk(128).Select(c => $"        \"{new string(c)}\""))).Append(";\n}\n");
        File.WriteAllText(Path.Combine(folder, name + ".cs"), text.ToString());
    }

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "PureLlm.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }
        return folder ?? throw new InvalidOperationException("the test does not run inside the repository");
    }
}
