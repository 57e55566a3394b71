using System.Text;
using System.Text.RegularExpressions;

namespace PureLlm.Cli.Web.Export;

/// <summary>ES modules as one classic script, for a page that is opened from a file, where browsers refuse to load modules.</summary>
/// <remarks>Understands what our own modules use: <c>import { a, b as c } from "./x.js"</c>, <c>import * as x from "./x.js"</c>, and <c>export</c> before a declaration
/// or as a list. Each module becomes a function that runs once; cycles are refused.</remarks>
internal static partial class ModuleBundle
{
    /// <summary>The script that runs <paramref name="entry"/>.</summary>
    /// <param name="entry">Name of the first module: "app.js".</param>
    /// <param name="read">The source of a module by name.</param>
    /// <exception cref="InvalidOperationException">A module imports itself in a circle, or in a way that is not understood.</exception>
    public static string Create(string entry, Func<string, string> read)
    {
        var script = new StringBuilder("\"use strict\";\nconst $modules = {};\n");
        Add(entry, [], []);
        return script.ToString();

        void Add(string name, HashSet<string> done, List<string> above)
        {
            if (done.Contains(name)) { return; }
            if (above.Contains(name)) { throw new InvalidOperationException($"modules import each other in a circle: {string.Join(" → ", above)} → {name}."); }
            string source = read(name);
            above.Add(name);
            foreach (Match import in Import().Matches(source)) { Add(NameOf(import), done, above); }
            above.RemoveAt(above.Count - 1);
            script.Append(Module(name, source));
            done.Add(name);
        }
    }

    private static string Module(string name, string source)
    {
        List<string> exports = [];
        source = Import().Replace(source, import =>
        {
            string from = $"$modules[\"{NameOf(import)}\"]";
            if (import.Groups["all"].Success) { return $"const {import.Groups["all"].Value} = {from};"; }
            return import.Groups["names"].Success ? $"const {{ {import.Groups["names"].Value.Trim().Replace(" as ", ": ", StringComparison.Ordinal)} }} = {from};" : "";
        });
        source = Declaration().Replace(source, export =>
        {
            exports.Add(export.Groups["name"].Value);
            return export.Groups["declaration"].Value;
        });
        source = ExportList().Replace(source, export =>
        {
            exports.AddRange(export.Groups["names"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(item => item.Split(" as ") is [string inner, string outer] ? $"{outer}: {inner}" : item));
            return "";
        });
        if (Leftover().Match(source) is { Success: true } left) { throw new InvalidOperationException($"{name}: '{left.Value.Trim()}' is a form of import or export that the export does not bundle; use named ones."); }
        return $"$modules[\"{name}\"] = (() => {{\n{source}\nreturn {{ {string.Join(", ", exports)} }};\n}})();\n";
    }

    private static string NameOf(Match import) => import.Groups["from"].Value;

    [GeneratedRegex("""^import\s+(?:\{(?<names>[^}]*)\}\s+from\s+|\*\s+as\s+(?<all>\w+)\s+from\s+)?["']\./(?<from>[\w./-]+)["'];?""", RegexOptions.Multiline)]
    private static partial Regex Import();

    [GeneratedRegex(@"^export\s+(?<declaration>(?:async\s+)?(?:function\*?|const|let|class)\s+(?<name>[\w$]+))", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^export\s+\{(?<names>[^}]*)\};?", RegexOptions.Multiline)]
    private static partial Regex ExportList();

    [GeneratedRegex(@"^(?:import|export)\b.*$", RegexOptions.Multiline)]
    private static partial Regex Leftover();
}
