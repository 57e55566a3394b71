using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using PureLlm.Autograd;
using PureLlm.Autograd.Inspection;

namespace PureLlm.Cli.Rendering;

/// <summary>An operation in words: its formula and shapes from the documentation beside the assembly, and the examples that its gradient is checked with.</summary>
internal static partial class OperationText
{
    /// <summary>Names of all operations: "rms_norm".</summary>
    public static IEnumerable<string> Names => OpCatalog.Examples.Select(item => NameOf(item.Declarer)).Distinct();

    /// <summary>The text of an operation by name ("rms_norm", "RmsNorm"), or null where there is none.</summary>
    public static string? Explain(string name)
    {
        (Type Declarer, OpExample Example)[] found = [.. OpCatalog.Examples.Where(item => NameOf(item.Declarer).Equals(name, StringComparison.OrdinalIgnoreCase) || item.Declarer.Name.Equals(name, StringComparison.OrdinalIgnoreCase))];
        if (found.Length == 0)
        {
            return null;
        }
        Type type = found[0].Declarer;
        XElement? documentation = Documentation(type);
        List<string> lines = [$"{NameOf(type)}  an operation on the tape ({type.Name}.cs)", ""];
        lines.AddRange(new[] { "summary", "remarks" }.Select(part => documentation?.Element(part)).OfType<XElement>().Select(part => Paragraph.Wrap(Text(part)) + "\n"));
        lines.Add($"its gradient is checked on inputs of {string.Join("; ", found.Select(item => $"{string.Join(" ", item.Example.Inputs)}{(item.Example.Label.Length > 0 ? $" ({item.Example.Label})" : "")}"))}");
        lines.Add($"run the check: pure-llm gradcheck {NameOf(type)}");
        return string.Join('\n', lines) + "\n";
    }

    private static string NameOf(Type type) => Humps().Replace(type.Name, "_$0").ToLowerInvariant();

    private static XElement? Documentation(Type type)
    {
        string file = Path.Combine(AppContext.BaseDirectory, $"{type.Assembly.GetName().Name}.xml");
        try
        {
            return XDocument.Load(file).Descendants("member").FirstOrDefault(member => (string?)member.Attribute("name") == $"T:{type.FullName}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or XmlException)
        {
            return null; // published without its documentation: the examples still tell the shapes
        }
    }

    private static string Text(XElement element)
    {
        foreach (XElement reference in element.Descendants().Where(inner => inner.Attribute("cref") is not null || inner.Attribute("name") is not null).ToList())
        {
            string target = (string?)reference.Attribute("cref") ?? (string)reference.Attribute("name")!;
            reference.ReplaceWith(target[(target.LastIndexOfAny(['.', ':']) + 1)..]);
        }
        return Spaces().Replace(element.Value, " ").Trim();
    }

    [GeneratedRegex("(?<=[a-z0-9])[A-Z]")]
    private static partial Regex Humps();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
