using PureLlm.Engine.Training;

namespace PureLlm.Cli.Rendering;

/// <summary>A run on a live screen: redrawn five times a second by a thread of its own, which also listens to keys and follows the window's size.</summary>
internal sealed class LiveTrainingScreen : ITrainingObserver, IDisposable
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(200);

    private readonly CommandHost host;
    private readonly TextStyle style;
    private readonly Action stop;
    private readonly ScreenWriter screen;
    private readonly ManualResetEventSlim running = new(true);
    private readonly ManualResetEventSlim closing = new(false);
    private Thread? drawing;
    private TrainingProgress? progress;

    /// <param name="host">The terminal.</param>
    /// <param name="style">Colours and signs.</param>
    /// <param name="stop">What q does.</param>
    public LiveTrainingScreen(CommandHost host, TextStyle style, Action stop)
    {
        (this.host, this.style, this.stop) = (host, style, stop);
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

    public void OnStep(in StepReport report)
    {
        progress!.AddStep(report);
        running.Wait();
    }

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
        running.Set();
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
            case 'p' or ' ' when running.IsSet:
                running.Reset();
                progress!.Status = "paused: p goes on";
                break;
            case 'p' or ' ':
                Continue("");
                break;
            case 'q':
                stop();
                break;
            default:
                break; // no other keys
        }
    }
}
