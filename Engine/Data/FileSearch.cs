using System.Text.RegularExpressions;
using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Data;

/// <summary>Finds the files that data.source names: paths, and patterns with * and ? in the file name or ** for any folders.</summary>
public static class FileSearch
{
    /// <summary>The files of all patterns, each once, in the patterns' order and by name within one.</summary>
    /// <exception cref="DataException">A pattern matches nothing.</exception>
    public static IReadOnlyList<string> Expand(IEnumerable<string> patterns, string? folder = null)
    {
        string root = Path.GetFullPath(folder ?? ".");
        List<string> files = [];
        foreach (string pattern in patterns)
        {
            string[] found = [.. Find(pattern, root).Order(StringComparer.Ordinal)];
            if (found.Length == 0)
            {
                throw new DataException("D001", $"data.source matched no files: \"{pattern}\" (looked in {root}). {Suggestion(pattern, root)}No data yet? Use source = \"stories\".");
            }
            files.AddRange(found.Where(f => !files.Contains(f)));
        }
        return files;
    }

    private static IEnumerable<string> Find(string pattern, string root)
    {
        string path = Path.Combine(root, pattern);
        if (File.Exists(path))
        {
            return [path];
        }
        if (pattern.AsSpan().IndexOfAny("*?") < 0)
        {
            return [];
        }
        string[] parts = pattern.Replace('\\', '/').Split('/');
        int fixedParts = parts.TakeWhile(p => p.AsSpan().IndexOfAny("*?") < 0).Count();
        string start = Path.Combine(root, fixedParts == 0 ? "." : string.Join('/', parts.Take(fixedParts)) + "/");
        if (!Directory.Exists(start))
        {
            return [];
        }
        string[] rest = parts[fixedParts..];
        var matcher = new Regex("^" + string.Join("", rest.Select((p, i) => p == "**" ? "(?:.*/)?" : Part(p) + (i < rest.Length - 1 ? "/" : ""))) + "$");
        SearchOption depth = rest.Length > 1 ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly;
        return Directory.EnumerateFiles(start, "*", depth)
            .Where(f => matcher.IsMatch(Path.GetRelativePath(start, f).Replace('\\', '/')))
            .Select(Path.GetFullPath);
    }

    private static string Part(string glob) => Regex.Escape(glob).Replace(@"\*", "[^/]*").Replace(@"\?", "[^/]");

    /// <summary>The first missing folder or file of a pattern, against what is there.</summary>
    private static string Suggestion(string pattern, string root)
    {
        if (Directory.Exists(Path.Combine(root, pattern)))
        {
            return $"\"{pattern}\" is a folder: did you mean \"{pattern.TrimEnd('/', '\\')}/*.txt\"? ";
        }
        string[] parts = pattern.Replace('\\', '/').Split('/');
        string at = pattern.StartsWith('/') ? "/" : root;
        for (int i = pattern.StartsWith('/') ? 1 : 0; i < parts.Length; i++)
        {
            bool last = i == parts.Length - 1;
            if (!last && Directory.Exists(Path.Combine(at, parts[i])))
            {
                at = Path.Combine(at, parts[i]);
                continue;
            }
            IEnumerable<string> there = (last ? Directory.EnumerateFiles(at) : Directory.EnumerateDirectories(at)).Select(p => Path.GetFileName(p)!);
            if (Spelling.Nearest(parts[i], there) is not { } near)
            {
                return "";
            }
            string corrected = string.Join('/', [.. parts[..i], near, .. parts[(i + 1)..]]);
            return $"A {(last ? "file" : "folder")} '{near}' exists: did you mean \"{corrected}\"? ";
        }
        return "";
    }
}
