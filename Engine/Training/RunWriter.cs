using PureLlm.Engine.Configuration;
using PureLlm.Engine.Formats;

namespace PureLlm.Engine.Training;

/// <summary>Writes a run down as it goes: metrics, samples, log, checkpoints, result. A disk that refuses ends the run with one clear message.</summary>
internal sealed class RunWriter : ITrainingObserver, IDisposable
{
    private readonly RunFolder folder;
    private readonly CheckpointStore checkpoints;
    private readonly MetricsWriter metrics;
    private readonly SampleWriter samples;
    private readonly RunLog log;

    /// <param name="folder">The run's folder.</param>
    /// <param name="settings">What is kept.</param>
    /// <param name="from">The checkpoint that the run goes on from; what was written after it is cut off.</param>
    public RunWriter(RunFolder folder, CheckpointSection settings, CheckpointState? from)
    {
        this.folder = folder;
        checkpoints = new CheckpointStore(folder.Path, settings.Keep, settings.Best, folder.Disk);
        try
        {
            checkpoints.RemoveLeftovers();
            if (from is not null)
            {
                checkpoints.Point(from);
            }
            File.Delete(folder.PathOf(RunFolder.ResultFile));
            metrics = new MetricsWriter(folder.PathOf(RunFolder.MetricsFile), from?.Step ?? -1);
            samples = new SampleWriter(folder.PathOf(RunFolder.SamplesFile), from?.SamplesBytes ?? 0);
            log = new RunLog(folder.PathOf(RunFolder.LogFile));
        }
        catch (Exception e) when (IsDisk(e))
        {
            metrics?.Dispose();
            samples?.Dispose();
            throw Failure("the run's files cannot be opened", e);
        }
    }

    /// <summary>Bytes of samples.md.</summary>
    public long SamplesBytes => samples.Length;

    /// <summary>The newest checkpoint's folder, or null.</summary>
    public string? Newest => checkpoints.Newest();

    /// <summary>Saves a checkpoint, after everything that it refers to is on the disk.</summary>
    public string Save(CheckpointState state, Action<string> write)
    {
        try
        {
            metrics.Flush();
            samples.Flush();
            return checkpoints.Save(state, write);
        }
        catch (Exception e) when (IsDisk(e))
        {
            throw Failure($"step {state.Step} cannot be saved", e);
        }
    }

    /// <summary>Seconds that a save takes; nothing of it remains.</summary>
    public double TrySave(Action<string> write)
    {
        string trial = Path.Combine(folder.Path, CheckpointStore.FolderName, CheckpointStore.Saving + "trial");
        try
        {
            return Calibration.SecondsOf(() =>
            {
                folder.Disk.CreateFolder(trial);
                write(trial);
                folder.Disk.DeleteFolder(trial);
            });
        }
        catch (Exception e) when (IsDisk(e))
        {
            checkpoints.TryDelete(trial);
            throw Failure("a checkpoint cannot be saved", e);
        }
    }

    public void OnStart(TrainingPlan plan) => Log(() => log.OnStart(plan));

    public void OnStep(in StepReport report)
    {
        try
        {
            metrics.Write(report);
        }
        catch (Exception e) when (IsDisk(e))
        {
            throw Failure($"{RunFolder.MetricsFile} cannot be written at step {report.Step}", e);
        }
    }

    public void OnEvaluation(in EvaluationReport report)
    {
        EvaluationReport copy = report;
        Log(() => log.OnEvaluation(copy));
    }

    public void OnSample(SampleReport report) => Guard($"{RunFolder.SamplesFile} cannot be written at step {report.Step}", () => samples.Write(report));

    public void OnScores(ScoreReport report) => Log(() => log.OnScores(report));

    public void OnCheckpoint(CheckpointReport report) => Log(() => log.OnCheckpoint(report));

    public void OnNotice(string message) => Log(() => log.OnNotice(message));

    public void OnEnd(TrainingResult result)
    {
        Log(() => log.OnEnd(result));
        if (result.Outcome == TrainingOutcome.Completed)
        {
            Guard($"{RunFolder.ResultFile} cannot be written", () => folder.Disk.Replace(folder.PathOf(RunFolder.ResultFile), ResultWriter.ToJson(result)));
        }
    }

    public void Dispose()
    {
        metrics.Dispose();
        samples.Dispose();
        log.Dispose();
    }

    private void Log(Action write) => Guard($"{RunFolder.LogFile} cannot be written", write);

    private void Guard(string failure, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (IsDisk(e))
        {
            throw Failure(failure, e);
        }
    }

    private static bool IsDisk(Exception e) => e is IOException or UnauthorizedAccessException;

    private RunException Failure(string what, Exception e) => new("R004",
        $"{what}: {e.Message.TrimEnd('.')}. {(checkpoints.Newest() is string newest ? $"The last checkpoint is {newest}. Free some space, then: --resume {folder.Path}" : "Nothing was saved yet.")}", e);
}
