using System.CommandLine;
using System.Text.Json;
using PureLlm.Autograd.Inspection;
using PureLlm.Cli.Rendering;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Training;
using PureLlm.Kernels;

namespace PureLlm.Cli.Commands;

/// <summary><c>gradcheck [op|config]</c>: every operation's gradient, or every parameter's of a model, against float64.</summary>
public sealed class GradcheckCommand : CliCommand
{
    private const int Rows = 2, LongestContext = 16;

    private readonly Argument<string?> target = new("op|config.toml") { Description = "one operation or a model; all operations without", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<int> samples = new("--samples") { Description = "elements of each parameter of a model (4)", HelpName = "N", DefaultValueFactory = _ => 4 };
    private readonly Option<string[]> set = new("--set") { Description = "another value for a key of the model", HelpName = "k=v" };

    public GradcheckCommand() : base("gradcheck", "hold gradients to float64 differences")
    {
        target.CompletionSources.Add([.. OpCatalog.Examples.Select(entry => entry.Declarer.Name).Distinct()]);
        Arguments.Add(target);
        Options.Add(samples);
        Options.Add(set);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("pure-llm gradcheck", "every operation, every element"),
        ("pure-llm gradcheck rms_norm", "one operation"),
        ("pure-llm gradcheck tiny.toml", "a new model of this configuration on real text"),
    ];

    public override IReadOnlyList<string> Notes => ["Ends with 6 where a gradient is wrong."];

    public override int Run(CommandContext context)
    {
        string? name = context.Get(target);
        bool isConfig = name is not null && (name.EndsWith(".toml", StringComparison.OrdinalIgnoreCase) || File.Exists(context.FullPath(name)));
        return isConfig ? CheckModel(context, name!) : CheckOps(context, name);
    }

    private static int CheckOps(CommandContext context, string? name)
    {
        static string Key(string text) => text.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
        using Backend backend = context.CreateBackend();
        var examples = OpCatalog.Examples.Select(entry => (Op: entry.Example.Op(backend).Name, Type: entry.Declarer.Name, entry.Example)).ToList();
        var chosen = examples.Where(entry => name is null || Key(entry.Op) == Key(name) || Key(entry.Type) == Key(name)).ToList();
        if (chosen.Count == 0)
        {
            string[] known = [.. examples.Select(entry => entry.Op).Distinct()];
            throw new CliException(ExitCode.Usage, $"gradcheck: there is no operation '{name}'{(Spelling.Nearest(name!, known) is { } near ? $"; did you mean {near}?" : "")}", [.. Paragraph.Wrap($"operations: {string.Join(", ", known)}", 100).Split('\n')]);
        }
        List<GradientCheckResult> results = [.. chosen.SelectMany(entry => GradientCheck.Run(backend, entry.Example))];
        bool passed = results.All(result => result.Passes());
        if (context.Json)
        {
            context.WriteJson("gradcheck", json =>
            {
                json.WriteBoolean("ok", passed);
                json.WriteNumber("tolerance", GradientCheck.Tolerance);
                json.WriteStartArray("operations");
                results.ForEach(result => WriteCheck(json, ("operation", result.Op), ("input", Input(result)), result.Elements, result.WorstElement, result.Analytic, result.Numeric, result.RelativeError, result.Passes()));
                json.WriteEndArray();
            });
            return passed ? ExitCode.Ok : ExitCode.CheckFailed;
        }
        TextStyle style = context.Style;
        var table = new TextTable(("operation", false), ("gradient of", false), ("elements", true), ("worst at", true), ("kernels", true), ("float64", true), ("rel. error", true), ("", false));
        foreach (GradientCheckResult result in results)
        {
            table.Add(result.Passes() ? null : style.Red, result.Op, Input(result), Numbers.Count(result.Elements), $"{result.WorstElement}", Value(result.Analytic), Value(result.Numeric), Error(result.RelativeError), result.Passes() ? "✓" : "✗");
        }
        table.Write(context.Out, style);
        int failed = results.Count(result => !result.Passes());
        context.Note(style.Plain($"{results.Count - failed} of {results.Count} agree with float64 to {Error(GradientCheck.Tolerance)} of the largest value{(failed > 0 ? $"; {failed} do not" : "")}"));
        return passed ? ExitCode.Ok : ExitCode.CheckFailed;
    }

    private int CheckModel(CommandContext context, string file)
    {
        int elements = context.Get(samples) >= 1 ? context.Get(samples) : throw new CliException(ExitCode.Usage, "gradcheck: --samples must be 1 or more");
        RunConfig config = ConfigLoader.Load(file, (context.Get(set) ?? []).Select(text => new ConfigOverride(text))).Config;
        ulong seed = (ulong)(context.Seed ?? config.Run.Seed);
        using Backend backend = context.CreateBackend(config.Train.Threads);
        using TokenDataset data = DataLoader.Open(config.Data, config.Tokenizer, seed, context.Folder);
        using LanguageModel model = LanguageModel.Create(config.Model, data.VocabularySize);
        model.Allocate(backend, seed, training: true);
        ModelCheck check = ModelGradientCheck.Run(model, data, Rows, Math.Min(LongestContext, config.Model.Context), elements, seed);
        if (context.Json)
        {
            context.WriteJson("gradcheck", json =>
            {
                json.WriteBoolean("ok", check.Passes);
                json.WriteNumber("tolerance", ModelGradientCheck.Tolerance);
                json.WriteNumber("step", ModelGradientCheck.Step);
                json.WriteNumber("loss", check.Loss);
                json.WriteNumber("loss_float64", check.TwinLoss);
                json.WriteStartArray("parameters");
                foreach (ParameterCheck item in check.Parameters)
                {
                    WriteCheck(json, ("parameter", item.Parameter), ("shape", item.Shape.ToString()), item.Elements, item.WorstElement, item.Analytic, item.Numeric, item.RelativeError, item.Passes);
                }
                json.WriteEndArray();
            });
            return check.Passes ? ExitCode.Ok : ExitCode.CheckFailed;
        }
        TextStyle style = context.Style;
        var table = new TextTable(("parameter", false), ("shape", false), ("checked", true), ("worst at", true), ("engine", true), ("float64", true), ("rel. error", true), ("", false));
        foreach (ParameterCheck item in check.Parameters)
        {
            table.Add(item.Passes ? null : style.Red, item.Parameter, item.Shape.ToString(), $"{item.Elements}", $"{item.WorstElement}", Value(item.Analytic), Value(item.Numeric), Error(item.RelativeError), item.Passes ? "✓" : "✗");
        }
        table.Write(context.Out, style);
        int failed = check.Parameters.Count(item => !item.Passes);
        context.Note(style.Plain(FormattableString.Invariant($"loss {check.Loss:0.000000}, in float64 {check.TwinLoss:0.000000}; {check.Parameters.Count - failed} of {check.Parameters.Count} parameters agree to {Error(ModelGradientCheck.Tolerance)} of their largest gradient")));
        context.Note(style.Plain($"float64: the same operations by their textbook formulas, central differences with a step of {Error(ModelGradientCheck.Step)}"));
        return check.Passes ? ExitCode.Ok : ExitCode.CheckFailed;
    }

    private static string Input(GradientCheckResult result) => result.Input < 0 ? "result itself" : $"input {result.Input}";

    private static string Value(double value) => Numbers.Field(value, "0.0000e+00");

    private static string Error(double value) => Numbers.Field(value, "0.0e+00");

    private static void WriteCheck(Utf8JsonWriter json, (string Key, string Text) first, (string Key, string Text) second, int elements, int worst, double analytic, double numeric, double error, bool ok)
    {
        json.WriteStartObject();
        json.WriteString(first.Key, first.Text);
        json.WriteString(second.Key, second.Text);
        json.WriteNumber("elements", elements);
        json.WriteNumber("worst_element", worst);
        foreach ((string name, double number) in new[] { ("analytic", analytic), ("numeric", numeric), ("relative_error", error) })
        {
            if (double.IsFinite(number))
            {
                json.WriteNumber(name, number);
            }
        }
        json.WriteBoolean("ok", ok);
        json.WriteEndObject();
    }
}
