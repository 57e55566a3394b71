using System.CommandLine;
using PureLlm.Cli.Rendering;
using PureLlm.Engine.Configuration.Schema;
using PureLlm.Engine.Training.Report;

namespace PureLlm.Cli.Commands;

/// <summary><c>runs compare A B …</c>: every key that differs, and the results side by side.</summary>
public sealed class RunsCompareCommand : CliCommand
{
    /// <summary>Keys that decide which text is held out and what a token is: losses compare only where they agree.</summary>
    private static readonly string[] Measure = ["data.source", "data.size", "data.val", "data.align", "data.questions", "tokenizer.kind", "tokenizer.vocab", "model.context"];

    private readonly Argument<string[]> names = new("run") { Description = "two runs or more: runs/a runs/b, or a b", Arity = ArgumentArity.OneOrMore };

    public RunsCompareCommand() : base("compare", "what differs between runs, and what came of it") => Arguments.Add(names);

    public override IReadOnlyList<(string, string)> Examples => [("pure-llm runs compare tiny wide", "settings and results side by side")];

    public override int Run(CommandContext context)
    {
        string[] given = context.Get(names)!;
        if (given.Length < 2)
        {
            throw new CliException(ExitCode.Usage, "runs compare: give two runs or more", "pure-llm runs list");
        }
        RunRecord[] runs = [.. given.Select(name => RunRecord.Read(RunInput.Find(context, name)))];
        if (runs.FirstOrDefault(run => run.Config is null) is { } unreadable)
        {
            throw new CliException(ExitCode.Input, $"{unreadable.Summary.Name}: its config.resolved.toml cannot be read any more", $"pure-llm config check {context.ShownPath(Path.Combine(unreadable.Summary.Folder, "config.resolved.toml"))}");
        }
        List<(ConfigKey Key, string[] Values)> differing = [.. ConfigSchema.Keys
            .Where(key => key.Path is not ("run.name" or "run.notes"))
            .Select(key => (key, runs.Select(run => key.Text(run.Config!.Config)).ToArray()))
            .Where(item => item.Item2.Distinct().Count() > 1)];
        bool comparable = !differing.Any(item => Measure.Contains(item.Key.Path)) && (runs.Select(run => run.Summary.Floor).Distinct().Count() == 1);
        if (context.Json)
        {
            WriteJson(context, runs, differing, comparable);
            return ExitCode.Ok;
        }
        (string, bool)[] columns = [("", false), .. runs.Select(run => (run.Summary.Name, true))];
        if (differing.Count == 0)
        {
            context.Out.WriteLine("settings: no difference");
        }
        else
        {
            var settings = new TextTable(columns);
            differing.ForEach(item => settings.Add([item.Key.Path, .. item.Values]));
            settings.Write(context.Out, context.Style);
        }
        context.Out.WriteLine();
        WriteResults(context, runs, new TextTable(columns), comparable);
        if (!comparable)
        {
            context.Note(context.ErrorStyle.Plain(context.ErrorStyle.Yellow("note: the runs hold out different text, or split it differently: their losses do not compare")));
        }
        return ExitCode.Ok;
    }

    private static void WriteResults(CommandContext context, RunRecord[] runs, TextTable table, bool comparable)
    {
        RunSummary[] all = [.. runs.Select(run => run.Summary)];
        double best = all.Where(run => double.IsFinite(run.ValidationLoss)).Select(run => run.ValidationLoss).DefaultIfEmpty(double.NaN).Min();
        void Row(string name, Func<RunSummary, string> value)
        {
            string[] cells = [.. all.Select(value)];
            if (cells.Any(cell => cell is not ("–" or "")))
            {
                table.Add([name, .. cells]);
            }
        }
        Row("outcome", run => run.Outcome);
        Row("validation loss", run => Numbers.Field(run.ValidationLoss, "0.0000") + (comparable && all.Length > 1 && run.ValidationLoss == best ? " *" : "  "));
        Row("floor", run => Numbers.Loss(run.Floor));
        Row("above the floor", RunsCommand.Above);
        foreach (string score in all.SelectMany(run => run.Scores).Select(score => score.Name).Distinct().ToArray())
        {
            Row($"{score}, %", run => run.Scores.Where(item => item.Name == score).Select(item => FormattableString.Invariant($"{100 * item.Share:0.0}")).FirstOrDefault("–"));
        }
        Row("parameters", run => run.Parameters is { } count ? Numbers.Count(count) : "–");
        Row("steps", run => Numbers.Count(run.Steps));
        Row("tokens", run => Numbers.Count(run.Tokens));
        Row("time", run => Numbers.Time(run.Seconds));
        Row("tokens/s", run => Numbers.Short(run.TokensPerSecond));
        Row("memory", run => run.PeakBytes is { } bytes ? Numbers.Bytes(bytes) : "–");
        Row("weights", run => run.WeightsSha256 is { Length: > 12 } hash ? hash[..12] : "–");
        table.Write(context.Out, context.Style);
    }

    private static void WriteJson(CommandContext context, RunRecord[] runs, List<(ConfigKey Key, string[] Values)> differing, bool comparable) => context.WriteJson("runs-compare", json =>
    {
        json.WriteBoolean("losses_compare", comparable);
        json.WriteStartObject("settings");
        foreach ((ConfigKey key, string[] values) in differing)
        {
            json.WriteStartArray(key.Path);
            Array.ForEach(values, json.WriteStringValue);
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.WriteStartArray("runs");
        foreach (RunRecord run in runs)
        {
            json.WriteStartObject();
            RunsCommand.WriteJson(json, run.Summary);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
