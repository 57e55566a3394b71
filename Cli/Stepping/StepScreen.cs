using System.Diagnostics;
using PureLlm.Cli.Rendering;
using PureLlm.Cli.Web;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping;

/// <summary>The live screen of a step: reads keys, follows the window's size, draws what changed, and gives the terminal back however it ends.</summary>
internal sealed class StepScreen(CommandContext context, StepSession session, StepWalk walk, IKeyboard keyboard)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10), Patience = TimeSpan.FromMilliseconds(150), LongestWithoutPicture = TimeSpan.FromMilliseconds(100);

    private readonly ManualResetEventSlim stopped = new(false);
    private readonly bool ascii = context.Modes.Ascii;
    private StepServer? server;

    public int Run()
    {
        using var screen = new ScreenWriter(context.Out, context.Style.Color);
        using IDisposable? listening = context.Host.Signals?.Listen(() => Stop(screen));
        ScreenSize drawn = default;
        bool isChanged = true;
        while (!walk.HasEnded && !stopped.IsSet)
        {
            ScreenSize size = context.Host.Size();
            if (isChanged || size != drawn)
            {
                if (size != drawn) { screen.Invalidate(); }
                Draw(screen, size);
                drawn = size;
            }
            isChanged = ReadKeys();
            if (!isChanged) { stopped.Wait(Poll); }
        }
        screen.Dispose();
        server?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return stopped.IsSet ? ExitCode.Interrupted : ExitCode.Ok;
    }

    /// <summary>Presses all keys that wait: only where they lead is drawn.</summary>
    private bool ReadKeys()
    {
        var watch = Stopwatch.StartNew();
        bool isAny = false;
        while (!walk.HasEnded && watch.Elapsed < LongestWithoutPicture && keyboard.Read() is { } key)
        {
            string name = StepKeyNames.Of(key);
            if (name == "w" && walk is { Prompt: null, Overlay: null }) { Serve(); }
            else { walk.Press(name); }
            isAny = true;
        }
        return isAny;
    }

    /// <summary>Serves the same steps to the browser until the viewer is left.</summary>
    private void Serve()
    {
        try
        {
            server ??= StepServer.StartAsync(session, walk.Cursor, StepServer.DefaultPort).GetAwaiter().GetResult();
            walk.Say($"{new Uri(server.Address, StepApi.PageOf(walk.Cursor))} until you quit here");
        }
        catch (CliException error)
        {
            walk.Say(error.Message);
        }
    }

    private void Draw(ScreenWriter screen, ScreenSize size)
    {
        Task<StepView> explaining = Task.Run(() => walk.View);
        if (!explaining.Wait(Patience)) { screen.Show(StepLayout.Message($"{walk.Cursor}: computing …", size, ascii)); }
        StepView view = explaining.GetAwaiter().GetResult();
        string status = walk.Prompt is { } prompt ? (prompt[0] == 'z' ? $"answer: {prompt[1..]}_" : $"{prompt}_") : walk.Status;
        if (!stopped.IsSet) { screen.Show(StepLayout.Compose(view, size, ascii, status, walk.Page, walk.Overlay)); }
    }

    /// <summary>Ctrl-C and the like: the terminal is given back at once; a second one does not wait for a calculation.</summary>
    private void Stop(ScreenWriter screen)
    {
        screen.Dispose();
        if (stopped.IsSet) { context.Host.Terminate(ExitCode.Interrupted); }
        stopped.Set();
    }
}
