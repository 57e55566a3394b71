using PureLlm.Engine.Training;

namespace PureLlm.Cli.Rendering;

/// <summary>What the keys of the live screen do.</summary>
/// <param name="Stop">q: ends the run and saves it.</param>
/// <param name="Pause">p: holds the run and lets it go on.</param>
/// <param name="Look">s: opens the step that comes next in the viewer, and returns when that is left.</param>
/// <param name="Serve">w: serves the page of the run and says where.</param>
internal sealed record TrainingKeys(Action Stop, TrainingPause Pause, Action Look, Func<Uri> Serve);

/// <summary>A run on a live screen: redrawn five times a second by a thread of its own, which also listens to keys and follows the window's size.</summary>
internal sealed class LiveTrainingScreen : ITrainingObserver, IDisposable
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(200);

    private readonly CommandHost host;
    private readonly TextStyle style;
    private readonly TrainingKeys keys;
    private readonly ManualResetEventSlim closing = new(false);
    private volatile ScreenWriter screen;
    private Thread? drawing;
    private TrainingProgress? progress;

    /// <param name="host">The terminal.</param>
    /// <param name="style">Colours and signs.</param>
    /// <param name="keys">What keys do.</param>
    public LiveTrainingScreen(CommandHost host, TextStyle style, TrainingKeys keys)
    {
        (this.host, this.style, this.keys) = (host, style, keys);
        screen = new ScreenWriter(host.Out, style.Color);
    }

    /// <summary>Null before the start.</summary>
    public TrainingProgress? Progress => progress;

    /// <summary>Whether there is a screen that messages can appear on.</summary>
    public bool IsShown => drawing is not null;

    public void OnStart(TrainingPlan plan)
    {
        progress = TrainingHeading.CreateProgress(plan);
        drawing = new Thread(Draw) { IsBackground = true, Name = "training screen" };
        drawing.Start();
    }

    public void OnStep(in StepReport report) => progress!.AddStep(report);

    public void OnEvaluation(in EvaluationReport report) => progress!.AddEvaluation(report);

    public void OnSample(SampleReport report) => progress!.AddSample(report with { Text = report.Prompt + report.Text });

    public void OnScores(ScoreReport report) => progress!.SetScores(report.Scores);

    public void OnCheckpoint(CheckpointReport report) => progress!.Status = $"saved {Path.GetFileName(report.Folder)}{(report.IsBest ? " (best)" : "")}";

    public void OnNotice(string message) => progress!.Status = message;

    /// <summary>Goes on if paused, so that a stop can be carried out.</summary>
    public void Continue(string status)
    {
        if (progress is not null)
        {
            progress.Status = status;
        }
        keys.Pause.Resume();
    }

    /// <summary>Gives the terminal back; from any thread, as often as one likes.</summary>
    public void Close() => screen.Dispose();

    public void Dispose()
    {
        closing.Set();
        drawing?.Join();
        Close();
    }

    private void Draw()
    {
        do
        {
            while (host.Keyboard?.Read() is { } key)
            {
                Press(key);
                screen.Invalidate(); // the terminal may have echoed it
            }
            screen.Show(TrainingView.Compose(progress!, host.Size(), style));
        }
        while (!closing.Wait(Frame));
    }

    private void Press(ConsoleKeyInfo key)
    {
        switch (char.ToLowerInvariant(key.KeyChar))
        {
            case 'p' or ' ' when !keys.Pause.IsAsked:
                keys.Pause.Ask();
                progress!.Status = "paused: p goes on";
                break;
            case 'p' or ' ':
                Continue("");
                break;
            case 's':
                Look();
                break;
            case 'w':
                Serve();
                break;
            case 'q':
                keys.Stop();
                break;
            default:
                break; // no other keys
        }
    }

    /// <summary>Lends the terminal to the step viewer until that is left.</summary>
    private void Look()
    {
        string status = progress!.Status = style.Ascii ? "opening the step ..." : "opening the step …";
        screen.Show(TrainingView.Compose(progress, host.Size(), style));
        screen.Dispose();
        try
        {
            keys.Look();
            if (progress.Status == status) { progress.Status = keys.Pause.IsAsked ? "paused: p goes on" : ""; } // else Ctrl-C said more
        }
        catch (Exception error) // whatever it is, the run goes on
        {
            progress.Status = error.Message;
        }
        screen = new ScreenWriter(host.Out, style.Color);
    }

    private void Serve()
    {
        try
        {
            progress!.Address = keys.Serve().ToString();
            if (!keys.Pause.IsAsked) { progress.Status = "open it in a browser"; }
        }
        catch (CliException error)
        {
            progress!.Status = error.Message;
        }
    }
}
