using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Training;

namespace PureLlm.Tests.Cli;

/// <summary>A recorded run: the same events, numbers and times in every test.</summary>
internal static class FakeRun
{
    public const long Steps = 3300;

    public static TrainingPlan Plan { get; } = new()
    {
        Config = new RunConfig { Run = new RunSection { Name = "tiny" } },
        Folder = "runs/tiny",
        Parameters = 145_408,
        VocabularySize = 512,
        TrainingTokens = 499_712,
        ValidationTokens = 15_360,
        Steps = Steps,
        FirstStep = 0,
        TokensPerStep = 1024,
        EvaluateEvery = 300,
        CheckpointEvery = 900,
        Floor = 0.426,
        ExpectedSeconds = 120,
    };

    public static TrainingResult Result { get; } = new()
    {
        Outcome = TrainingOutcome.Completed,
        Steps = Steps,
        Tokens = Steps * 1024,
        Seconds = 118.4,
        TokensPerSecond = 28_700,
        ValidationLoss = 0.5394,
        Floor = 0.426,
        WeightsSha256 = "ab12",
        Scores = [new("grammar", 50, 50), new("names", 36, 50), new("object", 0, 0)],
        Checkpoint = "runs/tiny/checkpoints/step-003300",
    };

    public static StepReport Step(long step) => new(step, step * 0.036, step * 1024, Loss(step), double.NaN, step < 40 ? 6e-3 * step / 40 : 6e-3, 0.3 + (1.0 / step), 28_444);

    /// <summary>Sends the run up to a step to an observer.</summary>
    public static void Play(ITrainingObserver observer, long until = Steps)
    {
        observer.OnStart(Plan);
        for (long step = 1; step <= until; step++)
        {
            observer.OnStep(Step(step));
            if (step % 300 != 0)
            {
                continue;
            }
            double seconds = step * 0.036;
            observer.OnEvaluation(new EvaluationReport(step, seconds, Loss(step) + 0.014, step == Steps));
            observer.OnSample(new SampleReport(step, seconds, "Once upon a time", step < 600 ? " the the\nboy the" : " there was a gentle boy named Finn. The wind was cold. His mother made some berries."));
            observer.OnScores(new ScoreReport(step, seconds, [new("grammar", (int)Math.Min(50, step / 40), 50), new("names", (int)Math.Min(36, step / 90), 50), new("object", 0, 0)], step == Steps));
            if (step % 900 == 0)
            {
                observer.OnCheckpoint(new CheckpointReport(step, $"runs/tiny/checkpoints/step-{step:000000}", true));
            }
        }
        if (until == Steps)
        {
            observer.OnEnd(Result);
        }
    }

    private static double Loss(long step) => 0.5 + (5.738 * Math.Exp(-step / 120.0)) + (1.2 * Math.Exp(-step / 900.0));
}
