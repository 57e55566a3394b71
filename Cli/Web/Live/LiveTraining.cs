using PureLlm.Cli.Rendering;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Training;

namespace PureLlm.Cli.Web.Live;

/// <summary>The page of a run that trains right now: its curve and samples, and, where it is paused, the step that comes next in the viewer.</summary>
internal sealed class LiveTraining : IDisposable
{
    private readonly LiveFeed feed = new();
    private readonly TrainingPause pause = new();
    private readonly LiveSource source;
    private readonly StepSession session;
    private StepServer? server;

    private LiveTraining(string folder)
    {
        source = new LiveSource(folder, pause);
        session = new StepSession(source);
    }

    /// <summary>Listen to the run; the one that pauses it comes last.</summary>
    public ITrainingObserver[] Observers => [new JsonTrainingEvents(feed), pause];

    /// <summary>Serves the page and says where.</summary>
    /// <exception cref="CliException">S001: the port cannot be opened.</exception>
    public static LiveTraining Start(CommandContext context, string folder, int port)
    {
        var live = new LiveTraining(folder);
        try
        {
            var routes = new LiveRoutes(live.feed, live.pause, step => live.source.Capture(step, live.session));
            live.server = StepServer.StartAsync(live.session, new Cursor(0, "s"), port, routes.Map).GetAwaiter().GetResult();
        }
        catch
        {
            live.Dispose();
            throw;
        }
        context.Note($"watch it: {new Uri(live.server.Address, "/live")}");
        return live;
    }

    /// <summary>The run that the page shows; before it starts.</summary>
    public void Attach(TrainingRun run) => source.Run = run;

    /// <summary>A paused run goes on, so that it can end.</summary>
    public void Release() => pause.Resume();

    public void Dispose()
    {
        source.Run = null;
        pause.Dispose();
        feed.Dispose();
        server?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        session.Dispose();
    }
}
