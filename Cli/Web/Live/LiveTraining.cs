using PureLlm.Cli.Rendering;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Training;

namespace PureLlm.Cli.Web.Live;

/// <summary>A run that trains right now, for those who look at it meanwhile: it can be held, the step that comes next opened, its curve and samples watched on a page.</summary>
internal sealed class LiveTraining : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly LiveFeed feed = new();
    private readonly LiveSource source;
    private StepServer? server;

    /// <param name="folder">runs/&lt;name&gt;.</param>
    public LiveTraining(string folder)
    {
        source = new LiveSource(folder, Pause);
        Session = new StepSession(source);
    }

    /// <summary>Holds the run between two steps.</summary>
    public TrainingPause Pause { get; } = new();

    /// <summary>Its steps.</summary>
    public StepSession Session { get; }

    /// <summary>Listen to the run; the one that pauses it comes last.</summary>
    public ITrainingObserver[] Observers => [new JsonTrainingEvents(feed), Pause];

    /// <summary>Serves the page, once.</summary>
    /// <returns>Its address.</returns>
    /// <exception cref="CliException">S001: the port cannot be opened.</exception>
    public Uri Serve(int port)
    {
        server ??= StepServer.StartAsync(Session, new Cursor(0, "s"), port, new LiveRoutes(feed, Pause, () => Hold()).Map).GetAwaiter().GetResult();
        return new Uri(server.Address, "/live");
    }

    /// <summary>Pauses the run after the step that it is in and opens the one that comes next, on a copy.</summary>
    /// <exception cref="FormatException">It cannot be paused; says why.</exception>
    public Cursor Hold()
    {
        if (source.Run is null) { throw new FormatException("the run is being prepared; try again in a moment"); }
        if (!Pause.Pause(Patience)) { throw new FormatException($"the step did not end within {Patience.TotalSeconds:0} seconds; the run goes on"); }
        if (Pause.HasEnded) { throw new FormatException("the run has ended; open it with pure-llm step runs/NAME"); }
        var next = new Cursor(Pause.StepsDone, "s");
        Session.With(next.Step, trace => trace.Loss);
        return next;
    }

    /// <summary>The run; before it starts.</summary>
    public void Attach(TrainingRun run) => source.Run = run;

    public void Dispose()
    {
        source.Run = null;
        Pause.Dispose();
        feed.Dispose();
        server?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Session.Dispose();
    }
}
