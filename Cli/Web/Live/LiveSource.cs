using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;
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

    /// <summary>Copies the weights and moments of the run, which stands still, and records its next step.</summary>
    /// <exception cref="FormatException">The run is not ready.</exception>
    public void Capture(long step, StepSession session)
    {
        TrainingRun run = Run ?? throw new FormatException("the run is being prepared; try again in a moment");
        steps ??= ModelSource.OfRun(folder, folder, backend, BatchCut.Microscope);
        steps.Supply = (asked, slabs, optimizer) =>
        {
            if (asked != step) { return false; }
            run.CopyTo(slabs, optimizer);
            return true;
        };
        try
        {
            session.With(step, trace => trace.Loss);
        }
        finally
        {
            steps.Supply = null;
        }
    }

    public override StepSubject Open(long step) =>
        (steps ?? throw new ArgumentOutOfRangeException(null, "the run trains; pause it on the page /live, then its next step can be opened")).Open(step);

    public override void Dispose()
    {
        steps?.Dispose();
        backend.Dispose();
        GC.SuppressFinalize(this);
    }
}
