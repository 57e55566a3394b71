using System.Text;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Training;

namespace PureLlm.Tests.Engine.Training.Report;

/// <summary>A run's folder written by the writers that training uses, with numbers that a test knows.</summary>
internal static class WrittenRun
{
    public const string Prompt = "Once <upon> a **time**";

    public const double Floor = 0.4261;

    /// <summary>Writes a run of 100 steps with an evaluation, a sample and scores every 25, resumed at 50 after scores at 60 were lost.</summary>
    public static string Write(string folder, string name = "tiny", string settings = "", bool completed = true, double loss = 0.6)
    {
        string run = Path.Combine(folder, "runs", name);
        Directory.CreateDirectory(Path.Combine(run, "checkpoints", "step-000100"));
        LoadedConfig config = ConfigLoader.Parse("tiny.toml", $"[run]\nname = \"{name}\"\nnotes = \"wide & <deep>\"\n{settings}\n[eval]\nsample = {{ prompt = \"{Prompt}\" }}\n");
        File.WriteAllText(Path.Combine(run, RunFolder.ConfigFile), config.ToToml());
        using var metrics = new MetricsWriter(Path.Combine(run, RunFolder.MetricsFile), -1);
        using var samples = new SampleWriter(Path.Combine(run, RunFolder.SamplesFile), 0);
        using var log = new RunLog(Path.Combine(run, RunFolder.LogFile));
        log.OnStart(Plan(config.Config, run, 0));
        log.OnScores(new ScoreReport(60, 6, [new CorpusScore("grammar", 1, 50)], false));
        log.OnStart(Plan(config.Config, run, 50));
        for (long step = 1; step <= 100; step++)
        {
            bool evaluates = step % 25 == 0;
            metrics.Write(new StepReport(step, step * 0.12, step * 64, Loss(step, loss), evaluates ? Loss(step, loss) + 0.01 : double.NaN, 6e-3, 0.5 + (1.0 / step), 640));
            if (evaluates)
            {
                log.OnEvaluation(new EvaluationReport(step, step * 0.12, Loss(step, loss) + 0.01, false));
                samples.Write(new SampleReport(step, step * 0.12, Prompt, $" there was a <b>step</b> {step}.\n\n## step 7 · 7 s\nand a > b"));
                log.OnScores(new ScoreReport(step, step * 0.12, [new CorpusScore("grammar", (int)step / 2, 50), new CorpusScore("who", 0, 0)], false));
            }
        }
        if (completed)
        {
            TrainingResult result = new() { Outcome = TrainingOutcome.Completed, Steps = 100, Tokens = 6400, Seconds = 10.5, TokensPerSecond = 640, ValidationLoss = loss + 0.01, Floor = Floor, PeakBytes = 123_000_000, WeightsSha256 = new string('a', 64), Scores = [new("grammar", 49, 50)] };
            log.OnEnd(result);
            File.WriteAllBytes(Path.Combine(run, RunFolder.ResultFile), ResultWriter.ToJson(result));
        }
        return run;
    }

    /// <summary>Half a line at the end, as a crash or a running write leaves it.</summary>
    public static void Tear(string run) => File.AppendAllText(Path.Combine(run, RunFolder.MetricsFile), "{\"step\":101,\"sec", new UTF8Encoding(false));

    private static double Loss(long step, double end) => end + (5 * Math.Exp(-step / 10.0)) - (5 * Math.Exp(-10));

    private static TrainingPlan Plan(RunConfig config, string run, long first) => new()
    {
        Config = config,
        Folder = run,
        Parameters = 145_408,
        VocabularySize = 512,
        TrainingTokens = 10_000,
        ValidationTokens = 500,
        Steps = 100,
        FirstStep = first,
        TokensPerStep = 64,
        EvaluateEvery = 25,
        CheckpointEvery = 50,
        Floor = Floor,
    };
}
