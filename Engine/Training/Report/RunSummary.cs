using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PureLlm.Engine.Training.Report;

/// <summary>A run in one line: read from result.json, or where it did not come to its end from the last lines of what it wrote.</summary>
public sealed partial record RunSummary
{
    private const int Tail = 1 << 18;

    /// <summary>The run's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The folder's own name.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Folder));

    /// <summary>"completed", "interrupted", "abandoned", "broke"; "unfinished" where it runs or was killed.</summary>
    public string Outcome { get; init; } = "unfinished";

    /// <summary>When it first began, in UTC.</summary>
    public DateTime? Started { get; init; }

    /// <summary>The machine and the program, as the log tells.</summary>
    public string Machine { get; init; } = "";

    /// <summary>Learned numbers.</summary>
    public long? Parameters { get; init; }

    /// <summary>Updates that are done.</summary>
    public long Steps { get; init; }

    public long Tokens { get; init; }

    public double Seconds { get; init; }

    public double TokensPerSecond { get; init; } = double.NaN;

    /// <summary>Of the end, or the last one measured; NaN for none.</summary>
    public double ValidationLoss { get; init; } = double.NaN;

    /// <summary>Lowest loss that the held-out text allows; NaN if unknown.</summary>
    public double Floor { get; init; } = double.NaN;

    public long? PeakBytes { get; init; }

    public string? WeightsSha256 { get; init; }

    /// <summary>Shares from 0 to 1, in the corpus's order.</summary>
    public IReadOnlyList<(string Name, double Share)> Scores { get; init; } = [];

    /// <summary>Steps that have a checkpoint, ascending.</summary>
    public IReadOnlyList<long> Checkpoints { get; init; } = [];

    /// <summary>All runs in a folder, by the time they began.</summary>
    public static IReadOnlyList<RunSummary> All(string runs) => !Directory.Exists(runs) ? []
        : [.. Directory.GetDirectories(runs).Where(RunFolder.IsRun).Select(Read).OrderBy(run => run.Started ?? DateTime.MinValue).ThenBy(run => run.Name, StringComparer.Ordinal)];

    /// <summary>Reads what there is; files that are missing or damaged leave their values unknown.</summary>
    public static RunSummary Read(string folder)
    {
        var summary = new RunSummary { Folder = folder, Checkpoints = CheckpointStore.Steps(Path.Combine(folder, CheckpointStore.FolderName)) };
        summary = WithMetrics(summary, Path.Combine(folder, RunFolder.MetricsFile));
        summary = WithLog(summary, Path.Combine(folder, RunFolder.LogFile));
        return WithResult(summary, Path.Combine(folder, RunFolder.ResultFile));
    }

    private static RunSummary WithResult(RunSummary summary, string path)
    {
        if (!File.Exists(path))
        {
            return summary;
        }
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = json.RootElement;
            return summary with
            {
                Outcome = "completed",
                Steps = Number(root, "steps") is { } steps ? (long)steps : summary.Steps,
                Tokens = Number(root, "tokens") is { } tokens ? (long)tokens : summary.Tokens,
                Seconds = Number(root, "seconds") ?? summary.Seconds,
                TokensPerSecond = Number(root, "tokens_per_second") ?? summary.TokensPerSecond,
                ValidationLoss = Number(root, "val_loss") ?? summary.ValidationLoss,
                Floor = Number(root, "floor") ?? summary.Floor,
                PeakBytes = (long?)Number(root, "peak_bytes"),
                WeightsSha256 = root.TryGetProperty("weights_sha256", out JsonElement hash) && hash.ValueKind == JsonValueKind.String ? hash.GetString() : null,
                Scores = root.TryGetProperty("scores", out JsonElement scores) && scores.ValueKind == JsonValueKind.Object
                    ? [.. scores.EnumerateObject().Where(item => item.Value.ValueKind == JsonValueKind.Number).Select(item => (item.Name, item.Value.GetDouble()))] : summary.Scores,
            };
        }
        catch (JsonException)
        {
            return summary; // a damaged result is no result
        }
    }

    /// <summary>The last step, and the last validation loss before it.</summary>
    private static RunSummary WithMetrics(RunSummary summary, string path)
    {
        if (!File.Exists(path))
        {
            return summary;
        }
        double validation = double.NaN;
        StepReport? last = null;
        foreach (string line in TailOf(path).Split('\n').Reverse())
        {
            if (RunRecord.ParseStep(line) is not { } step)
            {
                continue;
            }
            last ??= step;
            if (double.IsFinite(step.ValidationLoss))
            {
                validation = step.ValidationLoss;
                break;
            }
        }
        return last is not { } end ? summary : summary with { Steps = end.Step, Tokens = end.Tokens, Seconds = end.Seconds, TokensPerSecond = end.TokensPerSecond, ValidationLoss = validation };
    }

    private static RunSummary WithLog(RunSummary summary, string path)
    {
        if (!File.Exists(path))
        {
            return summary;
        }
        foreach (string line in ReadLines(path))
        {
            if (Beginning().Match(line) is { Success: true } began)
            {
                summary = summary with
                {
                    Outcome = "unfinished",
                    Started = summary.Started ?? DateTime.ParseExact(began.Groups["date"].Value, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal),
                    Parameters = long.Parse(began.Groups["parameters"].Value, CultureInfo.InvariantCulture),
                };
            }
            else if (Ending().Match(line) is { Success: true } ended)
            {
                summary = summary with { Outcome = ended.Groups[1].Value };
            }
            else if (line.StartsWith(RunLog.MachinePrefix, StringComparison.Ordinal))
            {
                summary = summary with { Machine = line[RunLog.MachinePrefix.Length..] };
            }
            else if (FloorValue().Match(line) is { Success: true } floor)
            {
                summary = summary with { Floor = double.Parse(floor.Groups[1].Value, CultureInfo.InvariantCulture) };
            }
        }
        return summary;
    }

    internal static double? Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    /// <summary>The lines of a file that may still be written to.</summary>
    internal static IEnumerable<string> ReadLines(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static string TailOf(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(-Math.Min(Tail, stream.Length), SeekOrigin.End);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^(started|resumed at step \d+) on (?<date>[\d-]+ [\d:]+) UTC: (?<parameters>\d+) parameters")]
    private static partial Regex Beginning();

    [GeneratedRegex(@"^(completed|interrupted|abandoned|broke) after \d+ steps")]
    private static partial Regex Ending();

    [GeneratedRegex(@"^\d+ steps of \d+ tokens.*; floor ([\d.eE+-]+)")]
    private static partial Regex FloorValue();
}
