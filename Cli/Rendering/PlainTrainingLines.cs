using PureLlm.Engine.Data;
using PureLlm.Engine.Training;

namespace PureLlm.Cli.Rendering;

/// <summary>A run as lines of text: one per interval and one per evaluation, sample and score.</summary>
/// <remarks>"step=1600 t=55.0s loss=0.615 val=0.629 floor=0.426 tok/s=22300 lr=6.0e-03 gnorm=0.31 eta=57s": names and order are a contract with scripts.</remarks>
internal sealed class PlainTrainingLines(TextWriter output, TextStyle style, double interval) : ITrainingObserver
{
    private TrainingProgress? progress;
    private double lastLine = double.NegativeInfinity;
    private bool hasPending;

    public void OnStart(TrainingPlan plan)
    {
        progress = TrainingHeading.CreateProgress(plan);
        output.WriteLine(style.Plain(progress.Title));
        output.WriteLine(style.Plain(progress.Subtitle));
    }

    public void OnStep(in StepReport report)
    {
        progress!.AddStep(report);
        hasPending = true;
        // An evaluation tells its step itself.
        if (double.IsNaN(report.ValidationLoss) && report.Seconds - lastLine >= interval)
        {
            WriteLine();
        }
    }

    public void OnEvaluation(in EvaluationReport report)
    {
        progress!.AddEvaluation(report);
        WriteLine();
    }

    public void OnSample(SampleReport report) =>
        output.WriteLine(style.Plain(FormattableString.Invariant($"sample step={report.Step} t={report.Seconds:0.0}s ")) + OneLine(report.Prompt + report.Text));

    public void OnScores(ScoreReport report) =>
        output.WriteLine(FormattableString.Invariant($"scores step={report.Step} t={report.Seconds:0.0}s ") + ScoreText(report.Scores));

    public void OnCheckpoint(CheckpointReport report) => output.WriteLine($"saved step={report.Step} {Path.GetFileName(report.Folder)}{(report.IsBest ? " best" : "")}");

    public void OnNotice(string message) => output.WriteLine(style.Plain($"note {OneLine(message)}"));

    public void OnEnd(TrainingResult result)
    {
        if (hasPending)
        {
            WriteLine();
        }
    }

    /// <summary>"grammar=97.0% names=50.0%".</summary>
    public static string ScoreText(IEnumerable<CorpusScore> scores) =>
        string.Join(' ', scores.Where(score => score.Total > 0).Select(score => FormattableString.Invariant($"{score.Name}={100 * score.Share:0.0}%")));

    private void WriteLine()
    {
        StepReport last = progress!.Last;
        output.WriteLine(string.Concat(
            FormattableString.Invariant($"step={last.Step} t={last.Seconds:0.0}s"),
            last.Step == 0 ? "" : $" loss={Numbers.Field(last.Loss)}",
            double.IsNaN(progress.ValidationLoss) ? "" : $" val={Numbers.Field(progress.ValidationLoss)}",
            double.IsNaN(progress.Floor) ? "" : $" floor={Numbers.Field(progress.Floor)}",
            double.IsNaN(last.TokensPerSecond) ? "" : $" tok/s={Numbers.Field(last.TokensPerSecond, "0")}",
            last.Step == 0 ? "" : $" lr={Numbers.Rate(last.LearningRate)} gnorm={Numbers.Field(last.GradientNorm, "0.00")}",
            double.IsNaN(progress.SecondsLeft) ? "" : $" eta={Numbers.Time(progress.SecondsLeft)}"));
        lastLine = last.Seconds;
        hasPending = false;
    }

    private static string OneLine(string text) => string.Concat(text.ReplaceLineEndings(" ").Select(c => char.IsControl(c) ? ' ' : c));
}
