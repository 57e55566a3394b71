using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping;
using PureLlm.Cli.Web;
using PureLlm.Cli.Web.Live;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Training;
using PureLlm.Engine.Training.Report;
using PureLlm.Kernels;

namespace PureLlm.Cli.Commands;

/// <summary>A run at a terminal: what is shown, what Ctrl-C does, and what is said at the end.</summary>
internal static class TrainingSession
{
    private const double PlainInterval = 10;

    /// <summary>Makes the run and carries it out.</summary>
    /// <param name="context">Where it is shown.</param>
    /// <param name="config">For the number of threads.</param>
    /// <param name="folder">runs/&lt;name&gt;, as the user would write it.</param>
    /// <param name="create">Makes the run.</param>
    /// <param name="webPort">Port of the page that shows the run; null: no page.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(CommandContext context, RunConfig config, string folder, Func<Backend, ITrainingObserver[], TrainingRun> create, int? webPort = null)
    {
        var stop = new StopRequest();
        using Backend backend = context.CreateBackend(config.Train.Threads);
        var counter = new StepCounter();
        LiveTrainingScreen? live = null;
        bool hasScreen = context.Modes.Live && !context.Quiet;
        using LiveTraining? watched = hasScreen || webPort is not null ? new LiveTraining(folder) : null;
        if (webPort is int port) { context.Note($"watch it: {watched!.Serve(port)}"); }
        void OnSignal() => Interrupt(context, stop, counter, live, watched);
        live = hasScreen ? new LiveTrainingScreen(context.Host, context.Style, new TrainingKeys(OnSignal, watched!.Pause, () => Look(context, watched, folder), () => Serve(watched))) : null;
        TrainingResult result;
        TrainingPlan plan;
        using (live)
        using (context.Host.Signals?.Listen(OnSignal))
        {
            ITrainingObserver shown = live is not null ? live
                : context.Json ? new JsonTrainingEvents(context.Out)
                : new PlainTrainingLines(context.Quiet ? TextWriter.Null : context.Out, context.Style, PlainInterval);
            if (live is not null)
            {
                context.Note("preparing the data and measuring the speed …");
            }
            using TrainingRun run = create(backend, [counter, shown, .. watched?.Observers ?? []]);
            watched?.Attach(run);
            result = run.Execute(stop);
            plan = counter.Plan!;
        }
        if (live?.Progress is { } progress)
        {
            TrainingSummary.WriteLastScreen(context, progress);
        }
        WriteReport(context, plan.Folder);
        return TrainingSummary.Write(context, plan, result, folder);
    }

    /// <summary>The step that comes next in the terminal's viewer, on a copy; the run stands still until that is left.</summary>
    private static void Look(CommandContext context, LiveTraining watched, string folder)
    {
        bool wasPaused = watched.Pause.IsAsked;
        try
        {
            var walk = new StepWalk(watched.Session, watched.Hold(), new StepOptions { CommandLine = $"pure-llm step {folder}" });
            new StepScreen(context, watched.Session, walk, context.Host.Keyboard!).Run();
        }
        finally
        {
            if (!wasPaused) { watched.Pause.Resume(); }
        }
    }

    /// <summary>The page of the run, at the usual port or, where that is taken, at any.</summary>
    private static Uri Serve(LiveTraining watched)
    {
        try
        {
            return watched.Serve(StepServer.DefaultPort);
        }
        catch (CliException)
        {
            return watched.Serve(port: 0);
        }
    }

    /// <summary>report.html; a disk that refuses it takes nothing from the run.</summary>
    private static void WriteReport(CommandContext context, string folder)
    {
        try
        {
            RunReport.Write(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            context.Error.WriteLine($"note: the report cannot be written: {error.Message}");
        }
    }

    /// <summary>The first time: finish the step and save. The second time: end at once.</summary>
    private static void Interrupt(CommandContext context, StopRequest stop, StepCounter counter, LiveTrainingScreen? live, LiveTraining? watched)
    {
        watched?.Pause.Resume();
        if (stop.Request() > 1)
        {
            live?.Close();
            context.Error.WriteLine("quit without saving");
            context.Host.Terminate(ExitCode.Interrupted);
            return;
        }
        string message = $"finishing step {counter.Step + 1}, saving{(context.Modes.Ascii ? "..." : "…")} press again to quit without saving";
        if (live is { IsShown: true })
        {
            live.Continue(message);
            return;
        }
        context.Error.WriteLine(message);
    }

    /// <summary>Knows the plan and the step that is done.</summary>
    private sealed class StepCounter : ITrainingObserver
    {
        private long step;

        public TrainingPlan? Plan { get; private set; }

        public long Step => Volatile.Read(ref step);

        public void OnStart(TrainingPlan plan)
        {
            Plan = plan;
            Volatile.Write(ref step, plan.FirstStep);
        }

        public void OnStep(in StepReport report) => Volatile.Write(ref step, report.Step);
    }
}
