using System.CommandLine;
using System.Text.Json;
using PureLlm.Cli.Rendering;
using PureLlm.Engine.Training;
using PureLlm.Engine.Training.Report;

namespace PureLlm.Cli.Commands;

/// <summary><c>runs list | show | compare | report | rm</c>: the experiments of this folder.</summary>
public static class RunsCommand
{
    public static CliCommand Create() => new CommandGroup("runs", "list, compare and report what was trained", new List(), new Show(), new RunsCompareCommand(), new Report(), new Remove());

    /// <summary>"grammar 97.5, names 80": shares in per cent.</summary>
    internal static string Scores(RunSummary run) => string.Join(", ", run.Scores.Select(score => FormattableString.Invariant($"{score.Name} {100 * score.Share:0.#}")));

    internal static string Above(RunSummary run) => double.IsFinite(run.ValidationLoss - run.Floor) ? FormattableString.Invariant($"{run.ValidationLoss - run.Floor:+0.000;-0.000}") : "–";

    internal static void WriteJson(Utf8JsonWriter json, RunSummary run)
    {
        json.WriteString("name", run.Name);
        json.WriteString("outcome", run.Outcome);
        if (run.Started is { } started)
        {
            json.WriteString("started", started);
        }
        json.WriteNumber("steps", run.Steps);
        json.WriteNumber("tokens", run.Tokens);
        foreach ((string name, double value) in new[] { ("seconds", run.Seconds), ("val_loss", run.ValidationLoss), ("floor", run.Floor), ("tokens_per_second", run.TokensPerSecond), ("parameters", run.Parameters ?? double.NaN), ("peak_bytes", run.PeakBytes ?? double.NaN) })
        {
            if (double.IsFinite(value))
            {
                json.WriteNumber(name, value);
            }
        }
        if (run.WeightsSha256 is { } hash)
        {
            json.WriteString("weights_sha256", hash);
        }
        json.WriteStartObject("scores");
        foreach ((string name, double share) in run.Scores)
        {
            json.WriteNumber(name, share);
        }
        json.WriteEndObject();
    }

    private sealed class List : CliCommand
    {
        private readonly Option<bool> byLoss = new("--by-loss") { Description = "the best first, in place of the oldest" };

        public List() : base("list", "all runs in runs/") => Options.Add(byLoss);

        public override int Run(CommandContext context)
        {
            IReadOnlyList<RunSummary> runs = RunSummary.All(RunInput.Root(context));
            if (context.Get(byLoss))
            {
                runs = [.. runs.OrderBy(run => double.IsFinite(run.ValidationLoss) ? run.ValidationLoss : double.MaxValue)];
            }
            if (context.Json)
            {
                context.WriteJson("runs", json =>
                {
                    json.WriteStartArray("runs");
                    foreach (RunSummary run in runs)
                    {
                        json.WriteStartObject();
                        WriteJson(json, run);
                        json.WriteEndObject();
                    }
                    json.WriteEndArray();
                });
                return ExitCode.Ok;
            }
            if (runs.Count == 0)
            {
                context.Note("no runs here yet: pure-llm new tiny && pure-llm train tiny.toml");
                return ExitCode.Ok;
            }
            var table = new TextTable(("run", false), ("step", true), ("val", true), ("floor", true), ("above", true), ("tok/s", true), ("time", true), ("began", false), ("", false), ("scores, %", false));
            foreach (RunSummary run in runs)
            {
                table.Add(run.Outcome == "broke" ? context.Style.Red : null, run.Name, Numbers.Count(run.Steps), Numbers.Loss(run.ValidationLoss), Numbers.Loss(run.Floor), Above(run), Numbers.Short(run.TokensPerSecond), Numbers.Time(run.Seconds),
                    run.Started is { } started ? FormattableString.Invariant($"{started:yyyy-MM-dd HH:mm}") : "–", run.Outcome == "completed" ? "" : run.Outcome, Scores(run));
            }
            table.Write(context.Out, context.Style);
            return ExitCode.Ok;
        }
    }

    private sealed class Show : CliCommand
    {
        private readonly Argument<string> name = new("run") { Description = "runs/tiny, or tiny" };

        public Show() : base("show", "what a run came to") => Arguments.Add(name);

        public override int Run(CommandContext context)
        {
            RunRecord record = RunRecord.Read(RunInput.Find(context, context.Get(name)!));
            RunSummary run = record.Summary;
            if (context.Json)
            {
                context.WriteJson("run", json => WriteJson(json, run));
                return ExitCode.Ok;
            }
            TextStyle style = context.Style;
            void Line(string title, string text)
            {
                if (text.Length > 0)
                {
                    context.Out.WriteLine(style.Plain($" {style.Bold(title.PadRight(12))}{text}"));
                }
            }
            Line("run", $"{context.ShownPath(run.Folder)}, {run.Outcome}{(run.Started is { } started ? FormattableString.Invariant($", began {started:yyyy-MM-dd HH:mm} UTC") : "")}");
            Line("notes", record.Config?.Config.Run.Notes ?? "");
            Line("model", run.Parameters is { } parameters ? $"{Numbers.Count(parameters)} parameters" : "");
            Line("progress", $"{Numbers.Count(run.Steps)} steps, {Numbers.Count(run.Tokens)} tokens, {Numbers.Time(run.Seconds)}, {Numbers.Short(run.TokensPerSecond)} tok/s");
            Line("validation", $"{Numbers.Loss(run.ValidationLoss)}{(double.IsFinite(run.Floor) ? $" (floor {Numbers.Loss(run.Floor)}, {Above(run)})" : "")}");
            Line("scores, %", Scores(run));
            Line("checkpoints", run.Checkpoints.Count == 0 ? "none yet" : string.Join(", ", run.Checkpoints.Select(step => $"step-{step:D6}")));
            Line("weights", run.WeightsSha256 is { } hash ? $"SHA-256 {hash}" : "");
            Line("machine", run.Machine);
            if (record.Samples is [.., var sample])
            {
                Line("sample", $"at step {Numbers.Count(sample.Step)}");
                context.Out.WriteLine(TokenText.Safe($"{sample.Prompt}{sample.Text}"));
            }
            return ExitCode.Ok;
        }
    }

    private sealed class Report : CliCommand
    {
        private readonly Argument<string> name = new("run") { Description = "runs/tiny, or tiny" };

        public Report() : base("report", "write report.html anew, also while a run trains") => Arguments.Add(name);

        public override int Run(CommandContext context)
        {
            string path = RunReport.Write(RunInput.Find(context, context.Get(name)!));
            context.Out.WriteLine(context.ShownPath(path));
            return ExitCode.Ok;
        }
    }

    private sealed class Remove : CliCommand
    {
        private readonly Argument<string[]> names = new("run") { Description = "runs/tiny, or tiny; several are taken", Arity = ArgumentArity.OneOrMore };
        private readonly Option<bool> yes = new("--yes", "-y") { Description = "do not ask" };

        public Remove() : base("rm", "delete runs, checkpoints and all")
        {
            Arguments.Add(names);
            Options.Add(yes);
        }

        public override int Run(CommandContext context)
        {
            string[] folders = [.. context.Get(names)!.Select(name => RunInput.Find(context, name)).Distinct()];
            if (!context.Get(yes))
            {
                if (!context.Host.InIsTerminal)
                {
                    throw new CliException(ExitCode.Usage, $"runs rm: no one is there to ask whether {string.Join(", ", folders.Select(context.ShownPath))} may go; nothing was deleted", "--yes deletes without asking");
                }
                context.Out.Write($"delete {string.Join(", ", folders.Select(folder => $"{context.ShownPath(folder)} ({Numbers.Bytes(Size(folder))})"))}? [y/N] ");
                context.Out.Flush();
                if (context.Host.In.ReadLine()?.Trim().ToUpperInvariant() is not ("Y" or "YES"))
                {
                    context.Note("nothing was deleted");
                    return ExitCode.Ok;
                }
            }
            foreach (string folder in folders)
            {
                RunFolder.Open(folder).Dispose(); // a run that trains is not taken away from under it
                string gone = $"{folder}.deleting-{Environment.ProcessId}";
                Directory.Move(folder, gone); // a run disappears at once or not at all
                Directory.Delete(gone, recursive: true);
                context.Note($"deleted {context.ShownPath(folder)}");
            }
            return ExitCode.Ok;
        }

        private static double Size(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => (double)file.Length);
    }
}
