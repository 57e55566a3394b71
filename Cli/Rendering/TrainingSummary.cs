using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Training;

namespace PureLlm.Cli.Rendering;

/// <summary>The end of a run: what it came to, where it is, and what to do with it.</summary>
internal static class TrainingSummary
{
    public const string ReportFile = Engine.Training.Report.RunReport.FileName;

    /// <summary>Leaves the last picture of the live screen in the terminal's history.</summary>
    public static void WriteLastScreen(CommandContext context, TrainingProgress progress)
    {
        ScreenSize size = context.Host.Size();
        progress.Status = "";
        Canvas canvas = TrainingView.Compose(progress, new ScreenSize(size.Columns, Math.Min(size.Rows, 24)), context.Style);
        List<string> lines = [.. Enumerable.Range(0, canvas.Height - 1).Select(y => canvas.Line(y, context.Style.Color))];
        context.Out.WriteLine(string.Join('\n', lines.Where(line => line.Length > 0)));
    }

    /// <summary>Writes the last lines and returns the exit code.</summary>
    /// <param name="context">Where to write.</param>
    /// <param name="plan">What the run was to do.</param>
    /// <param name="result">What it did.</param>
    /// <param name="folder">Its folder, as the user would write it.</param>
    public static int Write(CommandContext context, TrainingPlan plan, TrainingResult result, string folder)
    {
        string run = folder.Contains(' ') ? $"\"{folder}\"" : folder;
        context.Out.Flush();
        switch (result.Outcome)
        {
            case TrainingOutcome.Completed:
                WriteDone(context, plan, result, run);
                return ExitCode.Ok;
            case TrainingOutcome.Broke:
                WriteBreak(context, plan, result, run);
                return ExitCode.Numeric;
            default:
                bool isSaved = result.Outcome == TrainingOutcome.Interrupted;
                context.Error.WriteLine(isSaved ? $"stopped at step {result.Steps} of {plan.Steps}, saved" : $"stopped at step {result.Steps} of {plan.Steps}, not saved");
                context.Error.WriteLine($"resume: pure-llm train --resume {run}");
                return ExitCode.Interrupted;
        }
    }

    private static void WriteDone(CommandContext context, TrainingPlan plan, TrainingResult result, string run)
    {
        if (context.Json)
        {
            return; // the event "end" says it all
        }
        TextStyle style = context.Style;
        var parts = new List<string> { $"{Numbers.Count(result.Steps)} steps in {Numbers.Time(result.Seconds)}" };
        if (result.ValidationLoss is { } loss)
        {
            parts.Add(result.Floor is { } floor ? $"val {Numbers.Loss(loss)} (floor {Numbers.Loss(floor)}, {(loss < floor ? "" : "+")}{Numbers.Loss(loss - floor)})" : $"val {Numbers.Loss(loss)}");
        }
        parts.Add($"{Numbers.Short(result.TokensPerSecond)} tok/s");
        context.Out.WriteLine(style.Plain($"{style.Green("done")} · {string.Join(" · ", parts)}"));
        string[] scores = [.. result.Scores.Where(score => score.Total > 0).Select(score => FormattableString.Invariant($"{score.Name} {100 * score.Share:0.#} %"))];
        if (scores.Length > 0)
        {
            context.Out.WriteLine(style.Plain($"scores · {string.Join(" · ", scores)}"));
        }
        string report = Path.Combine(plan.Folder, ReportFile);
        context.Out.WriteLine(style.Plain($"in {run}{(File.Exists(report) ? $"   report: {run}/{ReportFile}" : "")}"));
        if (!context.Quiet)
        {
            string prompt = plan.Config.Eval.Sample.Prompt.ReplaceLineEndings(" ").Replace("\"", "\\\"", StringComparison.Ordinal);
            context.Out.WriteLine(style.Plain($"try:  pure-llm generate {run} \"{prompt}\"    pure-llm chat {run}"));
        }
    }

    private static void WriteBreak(CommandContext context, TrainingPlan plan, TrainingResult result, string run)
    {
        TextStyle style = context.ErrorStyle;
        string[] lines = (result.Break?.ToString() ?? $"stopped at step {result.Steps} by a rule of [break]").Split('\n');
        context.Error.WriteLine(style.Plain(string.Join('\n', lines.Skip(1).Prepend(style.Red(lines[0])))));
        if (result.Break is { } broke) { context.Error.WriteLine($"  open it   pure-llm step {run} --at {(broke.Origin is null ? $"{broke.Step - 1}" : "nan")}"); }
        TrainSection train = plan.Config.Train;
        string clip = train.Clip == 0 ? " --set train.clip=1" : "";
        string rate = Numbers.Rounded(train.LearningRate / 3);
        context.Error.WriteLine($"  try       pure-llm train --resume {run} --set train.lr={rate}{clip}");
    }
}
