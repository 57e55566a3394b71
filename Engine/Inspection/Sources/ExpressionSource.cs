using System.Globalization;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inspection.Sources.Expressions;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Sources;

/// <summary>A scalar expression, "L = (a*b + c).tanh()", and the steps of gradient descent on its names.</summary>
public sealed class ExpressionSource : SmallSource
{
    private readonly string text;
    private readonly IReadOnlyList<ExpressionStatement> statements;
    private readonly List<(string Name, float Value)> names = [];

    /// <param name="text">The statements.</param>
    /// <param name="settings">Values of the names: "a=2".</param>
    /// <param name="backend">Where to compute; the caller's.</param>
    /// <exception cref="ExpressionException">The text is no expression, or a name has no value.</exception>
    /// <exception cref="FormatException">A setting is none, or is of no name of the text.</exception>
    public ExpressionSource(string text, IEnumerable<string> settings, Backend backend) : base(backend)
    {
        this.text = text;
        statements = ExpressionParser.Parse(text);
        Dictionary<string, float> values = Read(settings);
        List<NameExpression> free = Free();
        string[] all = [.. free.Select(name => name.Name)];
        foreach (string name in values.Keys)
        {
            if (all.Contains(name)) { continue; }
            throw new FormatException(statements.Any(statement => statement.Name == name) ? $"--set {name}: '{name}' is computed by the expression, so it cannot be set"
                : $"--set {name}: the expression has no name '{name}'{(Spelling.Nearest(name, all) is { } near ? $"; did you mean {near}?" : $"; it has {string.Join(", ", all)}")}");
        }
        NameExpression[] missing = [.. free.Where(name => !values.ContainsKey(name.Name))];
        if (missing is [var first, ..])
        {
            throw new ExpressionException(text, first.Start, first.Length, $"{string.Join(", ", missing.Select(name => $"'{name.Name}'"))} {(missing.Length == 1 ? "has" : "have")} no value: {string.Join(' ', missing.Select(name => $"--set {name.Name}=1"))}");
        }
        if (free.Count == 0) { throw new ExpressionException(text, 0, text.Length, "there is no name in it, so there is no gradient; use one, and give it a value: --set a=2"); }
        names.AddRange(free.Select(name => (name.Name, values[name.Name])));
    }

    public override string Title => text;

    private protected override DemoSubject Create(Backend backend) => new ExpressionSubject(text, text, statements, names, backend);

    /// <summary>Names that no statement before gives a value, in the order of the text.</summary>
    private List<NameExpression> Free()
    {
        List<NameExpression> free = [];
        HashSet<string> made = [];
        foreach (ExpressionStatement statement in statements)
        {
            foreach (NameExpression name in Names(statement.Value))
            {
                if (made.Contains(name.Name) || free.Any(known => known.Name == name.Name)) { continue; }
                if (statements.Any(later => later.Name == name.Name && later.Start >= 0)) { throw new ExpressionException(text, name.Start, name.Length, $"'{name.Name}' is used before it has a value"); }
                free.Add(name);
            }
            made.Add(statement.Name);
        }
        return free;
    }

    private static IEnumerable<NameExpression> Names(Expression expression) => expression switch
    {
        NameExpression name => [name],
        NegatedExpression minus => Names(minus.Operand),
        CallExpression call => Names(call.Operand),
        BinaryExpression binary => Names(binary.Left).Concat(Names(binary.Right)),
        _ => [],
    };

    private static Dictionary<string, float> Read(IEnumerable<string> settings)
    {
        Dictionary<string, float> values = [];
        foreach (string setting in settings)
        {
            string[] pair = setting.Split('=', 2, StringSplitOptions.TrimEntries);
            if (pair.Length < 2 || !double.TryParse(pair[1].Replace('−', '-'), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || !float.IsFinite((float)value))
            {
                throw new FormatException($"--set {setting}: a value is written name=number, as in a=2 or b=-0.5");
            }
            if (!values.TryAdd(pair[0], (float)value)) { throw new FormatException($"--set {setting}: '{pair[0]}' has a value already"); }
        }
        return values;
    }
}
