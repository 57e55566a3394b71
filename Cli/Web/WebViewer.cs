using PureLlm.Cli.Learning;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Web;

/// <summary>The browser viewer as a command runs it: serves until Ctrl-C.</summary>
public static class WebViewer
{
    /// <summary>Prints the address, serves, and returns <see cref="ExitCode.Ok"/> when a signal ends it.</summary>
    /// <exception cref="CliException">S001: the port cannot be opened.</exception>
    public static int Run(CommandContext context, StepSession session, Cursor start, int port = StepServer.DefaultPort) => Run(context, session, start, port, lesson: null);

    /// <summary>The same; where a lesson is given, its page with the viewer beside it is where one begins.</summary>
    internal static int Run(CommandContext context, StepSession session, Cursor start, int port, Lesson? lesson)
    {
        session.Explain(start); // a mistake in the step is told here, not in the browser
        using var stop = new ManualResetEventSlim();
        using IDisposable? signals = context.Host.Signals?.Listen(stop.Set);
        StepServer server = StepServer.StartAsync(session, start, port, routes => LessonRoutes.Map(routes, lesson, StepApi.PageOf(start))).GetAwaiter().GetResult();
        Task warm = Task.CompletedTask;
        try
        {
            warm = WarmUp.Begin(session, start, server.Stopping);
            context.Out.WriteLine(new Uri(server.Address, lesson is null ? StepApi.PageOf(start) : $"/learn/{lesson.Number}"));
            context.Note("open it in a browser on this machine · Ctrl-C ends");
            stop.Wait();
        }
        finally
        {
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
            warm.GetAwaiter().GetResult(); // it must not outlive the session
        }
        return ExitCode.Ok;
    }
}
