using System.Collections.Concurrent;
using System.Reflection;
using PureLlm.Kernels;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>The source files that are embedded in the assemblies under their paths in the repository, and places in them found by a marker.</summary>
/// <remarks>A marker is a piece of a line that is in the file once: "void Backward(". Line numbers are found, never written down, so they cannot grow stale.</remarks>
public static class SourceFiles
{
    /// <summary>Lines of a place that are shown; longer ones end with "…".</summary>
    public const int Longest = 24;

    private static readonly ConcurrentDictionary<(Assembly, string), string[]> Files = new();
    private static readonly ConcurrentDictionary<(Assembly, string, string, int), SourcePlace> Places = new();

    /// <summary>The method (or type) whose head holds the marker, to its end.</summary>
    /// <exception cref="ArgumentException">The file is not embedded, or the marker is not in it exactly once.</exception>
    public static SourcePlace Method(string path, string marker) => Method(Home(path), path, marker);

    /// <summary>The same in another assembly.</summary>
    public static SourcePlace Method(Assembly assembly, string path, string marker) => Places.GetOrAdd((assembly, path, marker, 0), static key =>
    {
        string[] lines = Read(key.Item1, key.Item2);
        int first = Find(lines, key.Item2, key.Item3);
        return Cut(lines, key.Item2, first, End(lines, first));
    });

    /// <summary>Some lines from the marker on.</summary>
    /// <exception cref="ArgumentException">The file is not embedded, or the marker is not in it exactly once.</exception>
    public static SourcePlace Lines(string path, string marker, int count = 1) => Lines(Home(path), path, marker, count);

    /// <summary>The same in another assembly.</summary>
    public static SourcePlace Lines(Assembly assembly, string path, string marker, int count = 1) => Places.GetOrAdd((assembly, path, marker, count), static key =>
    {
        string[] lines = Read(key.Item1, key.Item2);
        int first = Find(lines, key.Item2, key.Item3);
        return Cut(lines, key.Item2, first, Math.Min(lines.Length, first + key.Item4));
    });

    /// <summary>All lines of an embedded file.</summary>
    /// <exception cref="ArgumentException">It is not embedded.</exception>
    public static IReadOnlyList<string> Read(string path) => Read(Home(path), path);

    private static Assembly Home(string path) => path.StartsWith("Kernels/", StringComparison.Ordinal) ? typeof(Backend).Assembly : typeof(Op).Assembly;

    private static string[] Read(Assembly assembly, string path) => Files.GetOrAdd((assembly, path), static key =>
    {
        using Stream stream = key.Item1.GetManifestResourceStream(key.Item2)
            ?? throw new ArgumentException($"'{key.Item2}' is not embedded in {key.Item1.GetName().Name}; its project file lists what is.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n").Split('\n');
    });

    private static int Find(string[] lines, string path, string marker)
    {
        int[] found = [.. Enumerable.Range(0, lines.Length).Where(i => lines[i].Contains(marker, StringComparison.Ordinal))];
        return found.Length == 1 ? found[0] : throw new ArgumentException(
            $"{path}: the marker '{marker}' is in {found.Length} lines{(found.Length > 0 ? $" ({string.Join(", ", found.Select(i => i + 1))})" : "")}; it must be in exactly one.");
    }

    /// <summary>The line after the one where the braces that open from <paramref name="first"/> on are closed, or where a statement without braces ends.</summary>
    private static int End(string[] lines, int first)
    {
        int depth = 0;
        for (int i = first; i < lines.Length; i++)
        {
            string code = lines[i].Split("//")[0].TrimEnd();
            int before = depth;
            foreach (char letter in code) { depth += letter == '{' ? 1 : letter == '}' ? -1 : 0; }
            if (depth == 0 && (code.EndsWith(';') || (code.EndsWith('}') && (before > 0 || code.Contains('{'))))) { return i + 1; }
        }
        return lines.Length;
    }

    private static SourcePlace Cut(string[] lines, string path, int first, int end)
    {
        string[] text = lines[first..Math.Min(end, first + Longest)];
        int indent = text.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart().Length);
        IEnumerable<string> shown = text.Select(line => line.Length >= indent ? line[indent..] : "");
        return new SourcePlace(path, first + 1, [.. end > first + Longest ? shown.Append("…") : shown]);
    }
}
