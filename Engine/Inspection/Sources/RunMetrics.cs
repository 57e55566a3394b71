using PureLlm.Engine.Configuration;
using PureLlm.Engine.Training;
using PureLlm.Engine.Training.Report;

namespace PureLlm.Engine.Inspection.Sources;

/// <summary>What a run wrote about its steps in metrics.jsonl, also while it trains: read again when the file has grown.</summary>
internal sealed class RunMetrics(string folder)
{
    private readonly string path = Path.Combine(folder, RunFolder.MetricsFile);
    private readonly Dictionary<long, StepReport> rows = [];
    private readonly Dictionary<long, double> best = [];
    private long length = -1, applied;
    private long? firstNonFinite;

    /// <summary>Updates that were done as far as is known: of the newest checkpoint or the last line.</summary>
    public long Done
    {
        get
        {
            Refresh();
            long saved = CheckpointStore.Steps(Path.Combine(folder, CheckpointStore.FolderName)) is [.., long last] ? last : 0;
            return Math.Max(saved, applied);
        }
    }

    /// <summary>The first step, from 0, whose loss or gradient was not finite; null: none.</summary>
    public long? FirstNonFinite
    {
        get
        {
            Refresh();
            return firstNonFinite;
        }
    }

    /// <summary>What was measured in a step, from 0, and in those before it; null: there is no line of it.</summary>
    public BreakValues? Values(long step) => Of(step) is { } row ? new BreakValues
    {
        Step = step,
        Tokens = row.Tokens,
        Seconds = row.Seconds,
        Loss = row.Loss,
        Previous = Of(step - 1)?.Loss ?? double.NaN,
        Best = best.GetValueOrDefault(step, double.NaN),
        Validation = row.ValidationLoss,
        GradientNorm = row.GradientNorm,
        LearningRate = row.LearningRate,
    } : null;

    /// <summary>The line of a step, from 0; null: there is none.</summary>
    public StepReport? Of(long step)
    {
        Refresh();
        return rows.TryGetValue(step + 1, out StepReport row) ? row : null;
    }

    private void Refresh()
    {
        long now = File.Exists(path) ? new FileInfo(path).Length : 0;
        if (now == length) { return; }
        rows.Clear();
        best.Clear();
        (applied, firstNonFinite) = (0, null);
        double lowest = double.NaN;
        foreach (string line in now == 0 ? [] : RunSummary.ReadLines(path))
        {
            if (RunRecord.ParseStep(line) is not { } row) { continue; }
            rows[row.Step] = row;
            // The line of a step that a break rule stopped has no speed: its update was not made.
            if (double.IsFinite(row.TokensPerSecond)) { applied = Math.Max(applied, row.Step); }
            // A number that is not finite is absent from its line.
            if (row.Step > 0 && !(double.IsFinite(row.Loss) && double.IsFinite(row.GradientNorm))) { firstNonFinite ??= row.Step - 1; }
            best[row.Step - 1] = lowest;
            lowest = double.IsNaN(lowest) || row.Loss < lowest ? row.Loss : lowest;
        }
        length = now;
    }
}
