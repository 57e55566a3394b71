using System.Globalization;
using System.Numerics;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Formats;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Engine.Training;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Sources;

/// <summary>Training as it was, up to any step: from the nearest checkpoint or moment before it, by the trainer's own steps, to the same bits.</summary>
/// <remarks>Never writes to the run's folder, so that a run that trains right now can be replayed. Moments are kept at distances 1, 2, 4, 8 …
/// before the step that was asked for, so that going back is short too.</remarks>
internal sealed class TrainingReplay : IDisposable
{
    private const long KeptBytes = 256L << 20;

    private readonly Backend backend;
    private readonly RunConfig config;
    private readonly string? run;
    private readonly RunMetrics? metrics;
    private readonly string dataHash;
    private readonly TokenDataset data;
    private Trainer? trainer;
    private readonly LearningRateSchedule schedule;
    private readonly LinkedList<TrainingMoment> moments = new();
    private long step = -1;

    /// <param name="backend">Where to compute.</param>
    /// <param name="config">Of the run.</param>
    /// <param name="data">What it learns from.</param>
    /// <param name="plannedSteps">Of the whole run.</param>
    /// <param name="run">Its folder; null: a run that was never made, from its start.</param>
    /// <param name="metrics">What it wrote down.</param>
    public TrainingReplay(Backend backend, RunConfig config, TokenDataset data, long plannedSteps, string? run, RunMetrics? metrics)
    {
        (this.backend, this.config, this.data, this.run, this.metrics) = (backend, config, data, run, metrics);
        schedule = new LearningRateSchedule(config.Train, plannedSteps);
        dataHash = Fingerprints.Of(data);
    }

    /// <summary>Told once before steps are done again: from which one, to which one.</summary>
    public Action<long, long>? Starting { get; set; }

    /// <summary>Where the replay did not give what the run wrote down; empty: everything agrees.</summary>
    public string Doubt { get; private set; } = "";

    /// <summary>What steps are done with; made when one has to be.</summary>
    private Trainer Own => trainer ??= CreateTrainer();

    /// <summary>η of a step.</summary>
    public double RateAt(long of) => schedule.At(of);

    /// <summary>An optimizer as the run's.</summary>
    public Optimizer CreateOptimizer(LanguageModel of) =>
        Optimizer.Create(config.Train, of.Config, of.Slabs, backend, new MomentStorage(config.Precision.Moments, (ulong)config.Run.Seed));

    /// <summary>Gives a model and an optimizer of the same configuration the state after so many updates.</summary>
    public void Copy(long target, LanguageModel to, Optimizer memory)
    {
        if (step != target && !moments.Any(moment => moment.Step == target) && TryFill(target, to, memory)) { return; }
        MoveTo(target);
        (LanguageModel model, Optimizer optimizer, _) = Own;
        foreach (SlabRange range in model.Slabs.Ranges) { backend.Copy(model.Slabs.ValuesOf(range.Offset, range.Length), to.Slabs.ValuesOf(range.Offset, range.Length)); }
        for (int i = 0; i < optimizer.State.Count; i++) { backend.Copy(optimizer.State[i].Slab, memory.State[i].Slab); }
    }

    /// <summary>The first step from <paramref name="from"/> on, and before <paramref name="end"/>, whose loss or gradient is not finite; null: none.</summary>
    public long? FindNonFinite(long from, long end)
    {
        MoveTo(from);
        if (end - from > 1) { Starting?.Invoke(from, end); }
        while (step < end)
        {
            (double loss, double norm) = Own.Work.Measure(step);
            if (!double.IsFinite(loss) || !double.IsFinite(norm)) { return step; }
            Update(loss);
        }
        return null;
    }

    public void Dispose()
    {
        foreach (TrainingMoment moment in moments) { moment.Dispose(); }
        trainer?.Dispose();
    }

    /// <summary>Gives a state that needs no training: the start of a run that was never made, or one that a checkpoint has.</summary>
    private bool TryFill(long target, LanguageModel to, Optimizer memory)
    {
        if (Checkpoints().Contains(target)) { return TryRead(target, to, memory) is not null; }
        if (target != 0) { return false; }
        Begin(to, memory);
        return true;
    }

    private Trainer CreateTrainer()
    {
        LanguageModel model = LanguageModel.Create(config.Model, data.VocabularySize);
        model.AllocateEmpty(backend, training: true, config.Precision.Slabs);
        Optimizer optimizer = CreateOptimizer(model);
        PairShape? pairs = model.Config.IsEncoderDecoder ? PairShape.Of(data, model.Config.Context) : null;
        BatchSource source = data.Batches(config.Train.Batch, model.Config.Context, config.Train.Accumulate);
        return new(model, optimizer, new TrainingStep(backend, model, source, optimizer, config.Train.Clip, (ulong)config.Run.Seed, pairs, config.TapeMemory, config.Precision.AppliedLossScale));
    }

    private void MoveTo(long target)
    {
        Load(target);
        if (step < target) { Starting?.Invoke(step, target); }
        while (step < target)
        {
            if (BitOperations.IsPow2(target - step)) { Keep(); }
            Update(Own.Work.Measure(step).Loss);
        }
    }

    private void Update(double loss)
    {
        Compare(loss);
        Own.Work.Update(step, RateAt(step));
        step++;
    }

    /// <summary>Holds a loss against the one that the run wrote down, to all its digits.</summary>
    private void Compare(double loss)
    {
        if (Doubt.Length == 0 && metrics?.Of(step) is { } row && double.IsFinite(row.Loss) && loss.ToString("G9", CultureInfo.InvariantCulture) != row.Loss.ToString("G9", CultureInfo.InvariantCulture))
        {
            Doubt = string.Create(CultureInfo.InvariantCulture, $"The replay is not exact: the loss of step {step} is {loss:G9} here and {row.Loss:G9} in {RunFolder.MetricsFile}; the run was made by another version or machine, or went on with another configuration.");
        }
    }

    /// <summary>Goes to the nearest state at or before a step that is at hand: this one, one that was kept, a checkpoint, or the start.</summary>
    private void Load(long target)
    {
        long here = step >= 0 && step <= target ? step : -1;
        TrainingMoment? kept = moments.Where(moment => moment.Step <= target).MaxBy(moment => moment.Step);
        foreach (long saved in Checkpoints().Where(saved => saved <= target && saved > here && saved > (kept?.Step ?? -1)).OrderDescending())
        {
            if (TryLoad(saved)) { return; }
        }
        if (kept is not null && kept.Step > here)
        {
            kept.Restore(Own.Model, Own.Optimizer, Own.Work.LossScaler);
            step = kept.Step;
        }
        else if (here < 0)
        {
            Begin(Own.Model, Own.Optimizer);
            Own.Work.LossScaler.Restore(null, null);
            step = 0;
        }
    }

    private long[] Checkpoints() => run is null ? [] : CheckpointStore.Steps(Path.Combine(run, CheckpointStore.FolderName));

    private bool TryLoad(long saved)
    {
        step = -1;
        if (TryRead(saved, Own.Model, Own.Optimizer) is not { } state) { return false; }
        Own.Work.LossScaler.Restore(state.LossScale, state.LossScaleSteps);
        step = saved;
        return true;
    }

    /// <summary>Reads a checkpoint; null if the run that trains right now has removed it meanwhile.</summary>
    private CheckpointState? TryRead(long saved, LanguageModel model, Optimizer optimizer)
    {
        string folder = Path.Combine(run!, CheckpointStore.FolderName, CheckpointStore.NameOf(saved));
        try
        {
            CheckpointState state = CheckpointState.Read(folder);
            CheckpointContents.Read(run!, state, model, optimizer, dataHash);
            return state;
        }
        catch (Exception error) when (error is RunException or IOException && !Directory.Exists(folder))
        {
            return null;
        }
    }

    private void Begin(LanguageModel model, Optimizer optimizer)
    {
        model.Slabs.Initialize((ulong)config.Run.Seed);
        if (config.Model.InitFrom.Length > 0) { ModelFolder.LoadWeights(RunFolder.ModelFolder(config.Model.InitFrom), model); }
        optimizer.Reset();
    }

    private void Keep()
    {
        if (moments.Any(moment => moment.Step == step)) { return; }
        var moment = new TrainingMoment(step, Own.Model, Own.Optimizer, Own.Work.LossScaler);
        moments.AddLast(moment);
        while (moments.Sum(kept => kept.Bytes) > KeptBytes)
        {
            moments.First!.Value.Dispose();
            moments.RemoveFirst();
        }
    }

    /// <summary>A model with what trains it.</summary>
    private sealed record Trainer(LanguageModel Model, Optimizer Optimizer, TrainingStep Work) : IDisposable
    {
        public void Dispose()
        {
            Work.Dispose();
            Optimizer.Dispose();
            Model.Dispose();
        }
    }
}
