using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Formats;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Engine.Training;
using PureLlm.Kernels;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;

namespace PureLlm.Engine.Inspection.Sources;

/// <summary>The training steps of a model: of a run that was made or is being made, or of a configuration from its start.</summary>
/// <remarks>A run's folder is only read.</remarks>
public sealed class ModelSource : StepSource
{
    /// <summary>Steps of a run whose budget is a time, for its learning rate, before anyone has measured a step.</summary>
    public const long AssumedSteps = 1000;

    private readonly Backend backend;
    private readonly RunConfig config;
    private readonly string? run;
    private readonly BatchCut cut;
    private readonly TokenDataset data;
    private readonly PairShape? pairs;
    private readonly BatchSource batches;
    private readonly TrainingReplay replay;
    private readonly RunMetrics? metrics;
    private readonly long planned;
    private readonly bool isAssumed;

    private ModelSource(string title, Backend backend, RunConfig config, string? run, BatchCut cut)
    {
        (Title, this.backend, this.config, this.run, this.cut) = (title, backend, config, run, cut);
        metrics = run is null ? null : new RunMetrics(run);
        data = DataLoader.Open(config.Data, config.Tokenizer, (ulong)config.Run.Seed, folder: null, ExistingTokenizer());
        try
        {
            pairs = config.Model.IsEncoderDecoder ? PairShape.Of(data, config.Model.Context) : null;
            batches = data.Batches(config.Train.Batch, config.Model.Context, config.Train.Accumulate);
            using (var first = new StepBatches(backend, batches, pairs))
            {
                first.Read(0);
                isAssumed = config.Train.Budget.StepsFor(Math.Max(1, first.Counted)) is null;
                planned = config.Train.Budget.StepsFor(Math.Max(1, first.Counted)) ?? AssumedSteps;
            }
            replay = new TrainingReplay(backend, config, data, planned, run, metrics);
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    public override string Title { get; }

    public override long? LastStep => metrics?.Done ?? planned;

    public override IReadOnlyDictionary<string, string> Provenance => new Dictionary<string, string>
    {
        ["configuration"] = $"SHA-256 {Fingerprints.Of(config)}",
        ["seed"] = FormattableString.Invariant($"{config.Run.Seed}"),
        ["text"] = $"SHA-256 of its tokens {Fingerprints.Of(data)}",
    };

    /// <summary>Told before steps are done again: from which one, to which one.</summary>
    public Action<long, long>? Replaying
    {
        get => replay.Starting;
        set => replay.Starting = value;
    }

    /// <summary>Fills in the weights and moments that a step began with, where someone has them at hand: a run that stands still; false: they are replayed.</summary>
    public Func<long, ParameterSlabs, Optimizer, bool>? Supply { get; set; }

    /// <summary>The steps of a new model.</summary>
    /// <param name="title">The file's name.</param>
    /// <param name="config">Of the model, its data and its training.</param>
    /// <param name="backend">Where to compute; the caller's.</param>
    /// <param name="cut">How much of each batch.</param>
    /// <exception cref="DataException">The data cannot be used.</exception>
    public static ModelSource OfConfig(string title, RunConfig config, Backend backend, BatchCut cut) => new(title, backend, config, null, cut);

    /// <summary>The steps of a run, as they were.</summary>
    /// <param name="title">The run as the user would write it.</param>
    /// <param name="folder">runs/&lt;name&gt;.</param>
    /// <param name="backend">Where to compute; the caller's.</param>
    /// <param name="cut">How much of each batch.</param>
    /// <exception cref="RunException">R002 it is no run, R003 its text has changed, R005 a checkpoint is damaged.</exception>
    /// <exception cref="DataException">The data cannot be used.</exception>
    public static ModelSource OfRun(string title, string folder, Backend backend, BatchCut cut) => RunFolder.IsRun(folder)
        ? new(title, backend, TrainingRun.ConfigOf(folder).Config, folder, cut)
        : throw new RunException("R002", $"{folder} is not a run: it has no {RunFolder.ConfigFile}.");

    public override StepSubject Open(long step)
    {
        LanguageModel model = LanguageModel.Create(config.Model, data.VocabularySize);
        model.AllocateEmpty(backend, training: true, config.Precision.Slabs);
        Optimizer optimizer = replay.CreateOptimizer(model);
        try
        {
            if (Supply?.Invoke(step, model.Slabs, optimizer) != true)
            {
                Require(step);
                replay.Copy(step, model, optimizer);
            }
        }
        catch
        {
            optimizer.Dispose();
            model.Dispose();
            throw;
        }
        var windows = new StepWindows(backend, batches, pairs, step, cut);
        bool isOne = windows.Batches.Count == 1;
        return new ModelSubject(Title, step, config, model, optimizer, windows, backend)
        {
            Rate = replay.RateAt(step),
            BestLoss = cut.IsWhole && pairs is null && data.HasValidation ? data.Evaluation(config.Train.Batch, config.Model.Context).Floor : null,
            InputTexts = isOne ? StepWindows.Texts(data.Tokenizer, windows.Batches[0].Inputs.ToArray()) : [],
            TargetTexts = isOne ? StepWindows.Texts(data.Tokenizer, windows.Batches[0].Targets.ToArray()) : [],
            Tokenizer = data.Tokenizer,
            Measured = Training(step) ?? new BreakValues(),
            Facts = [.. Facts(windows)],
        };
    }

    public override BreakValues? Training(long step) => metrics?.Values(step);

    /// <summary>The first step whose loss or gradient is not finite, by the run's own lines, or by training; null: none.</summary>
    public long? FindNonFinite()
    {
        long from = metrics?.FirstNonFinite ?? 0;
        return metrics is not null && metrics.FirstNonFinite is null ? null : replay.FindNonFinite(from, metrics is null ? planned : Math.Max(metrics.Done, from) + 1);
    }

    public override void Dispose()
    {
        replay.Dispose();
        data.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Require(long step)
    {
        long last = LastStep!.Value;
        if (step >= 0 && (step <= last || metrics?.FirstNonFinite == step)) { return; }
        throw new ArgumentOutOfRangeException(null, run is null
            ? $"{Title} plans {planned:N0} steps: 0 to {last} can be opened, {step} cannot."
            : $"{Title} has done {last} steps: 0 to {last} can be opened, {step} cannot.");
    }

    private IEnumerable<string> Facts(StepWindows windows)
    {
        int sequences = config.Train.Batch * config.Train.Accumulate;
        yield return cut.IsWhole
            ? $"The whole batch, {sequences} × {windows.Tokens} tokens: loss and gradients are the trainer's, bit for bit."
            : $"{windows.Sequences} of {sequences} sequences × {windows.Tokens} of {config.Model.Context} tokens of the real batch; --whole shows all of it.";
        if (cut.IsWhole && config.Train.Accumulate > 1) { yield return "The micro-batches are on the tape last to first, so that their gradients are added up in the trainer's order."; }
        if (config.Precision.Activations != StorageFormat.Float32) { yield return "The trainer keeps what waits for the backward pass in 16 bits; here it is float32."; }
        if (isAssumed) { yield return $"The budget is a time, so the number of steps is not known yet: the learning rate is that of a run of {AssumedSteps} steps."; }
        if (replay.Doubt.Length > 0) { yield return replay.Doubt; }
    }

    /// <summary>The tokenizer of the run's checkpoints, or of the model that it starts from; null: [tokenizer] decides.</summary>
    private TextTokenizer? ExistingTokenizer()
    {
        string checkpoints = run is null ? "" : Path.Combine(run, CheckpointStore.FolderName);
        string? folder = run is not null && CheckpointStore.Steps(checkpoints) is [.., long last] ? Path.Combine(checkpoints, CheckpointStore.NameOf(last))
            : config.Model.InitFrom.Length > 0 ? RunFolder.ModelFolder(config.Model.InitFrom) : null;
        return folder is not null && Path.Combine(folder, ModelFolder.TokenizerFile) is string path && File.Exists(path) ? TokenizerJson.Load(path) : null;
    }
}
