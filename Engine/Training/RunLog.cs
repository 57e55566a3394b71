using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using PureLlm.Kernels;

namespace PureLlm.Engine.Training;

/// <summary>Writes <c>log.txt</c>: a line for everything that happens besides the steps themselves, over all sittings.</summary>
internal sealed class RunLog(string path) : ITrainingObserver, IDisposable
{
    public const string MachinePrefix = "machine: ";

    private readonly StreamWriter writer = new(path, append: true) { AutoFlush = true, NewLine = "\n" };

    public void OnStart(TrainingPlan plan)
    {
        Line($"{(plan.FirstStep > 0 ? $"resumed at step {plan.FirstStep}" : "started")} on {DateTime.UtcNow:yyyy-MM-dd HH:mm:ss} UTC: {plan.Parameters} parameters, vocabulary {plan.VocabularySize}, {plan.TrainingTokens} + {plan.ValidationTokens} tokens");
        Line($"{plan.Steps} steps of {plan.TokensPerStep} tokens; evaluation every {plan.EvaluateEvery}, checkpoint every {plan.CheckpointEvery} steps{(plan.ExpectedSeconds is double seconds ? $"; about {seconds:F0} s" : "")}{(plan.Floor is double floor ? $"; floor {floor:G9}" : "")}");
        writer.WriteLine(MachinePrefix + Machine());
    }

    public void OnEvaluation(in EvaluationReport report) =>
        Line($"step {report.Step} at {report.Seconds:F1} s: validation loss {report.Loss:G9}{(report.IsFinal ? " over the whole held-out text" : "")}");

    public void OnScores(ScoreReport report) => Line($"step {report.Step}: {string.Join(", ", report.Scores)}");

    public void OnCheckpoint(CheckpointReport report) => Line($"step {report.Step}: saved {report.Folder}{(report.IsBest ? " (best)" : "")}");

    public void OnNotice(string message) => Line($"note: {message}");

    public void OnEnd(TrainingResult result)
    {
        Line($"{result.Outcome.ToString().ToLowerInvariant()} after {result.Steps} steps, {result.Seconds:F1} s, {result.TokensPerSecond:F0} tokens/s{(result.WeightsSha256 is string hash ? $", weights {hash}" : "")}");
        if (result.Break is BreakReport report)
        {
            writer.WriteLine(report.ToString());
        }
    }

    public void Dispose() => writer.Dispose();

    /// <summary>What a figure of this run was measured on; the name of the machine and its owner stay private.</summary>
    private static string Machine()
    {
        string version = typeof(RunLog).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
        string commit = version.IndexOf('+', StringComparison.Ordinal) is > 0 and int plus ? $"{version[..plus]} ({version[(plus + 1)..Math.Min(version.Length, plus + 8)]})" : version;
        return $"pure-llm {commit} · {RuntimeInformation.FrameworkDescription} · {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture} · {CpuFeatures.Description}";
    }

    private void Line(FormattableString text) => writer.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
