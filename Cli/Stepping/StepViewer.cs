using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping;

/// <summary>Shows a step: on a live screen where there is a terminal, as text or JSON where there is none or a script presses the keys.</summary>
public static class StepViewer
{
    /// <summary>Shows the session from a place on, until it is left.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(CommandContext context, StepSession session, Cursor start, StepOptions options)
    {
        var walk = new StepWalk(session, start, options);
        if (context.Json) { return StepTranscript.WriteJson(context, walk, options.Script); }
        if (options.Script is { } script) { return StepTranscript.Write(context, walk, script); }
        if (!context.Host.InIsTerminal || !context.Host.OutIsTerminal) { return StepTranscript.Write(context, walk, ""); }
        return context.Modes.Live && context.Host.Keyboard is { } keyboard ? new StepScreen(context, session, walk, keyboard).Run() : StepTranscript.Ask(context, walk);
    }
}
