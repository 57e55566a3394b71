using System.Diagnostics;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Formats;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;

namespace PureLlm.Engine.Training;

/// <summary>The training loop: steps, and between them evaluations, samples, checkpoints and break rules.</summary>
/// <remarks>The weights after a step are a function of the configuration, the data and the step: not of time, of evaluations, of the number of
/// threads, or of how often the run was interrupted. Knows nothing about consoles and exit codes.</remarks>
public sealed partial class Trainer : IDisposable
{
    private readonly TrainerParts parts;
    private readonly ITrainingObserver observers;
    private readonly RunWriter writer;
    private readonly BatchSource source;
    private readonly Optimizer optimizer;
    private readonly ProgressMeter meter;
    private readonly BreakWatch watch;
    private readonly TrainingStep work;
    private readonly string dataHash;
    private readonly double earlierSeconds;
    private readonly HashSet<string> ignored = [];
    private LearningRateSchedule? schedule;
    private CheckpointState? best;
    private BreakValues last;
    private long step, tokens, began;
    private double stepSeconds, lastValidation = double.NaN;

    /// <param name="parts">What the run is made of.</param>
    public Trainer(TrainerParts parts)
    {
        this.parts = parts;
        RunConfig config = parts.Config.Config;
        (LanguageModel model, Backend backend, CheckpointState? from) = (parts.Model, parts.Backend, parts.From);
        PairShape? pairs = model.Config.IsEncoderDecoder ? PairShape.Of(parts.Data, model.Config.Context) : null;
        source = parts.Data.Batches(config.Train.Batch, model.Config.Context, config.Train.Accumulate);
        optimizer = Optimizer.Create(config.Train, model.Config, model.Slabs, backend, new MomentStorage(config.Precision.Moments, (ulong)config.Run.Seed));
        work = new TrainingStep(backend, model, source, optimizer, config.Train.Clip, (ulong)config.Run.Seed, pairs, config.TapeMemory, config.Precision.AppliedLossScale);
        meter = new ProgressMeter(config, backend, model, parts.Data, parts.ContinueText, pairs);
        watch = new BreakWatch(config.Break.On);
        dataHash = Fingerprints.Of(parts.Data);
        if (from is not null)
        {
            CheckpointContents.Read(parts.Folder.Path, from, model, optimizer, dataHash);
            (step, tokens, earlierSeconds, stepSeconds) = (from.Step, from.Tokens, from.ElapsedSeconds, from.StepSeconds);
            lastValidation = from.LastValidationLoss ?? double.NaN;
            watch.Restore(from.PreviousLoss, from.BestLoss);
            work.LossScaler.Restore(from.LossScale, from.LossScaleSteps);
            best = from;
        }
        writer = new RunWriter(parts.Folder, config.Checkpoint, from);
        observers = new Observers([writer, .. parts.Observers]);
    }

    /// <summary>What the run does; null before <see cref="Run"/>.</summary>
    public TrainingPlan? Plan { get; private set; }

    /// <summary>Updates that are done.</summary>
    public long StepsDone => step;

    private RunConfig Config => parts.Config.Config;

    private double Seconds => earlierSeconds + Stopwatch.GetElapsedTime(began).TotalSeconds;

    /// <summary>Trains to the end of the budget, or until it is asked to stop or a rule stops it.</summary>
    /// <exception cref="RunException">R004: the disk refuses; the last checkpoint is intact.</exception>
    public TrainingResult Run(StopRequest stop)
    {
        Start();
        var pace = new PaceCheck(Plan!, Seconds);
        while (step < Plan!.Steps)
        {
            if (stop.IsRequested)
            {
                return Stop(stop);
            }
            if (Advance() is BreakRule rule)
            {
                return Break(rule);
            }
            if (Due(Plan.CheckpointEvery) && step < Plan.Steps)
            {
                Save();
            }
            if (pace.Check(step, Seconds) is string notice)
            {
                observers.OnNotice(notice);
            }
        }
        return Finish(stop);
    }

    /// <summary>Copies weights and moments to a model of the same shapes and its optimizer.</summary>
    internal void CopyTo(ParameterSlabs slabs, Optimizer other)
    {
        if (other.Name != optimizer.Name || other.State.Count != optimizer.State.Count) { throw new ArgumentException($"the run is trained by {optimizer.Name}, whose moments {other.Name} does not have."); }
        TensorBuffer[] values = parts.Model.Slabs.CopyValues();
        slabs.RestoreValues(values);
        Array.ForEach(values, buffer => buffer.Dispose());
        for (int i = 0; i < other.State.Count; i++) { parts.Backend.Copy(optimizer.State[i].Slab, other.State[i].Slab); }
    }

    public void Dispose()
    {
        writer.Dispose();
        meter.Dispose();
        work.Dispose();
        optimizer.Dispose();
    }

    private bool Due(long every) => every > 0 && step % every == 0;

    private void Show(double validation, bool withText)
    {
        if (!double.IsNaN(validation))
        {
            lastValidation = validation;
            observers.OnEvaluation(new EvaluationReport(step, Seconds, validation, false));
        }
        if (withText && meter.HasSample)
        {
            observers.OnSample(new SampleReport(step, Seconds, Config.Eval.Sample.Prompt, meter.Sample()));
        }
        if (withText && meter.HasScores)
        {
            observers.OnScores(new ScoreReport(step, Seconds, meter.Scores(), false));
        }
    }

    /// <summary>Saves the state after <see cref="step"/> updates.</summary>
    private string Save()
    {
        Report();
        bool isMeasured = !double.IsNaN(lastValidation) && (Due(Plan!.EvaluateEvery) || Due(Plan.CheckpointEvery) || step == Plan.Steps);
        bool isBest = isMeasured && !(best?.BestValidationLoss <= lastValidation);
        var state = new CheckpointState
        {
            Step = step,
            StepsPlanned = Plan!.Steps,
            Tokens = tokens,
            DataCursor = step * work.Batches.Windows,
            Seed = Config.Run.Seed,
            Optimizer = optimizer.Name,
            ValidationLoss = isMeasured ? lastValidation : null,
            BestValidationLoss = isBest ? lastValidation : best?.BestValidationLoss,
            BestStep = isBest ? step : best?.BestStep,
            LastValidationLoss = double.IsNaN(lastValidation) ? null : lastValidation,
            PreviousLoss = double.IsNaN(watch.Previous) ? null : watch.Previous,
            BestLoss = double.IsNaN(watch.Best) ? null : watch.Best,
            LossScale = Config.Precision.AppliedLossScale.IsDynamic ? work.LossScaler.Scale : null,
            LossScaleSteps = Config.Precision.AppliedLossScale.IsDynamic ? work.LossScaler.Steps : null,
            ElapsedSeconds = Seconds,
            StepSeconds = stepSeconds,
            ConfigHash = Fingerprints.Of(Config),
            DataHash = dataHash,
            SamplesBytes = writer.SamplesBytes,
            WeightsSha256 = parts.Model.Slabs.Sha256(),
        };
        string folder = writer.Save(state, path => CheckpointContents.Write(path, parts.Model, parts.Data.Tokenizer, optimizer));
        best = state;
        observers.OnCheckpoint(new CheckpointReport(step, folder, isBest));
        return folder;
    }

    private TrainingResult Stop(StopRequest stop)
    {
        Report();
        string? folder = stop.IsImmediate ? writer.Newest : Save();
        return End(Result(stop.IsImmediate ? TrainingOutcome.Abandoned : TrainingOutcome.Interrupted) with { Checkpoint = folder });
    }

    /// <summary>The update was not applied: the weights are those of the last good step, and the snapshot is taken of them.</summary>
    private TrainingResult Break(BreakRule rule)
    {
        bool isFinite = double.IsFinite(last.Loss) && double.IsFinite(last.GradientNorm);
        NonFiniteOrigin? origin = isFinite ? null : NonFiniteSearch.Find(work, step, parts.Model.Slabs, parts.Backend);
        bool areWeightsGood = origin is not { Frame: < 0 };
        string? folder = Config.Break.Then == BreakAction.Snapshot && areWeightsGood ? Save() : writer.Newest;
        var report = new BreakReport(step + 1, rule.Text, last, watch.Earlier, origin, folder);
        return End(Result(TrainingOutcome.Broke) with { Checkpoint = folder, Break = report });
    }

    private TrainingResult Finish(StopRequest stop)
    {
        string folder = Save();
        double loss = meter.FinalLoss();
        TrainingResult result = Result(TrainingOutcome.Completed) with { Checkpoint = folder };
        if (!double.IsNaN(loss))
        {
            observers.OnEvaluation(new EvaluationReport(step, Seconds, loss, true));
            result = result with { ValidationLoss = loss };
        }
        if (meter.HasSample && !stop.IsRequested)
        {
            observers.OnSample(new SampleReport(step, Seconds, Config.Eval.Sample.Prompt, meter.Sample()));
        }
        if (meter.HasScores && !stop.IsRequested)
        {
            IReadOnlyList<CorpusScore> scores = meter.FinalScores(stop);
            observers.OnScores(new ScoreReport(step, Seconds, scores, true));
            result = result with { Scores = scores };
        }
        return End(result with { Seconds = Seconds });
    }

    private TrainingResult Result(TrainingOutcome outcome)
    {
        using var process = Process.GetCurrentProcess();
        return new TrainingResult
        {
            Outcome = outcome,
            Steps = step,
            Tokens = tokens,
            Seconds = Seconds,
            TokensPerSecond = stepSeconds > 0 ? tokens / stepSeconds : 0,
            Floor = meter.Floor,
            PeakBytes = Math.Max(process.PeakWorkingSet64, Environment.WorkingSet),
            WeightsSha256 = parts.Model.Slabs.Sha256(),
        };
    }

    private TrainingResult End(TrainingResult result)
    {
        observers.OnEnd(result);
        return result;
    }
}
