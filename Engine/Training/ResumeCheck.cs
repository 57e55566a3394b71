using System.Text;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Configuration.Schema;

namespace PureLlm.Engine.Training;

/// <summary>A key that two configurations disagree about.</summary>
public sealed record DifferingKey(string Path, string Saved, string Wanted);

/// <summary>Whether a run can go on with a configuration that was changed since.</summary>
internal static class ResumeCheck
{
    private static readonly string[] FixedTables = ["model", "tokenizer", "data", "precision"];
    private static readonly string[] FixedKeys = ["run.seed", "train.batch", "train.accumulate", "train.optimizer"];
    private static readonly string[] FreeKeys = ["model.dropout", "model.preset", "model.init_from", "model.init", "model.init_std"];

    /// <summary>All keys whose values differ, in the order of the schema.</summary>
    public static IReadOnlyList<DifferingKey> Differences(RunConfig saved, RunConfig wanted) =>
        [.. ConfigSchema.Keys.Select(key => new DifferingKey(key.Path, key.Text(saved), key.Text(wanted))).Where(key => key.Saved != key.Wanted)];

    /// <summary>Whether a checkpoint depends on the key.</summary>
    public static bool IsFixed(string path) =>
        !FreeKeys.Contains(path) && (FixedKeys.Contains(path) || FixedTables.Contains(path.Split('.')[0]));

    /// <summary>The configuration to go on with: the wanted one, with what was planned in steps kept where it asks for a time.</summary>
    /// <param name="saved">As the run began.</param>
    /// <param name="wanted">As it is asked for now.</param>
    /// <param name="run">The run's folder, for the message.</param>
    /// <param name="step">The checkpoint's.</param>
    /// <param name="changes">What changes from here on.</param>
    /// <exception cref="RunException">R003, with every key that a checkpoint depends on and that differs.</exception>
    public static LoadedConfig Merge(LoadedConfig saved, LoadedConfig wanted, string run, long step, out IReadOnlyList<DifferingKey> changes)
    {
        DifferingKey[] blocking = [.. Differences(saved.Config, wanted.Config).Where(key => IsFixed(key.Path))];
        if (blocking.Length > 0)
        {
            throw new RunException("R003", Message(run, step, blocking));
        }
        LoadedConfig merged = wanted;
        RunConfig s = saved.Config, w = wanted.Config;
        if (w.Train.Budget.Unit == BudgetUnit.Seconds)
        {
            merged = merged.With(merged.Config with { Train = merged.Config.Train with { Budget = s.Train.Budget } }, "train.budget", "as planned at the start");
        }
        if (w.Eval.Every.Unit == BudgetUnit.Seconds)
        {
            merged = merged.With(merged.Config with { Eval = merged.Config.Eval with { Every = s.Eval.Every } }, "eval.every", "as planned at the start");
        }
        if (w.Checkpoint.Every.Unit == BudgetUnit.Seconds)
        {
            merged = merged.With(merged.Config with { Checkpoint = merged.Config.Checkpoint with { Every = s.Checkpoint.Every } }, "checkpoint.every", "as planned at the start");
        }
        changes = Differences(s, merged.Config);
        return merged;
    }

    private static string Message(string run, long step, DifferingKey[] keys)
    {
        var text = new StringBuilder($"cannot resume {run} at step {step}: {keys.Length} {(keys.Length == 1 ? "key differs" : "keys differ")} that its checkpoint depends on.\n");
        int path = keys.Max(key => key.Path.Length), saved = Math.Max("checkpoint".Length, keys.Max(key => key.Saved.Length));
        text.Append("  ").Append("key".PadRight(path)).Append("  ").Append("checkpoint".PadRight(saved)).Append("  here\n");
        foreach (DifferingKey key in keys)
        {
            text.Append("  ").Append(key.Path.PadRight(path)).Append("  ").Append(key.Saved.PadRight(saved)).Append("  ").Append(key.Wanted).Append('\n');
        }
        return text.Append($"To continue the old run: --resume {run} with no other changes. To start a new one: --run NAME.").ToString();
    }
}
