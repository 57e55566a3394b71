using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using PureLlm.Autograd;
using PureLlm.Autograd.Inspection;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Kernels;

namespace PureLlm.Cli.Rendering;

/// <summary>An operation in words: its documentation, its formulas forward and backward, the lines that compute them, and the examples that its gradient is checked with.</summary>
internal static partial class OperationText
{
    /// <summary>Names of all operations: "rms_norm", "silu", and of their families: "map".</summary>
    public static IEnumerable<string> Names(Backend backend) =>
        OpCatalog.Examples.SelectMany(item => new[] { item.Example.Op(backend).Name, NameOf(item.Declarer) }).Distinct();

    /// <summary>The text of an operation by name ("rms_norm", "RmsNorm", "silu"), or null where there is none.</summary>
    /// <param name="name">Of the operation or its class.</param>
    /// <param name="backend">Runs an example of it, from which the formulas are taken.</param>
    public static string? Explain(string name, Backend backend)
    {
        var all = OpCatalog.Examples.Select(item => (item.Declarer, item.Example, Op: item.Example.Op(backend))).ToList();
        var found = all.Where(item => Is(item.Op.Name)).ToList();
        if (found.Count == 0) { found = all.Where(item => Is(NameOf(item.Declarer)) || Is(item.Declarer.Name)).ToList(); }
        if (found.Count == 0) { return null; }

        Type type = found[0].Op.GetType().IsGenericType ? found[0].Op.GetType().GetGenericTypeDefinition() : found[0].Op.GetType();
        string[] family = [.. found.Select(item => item.Op.Name).Distinct()];
        string title = family.Length == 1 ? family[0] : NameOf(found[0].Declarer);
        XElement? documentation = Documentation(type);
        List<string> lines = [$"{title}  an operation on the tape ({ClassOf(type)}.cs)", ""];
        lines.AddRange(new[] { "summary", "remarks" }.Select(part => documentation?.Element(part)).OfType<XElement>().Select(part => Paragraph.Wrap(Text(part)) + "\n"));
        if (family.Length > 1) { lines.Add($"each of them: pure-llm explain {string.Join(", ", family)}\n"); }
        lines.AddRange(Formulas(found[0].Op, found[0].Example, backend));
        lines.Add("");
        IEnumerable<string> examples = found.Select(item => $"{string.Join(" ", item.Example.Inputs)}{(item.Example.Label.Length > 0 ? $" ({item.Example.Label})" : "")}").Distinct();
        lines.Add($"its gradient is checked on inputs of {string.Join("; ", examples)}");
        lines.Add($"run the check: pure-llm gradcheck {family[0]}");
        return string.Join('\n', lines) + "\n";

        bool Is(string other) => other.Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Forward and backward, and where each gradient is computed.</summary>
    private static IEnumerable<string> Formulas(Op op, OpExample example, Backend backend)
    {
        using TensorBuffer memory = backend.Allocate(2 * example.Inputs.Sum(shape => shape.Length));
        backend.Fill(new View(memory, 0, memory.Length), 0.5f);
        List<Tensor> inputs = [];
        int offset = 0;
        foreach (Shape shape in example.Inputs)
        {
            bool isConstant = example.Constants?.Contains(inputs.Count) == true;
            inputs.Add(new Tensor($"input{inputs.Count}", shape, new View(memory, offset, shape.Length), isConstant ? default : new View(memory, offset + shape.Length, shape.Length)));
            offset += 2 * shape.Length;
        }
        using Tape tape = new(backend);
        tape.Apply(op, [.. inputs]);
        NodeValues values = new(backend, tape[0]);
        OpExplainer explainer = OpExplainers.For(op);
        yield return $"forward   {explainer.Forward(values)}";
        for (int i = 0; i < inputs.Count; i++)
        {
            if (!inputs[i].NeedsGradient) { continue; }
            SourcePlace place = explainer.Source(values, i)[0];
            yield return $"backward  {explainer.Backward(values, i)}";
            yield return $"          {place.Path}:{place.Line}";
        }
    }

    private static string ClassOf(Type type) => type.Name.Split('`')[0];

    /// <summary>"rms_norm"; of a generic operation's examples, its own: "map".</summary>
    private static string NameOf(Type type) => Humps().Replace(type.Name.EndsWith("Examples", StringComparison.Ordinal) ? type.Name[..^"Examples".Length] : type.Name, "_$0").ToLowerInvariant();

    private static XElement? Documentation(Type type)
    {
        string file = Path.Combine(AppContext.BaseDirectory, $"{type.Assembly.GetName().Name}.xml");
        try
        {
            return XDocument.Load(file).Descendants("member").FirstOrDefault(member => (string?)member.Attribute("name") == $"T:{type.FullName}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or XmlException)
        {
            return null; // published without its documentation: formulas and examples still tell the shapes
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
