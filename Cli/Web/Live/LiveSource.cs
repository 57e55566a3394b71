using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Engine.Training;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Cli.Web.Live;

/// <summary>The steps of a run that trains right now: those at which it was paused at once, others by replay from a checkpoint.</summary>
/// <remarks>Works on copies, on a thread of its own: the run's weights are only read, and only while it stands still.</remarks>
/// <param name="folder">runs/&lt;name&gt;.</param>
/// <param name="pause">Where the run is.</param>
internal sealed class LiveSource(string folder, TrainingPause pause) : StepSource
{
    private readonly Backend backend = new CpuBackend(1, CpuFeatures.Width);
    private ModelSource? steps;

    public override string Title => folder;

    public override long? LastStep => pause.StepsDone;

    /// <summary>The run; null before it is made, and after.</summary>
    public TrainingRun? Run { get; set; }

    public override StepSubject Open(long step)
    {
        if (steps is null)
        {
            if (Run is null || !pause.IsPaused) { throw new ArgumentOutOfRangeException(null, "the run trains; pause it, then its next step can be opened"); }
            steps = ModelSource.OfRun(folder, folder, backend, BatchCut.Microscope);
            steps.Supply = Copy;
        }
        return steps.Open(step);
    }

    /// <summary>The weights and moments of a run that stands still before that very step.</summary>
    private bool Copy(long step, ParameterSlabs slabs, Optimizer optimizer)
    {
        bool isCopied = false;
        pause.WhileStanding(() =>
        {
            if (step != pause.StepsDone || Run is not { } run) { return; }
            run.CopyTo(slabs, optimizer);
            isCopied = true;
        });
        return isCopied;
    }

    public override void Dispose()
    {
        steps?.Dispose();
        backend.Dispose();
        GC.SuppressFinalize(this);
    }
}
