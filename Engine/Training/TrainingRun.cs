using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Formats;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;

namespace PureLlm.Engine.Training;

/// <summary>A run from its configuration: data, tokenizer, model, folder and trainer, put together and owned.</summary>
public sealed class TrainingRun : IDisposable
{
    private readonly IDisposable? reservation;
    private readonly ModelWriter? modelWriter;
    private readonly Trainer trainer;

    private TrainingRun(LoadedConfig config, Backend backend, RunFolder folder, CheckpointState? from, IReadOnlyList<DifferingKey> changes, ITrainingObserver[] observers)
    {
        Folder = folder;
        try
        {
            RunConfig c = config.Config;
            Data = DataLoader.Open(c.Data, c.Tokenizer, (ulong)c.Run.Seed, folder: null, ExistingTokenizer(folder, c, from));
            reservation = backend.ReservesMemory ? backend.Reserve(TrainingMemory.Of(c, Data)) : null;
            Model = LanguageModel.Create(c.Model, Data.VocabularySize);
            Model.Allocate(backend, (ulong)c.Run.Seed, training: true, c.Precision.Slabs);
            if (from is null && c.Model.InitFrom.Length > 0)
            {
                ModelFolder.LoadWeights(RunFolder.ModelFolder(c.Model.InitFrom), Model);
            }
            modelWriter = Data.Tokenizer is TextTokenizer tokenizer ? new ModelWriter(Model, tokenizer, backend) : null;
            trainer = new Trainer(new TrainerParts
            {
                Config = config,
                Backend = backend,
                Data = Data,
                Model = Model,
                Folder = folder,
                From = from,
                Changes = changes,
                ContinueText = modelWriter is null ? null : modelWriter.Continue,
                Observers = observers,
            });
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public RunFolder Folder { get; }

    public TokenDataset Data { get; } = null!;

    /// <summary>The model, which <see cref="Execute"/> trains.</summary>
    public LanguageModel Model { get; } = null!;

    /// <summary>Prepares a new run.</summary>
    /// <param name="config">What to do.</param>
    /// <param name="backend">Where to compute.</param>
    /// <param name="folder">runs/&lt;name&gt;.</param>
    /// <param name="overwrite">Whether a run that is there is replaced.</param>
    /// <param name="observers">Who is told.</param>
    /// <exception cref="RunException">R001 the run exists, R004 the folder cannot be written, R006 it is in use.</exception>
    /// <exception cref="DataException">The data cannot be used.</exception>
    public static TrainingRun Start(LoadedConfig config, Backend backend, string folder, bool overwrite, params ITrainingObserver[] observers) =>
        Start(config, backend, RunFolder.Create(folder, overwrite), observers);

    internal static TrainingRun Start(LoadedConfig config, Backend backend, RunFolder created, ITrainingObserver[] observers)
    {
        try
        {
            var run = new TrainingRun(config, backend, created, null, [], observers);
            // From here on the folder is a run, so that what is interrupted now can be resumed.
            created.Begin(config.ToToml());
            return run;
        }
        catch
        {
            created.Discard();
            throw;
        }
    }

    /// <summary>Prepares to go on with a run from its newest checkpoint, or from its start if there is none yet.</summary>
    /// <param name="folder">runs/&lt;name&gt;.</param>
    /// <param name="backend">Where to compute.</param>
    /// <param name="wanted">A configuration that may differ from the saved one in what a checkpoint does not depend on; null: the saved one.</param>
    /// <param name="observers">Who is told.</param>
    /// <exception cref="RunException">R002 there is no such run, R003 the configuration has another shape, R005 the checkpoint is damaged, R006 it is in use.</exception>
    public static TrainingRun Resume(string folder, Backend backend, LoadedConfig? wanted, params ITrainingObserver[] observers)
    {
        RunFolder opened = RunFolder.Open(folder);
        try
        {
            LoadedConfig config = ConfigLoader.Load(opened.PathOf(RunFolder.ConfigFile));
            string checkpoints = Path.Combine(folder, CheckpointStore.FolderName);
            CheckpointState? from = CheckpointStore.Steps(checkpoints) is [.., long last] ? CheckpointState.Read(Path.Combine(checkpoints, CheckpointStore.NameOf(last))) : null;
            IReadOnlyList<DifferingKey> changes = [];
            if (wanted is not null)
            {
                config = ResumeCheck.Merge(config, wanted, folder, from?.Step ?? 0, out changes);
            }
            return new TrainingRun(config, backend, opened, from, changes, observers);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>The configuration that a run's folder holds.</summary>
    public static LoadedConfig ConfigOf(string folder) => ConfigLoader.Load(Path.Combine(folder, RunFolder.ConfigFile));

    /// <summary>Trains until the budget is used, a request to stop, or a break rule.</summary>
    /// <exception cref="RunException">R004: the disk refuses; the last checkpoint is intact.</exception>
    public TrainingResult Execute(StopRequest stop) => trainer.Run(stop);

    /// <summary>Copies weights and moments, as they are between two steps, to a model of the same configuration and its optimizer.</summary>
    /// <exception cref="ArgumentException">The optimizer is another kind.</exception>
    public void CopyTo(ParameterSlabs slabs, Optimizer optimizer) => trainer.CopyTo(slabs, optimizer);

    public void Dispose()
    {
        trainer?.Dispose();
        modelWriter?.Dispose();
        Model?.Dispose();
        reservation?.Dispose();
        Data?.Dispose();
        Folder.Dispose();
    }

    /// <summary>The checkpoint's tokenizer, or that of the model that the run starts from; null: [tokenizer] decides.</summary>
    private static TextTokenizer? ExistingTokenizer(RunFolder folder, RunConfig config, CheckpointState? from)
    {
        string? model = from is not null ? Path.Combine(folder.Path, CheckpointStore.FolderName, CheckpointStore.NameOf(from.Step))
            : config.Model.InitFrom.Length > 0 ? RunFolder.ModelFolder(config.Model.InitFrom) : null;
        return model is not null && Path.Combine(model, ModelFolder.TokenizerFile) is string path && File.Exists(path) ? TokenizerJson.Load(path) : null;
    }
}
