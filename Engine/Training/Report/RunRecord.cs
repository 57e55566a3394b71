using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;

namespace PureLlm.Engine.Training.Report;

/// <summary>All that a run wrote down, read back for a report.</summary>
/// <remarks>Also of a run that trains right now: the last line may be torn and is then left out.</remarks>
public sealed partial class RunRecord
{
    private RunRecord(RunSummary summary) => Summary = summary;

    public RunSummary Summary { get; }

    /// <summary>Null where the folder's configuration cannot be read any more.</summary>
    public LoadedConfig? Config { get; private init; }

    /// <summary>config.resolved.toml as it is.</summary>
    public string ConfigText { get; private init; } = "";

    /// <summary>Every line of metrics.jsonl.</summary>
    public IReadOnlyList<StepReport> Steps { get; private init; } = [];

    /// <summary>What the model wrote, in order.</summary>
    public IReadOnlyList<SampleReport> Samples { get; private init; } = [];

    /// <summary>What the corpus made of it, in order.</summary>
    public IReadOnlyList<ScoreReport> Scores { get; private init; } = [];

    /// <summary>Every line of log.txt.</summary>
    public IReadOnlyList<string> Log { get; private init; } = [];

    /// <summary>Reads a run's folder.</summary>
    /// <exception cref="RunException">R002: it is no run.</exception>
    public static RunRecord Read(string folder)
    {
        if (!RunFolder.IsRun(folder))
        {
            throw new RunException("R002", $"{folder} is not a run: it has no {RunFolder.ConfigFile}.");
        }
        string config = Path.Combine(folder, RunFolder.ConfigFile);
        string[] log = Lines(folder, RunFolder.LogFile);
        LoadedConfig? loaded = ConfigLoader.TryParse(RunFolder.ConfigFile, File.ReadAllText(config), [], out _);
        return new RunRecord(RunSummary.Read(folder))
        {
            Config = loaded,
            ConfigText = File.ReadAllText(config),
            Steps = [.. Lines(folder, RunFolder.MetricsFile).Select(ParseStep).OfType<StepReport>()],
            Samples = ReadSamples(Lines(folder, RunFolder.SamplesFile), loaded?.Config.Eval.Sample.Prompt ?? ""),
            Scores = ReadScores(log),
            Log = log,
        };
    }

    /// <summary>A line of metrics.jsonl; null for one that is torn.</summary>
    internal static StepReport? ParseStep(string line)
    {
        if (!line.StartsWith('{'))
        {
            return null;
        }
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement root = json.RootElement;
            double Value(string name) => RunSummary.Number(root, name) ?? double.NaN;
            return RunSummary.Number(root, "step") is not { } step ? null
                : new StepReport((long)step, Value("seconds"), (long)(RunSummary.Number(root, "tokens") ?? 0), Value("loss"), Value("val_loss"), Value("learning_rate"), Value("grad_norm"), Value("tokens_per_second"));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string[] Lines(string folder, string file) =>
        Path.Combine(folder, file) is { } path && File.Exists(path) ? [.. RunSummary.ReadLines(path)] : [];

    /// <summary>Sections "## step N · S s", then the quoted text, its prompt in **.</summary>
    private static List<SampleReport> ReadSamples(string[] lines, string prompt)
    {
        List<SampleReport> samples = [];
        List<string> text = [];
        (long Step, double Seconds)? head = null;
        foreach (string line in lines.Append("## end"))
        {
            if (line.StartsWith("> ", StringComparison.Ordinal) || line == ">")
            {
                text.Add(line.Length > 2 ? line[2..] : "");
            }
            if (!line.StartsWith("## ", StringComparison.Ordinal))
            {
                continue;
            }
            if (head is { } known && text.Count > 0)
            {
                string whole = string.Join('\n', text), start = $"**{prompt.ReplaceLineEndings("\n")}**";
                bool hasPrompt = whole.StartsWith(start, StringComparison.Ordinal);
                samples.Add(new SampleReport(known.Step, known.Seconds, hasPrompt ? prompt : "", hasPrompt ? whole[start.Length..] : whole));
            }
            text.Clear();
            head = SampleHead().Match(line) is { Success: true } match ? (long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)) : null;
        }
        return samples;
    }

    /// <summary>Lines "step N: grammar 97.5 % (39/40), names …"; those after a step that a later sitting went back to are left out.</summary>
    private static List<ScoreReport> ReadScores(string[] log)
    {
        List<ScoreReport> reports = [];
        foreach (string line in log)
        {
            if (Resumed().Match(line) is { Success: true } back)
            {
                long step = long.Parse(back.Groups[1].Value, CultureInfo.InvariantCulture);
                reports.RemoveAll(report => report.Step > step);
            }
            if (ScoreLine().Match(line) is not { Success: true } match)
            {
                continue;
            }
            List<CorpusScore> scores = [.. ScoreItem().Matches(match.Groups[2].Value).Select(item => new CorpusScore(
                item.Groups[1].Value, int.Parse(item.Groups[2].Value, CultureInfo.InvariantCulture), int.Parse(item.Groups[3].Value, CultureInfo.InvariantCulture)))];
            if (scores.Count > 0)
            {
                reports.Add(new ScoreReport(long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), double.NaN, scores, IsFinal: false));
            }
        }
        return reports;
    }

    [GeneratedRegex(@"^## step (\d+) · ([\d.]+) s$")]
    private static partial Regex SampleHead();

    [GeneratedRegex(@"^resumed at step (\d+) ")]
    private static partial Regex Resumed();

    [GeneratedRegex(@"^step (\d+): (.*%.*)$")]
    private static partial Regex ScoreLine();

    [GeneratedRegex(@"([^\s,]+) [\d.]+ % \((\d+)/(\d+)\)")]
    private static partial Regex ScoreItem();
}
