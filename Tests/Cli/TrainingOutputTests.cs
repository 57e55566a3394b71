using System.Text.Json;
using PureLlm.Cli.Rendering;
using PureLlm.Engine.Training;

namespace PureLlm.Tests.Cli;

public sealed class TrainingOutputTests
{
    [Test]
    public void Plain_lines_are_the_documented_ones()
    {
        using var output = new StringWriter { NewLine = "\n" };
        FakeRun.Play(new PlainTrainingLines(output, new TextStyle(false, false), interval: 5), until: 600);
        Assert.That(output.ToString(), Is.EqualTo("""
            tiny · 145,408 parameters · 2 layers × 64 · vocab 512 · stories, 499.7 k tokens
            entropy floor 0.426 · guessing 6.238 · 3,300 steps of 1,024 tokens, about 2m00s
            step=1 t=0.0s loss=7.389 floor=0.426 tok/s=28444 lr=1.5e-04 gnorm=1.30
            step=140 t=5.0s loss=3.314 floor=0.426 tok/s=28444 lr=6.0e-03 gnorm=0.31 eta=1m53s
            step=279 t=10.0s loss=1.941 floor=0.426 tok/s=28444 lr=6.0e-03 gnorm=0.30 eta=1m48s
            step=300 t=10.8s loss=1.831 val=1.845 floor=0.426 tok/s=28444 lr=6.0e-03 gnorm=0.30 eta=1m47s
            sample step=300 t=10.8s Once upon a time the the boy the
            scores step=300 t=10.8s grammar=14.0% names=6.0%
            step=439 t=15.8s loss=1.385 val=1.845 floor=0.426 tok/s=28444 lr=6.0e-03 gnorm=0.30 eta=1m42s
            step=578 t=20.8s loss=1.178 val=1.845 floor=0.426 tok/s=28444 lr=6.0e-03 gnorm=0.30 eta=98s
            step=600 t=21.6s loss=1.155 val=1.169 floor=0.426 tok/s=28444 lr=6.0e-03 gnorm=0.30 eta=97s
            sample step=600 t=21.6s Once upon a time there was a gentle boy named Finn. The wind was cold. His mother made some berries.
            scores step=600 t=21.6s grammar=30.0% names=12.0%

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public void The_evaluation_before_the_first_step_has_no_training_numbers()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var lines = new PlainTrainingLines(output, new TextStyle(false, false), interval: 5);
        lines.OnStart(FakeRun.Plan);
        lines.OnStep(new StepReport(0, 1.5, 0, double.NaN, 6.25, double.NaN, double.NaN, double.NaN));
        lines.OnEvaluation(new EvaluationReport(0, 1.5, 6.25, false));
        Assert.That(output.ToString().Split('\n')[2], Is.EqualTo("step=0 t=1.5s val=6.250 floor=0.426"));
    }

    [Test]
    public void A_loss_that_is_no_number_says_so()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var lines = new PlainTrainingLines(output, new TextStyle(false, false), interval: 0);
        lines.OnStart(FakeRun.Plan with { Floor = null });
        lines.OnStep(FakeRun.Step(1) with { Loss = double.NaN, GradientNorm = double.PositiveInfinity });
        Assert.That(output.ToString().Split('\n')[2], Is.EqualTo("step=1 t=0.0s loss=nan tok/s=28444 lr=1.5e-04 gnorm=inf"));
    }

    [Test]
    public void Events_are_one_JSON_object_per_line()
    {
        using var output = new StringWriter { NewLine = "\n" };
        FakeRun.Play(new JsonTrainingEvents(output));
        List<JsonElement> events = [.. output.ToString().TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.That(events[0].GetProperty("schema").GetString(), Is.EqualTo("pure-llm/train/1"));
        Assert.That(events.CountBy(e => e.GetProperty("event").GetString()!).ToDictionary(), Is.EquivalentTo(new Dictionary<string, int>
        {
            ["start"] = 1,
            ["step"] = 3300,
            ["evaluation"] = 11,
            ["sample"] = 11,
            ["scores"] = 11,
            ["checkpoint"] = 3,
            ["end"] = 1,
        }));
        JsonElement step = events.First(e => e.GetProperty("event").GetString() == "step");
        Assert.That((float)step.GetProperty("loss").GetDouble(), Is.EqualTo((float)FakeRun.Step(1).Loss));
        Assert.That(step.TryGetProperty("val_loss", out _), Is.False, "what was not measured is absent");
        Assert.That(events[^1].GetProperty("scores").GetProperty("names").GetDouble(), Is.EqualTo(0.72));
        Assert.That(events[^1].GetProperty("scores").TryGetProperty("object", out _), Is.False);
    }

    [TestCase(100, 30)]
    [TestCase(80, 24)]
    [TestCase(40, 12)]
    [TestCase(20, 4)]
    [TestCase(300, 90)]
    public void The_view_fits_every_screen(int columns, int rows)
    {
        var progress = Progress(until: 1500);
        Canvas canvas = TrainingView.Compose(progress, new(columns, rows), new TextStyle(false, false));
        Assert.That(canvas.Height, Is.EqualTo(rows));
        Assert.That(Enumerable.Range(0, rows).Select(y => canvas.Line(y, color: false).Length), Is.All.LessThanOrEqualTo(columns));
        Assert.That(canvas.ToString(), Does.Contain("tiny"));
        Assert.That(canvas.ToString(), columns >= 40 ? Does.Contain("1,500") : Does.Contain("step"));
        Assert.That(canvas.ToString(), columns >= 80 ? Does.Contain("floor ").And.Contains("Once upon").And.Contains("[p] pause") : Is.Not.Empty);
    }

    [Test]
    public void The_view_on_80_by_24_is_this_picture() =>
        Assert.That(TrainingView.Compose(Progress(until: 1500), new(80, 24), new TextStyle(false, true)).ToString(), Is.EqualTo("""
             tiny - 145,408 parameters - 2 layers x 64 - vocab 512 - stories, 499.7 k tokens
             entropy floor 0.426 - guessing 6.238 - 3,300 steps of 1,024 tokens, about 2m00s
            +- loss ----------------------------------------+ step   1,500 / 3,300
            |7.36                                           | ##########.............  45 %
            |     *                                         | train  0.727
            |      *                                        | val    0.741  floor +0.315
            |       *o                                      | speed  28.4 k tok/s
            |         ***o                                  | lr     6.0e-03
            |            ****o**o**                         | gnorm  0.30
            |                      *o                       | time   54s, 65s left
            |0.41 ----------------------------------- floor | tokens 1.5 M
            +-----------------------------------------------+
                11s  Once upon a time the the boy the
                22s  Once upon a time there was a gentle boy named Finn. The wind was cold.
                     His mother made some berries.
                32s  Once upon a time there was a gentle boy named Finn. The wind was cold.
                     His mother made some berries.
                43s  Once upon a time there was a gentle boy named Finn. The wind was cold.
                     His mother made some berries.
                54s  Once upon a time there was a gentle boy named Finn. The wind was cold.
                     His mother made some berries.

             grammar 74 %   names 32 %
                         [s] step-through   [p] pause   [w] web   [q] or Ctrl-C save & stop
            """.ReplaceLineEndings("\n")));

    [TestCase(100, "", "[s] step-through   [p] pause   [w] web   [q] or Ctrl-C save & stop")]
    [TestCase(100, "saved step-000412, which is the best", "[s] step   [p] pause   [w] web   [q] save & stop")]
    [TestCase(60, "saved step-000412 (best)", "[s] [p] [w] [q]")]
    [TestCase(30, "saved step-000412 (best)", "saved step-000412 (best)")]
    public void As_many_words_on_the_keys_as_fit_beside_the_status(int columns, string status, string end)
    {
        TrainingProgress progress = Progress(until: 1500);
        progress.Status = status;
        string line = TrainingView.Compose(progress, new(columns, 24), new TextStyle(false, false)).Line(23, color: false);
        Assert.That(line.TrimEnd(), Does.EndWith(end).And.Contain(status));
    }

    [Test]
    public void The_address_of_the_page_stays_on_the_screen()
    {
        TrainingProgress progress = Progress(until: 1500);
        progress.Address = "http://127.0.0.1:5177/live";
        string text = TrainingView.Compose(progress, new(80, 24), new TextStyle(false, false)).ToString();
        Assert.That(text, Does.Contain("grammar 74 %").And.Contain("http://127.0.0.1:5177/live"));
    }

    private static TrainingProgress Progress(long until)
    {
        var recorder = new Recorder();
        FakeRun.Play(recorder, until);
        return recorder.Progress;
    }

    /// <summary>The live screen without a screen.</summary>
    private sealed class Recorder : ITrainingObserver
    {
        public TrainingProgress Progress { get; private set; } = null!;

        public void OnStart(TrainingPlan plan) => Progress = TrainingHeading.CreateProgress(plan);

        public void OnStep(in StepReport report) => Progress.AddStep(report);

        public void OnEvaluation(in EvaluationReport report) => Progress.AddEvaluation(report);

        public void OnSample(SampleReport report) => Progress.AddSample(report with { Text = report.Prompt + report.Text });

        public void OnScores(ScoreReport report) => Progress.SetScores(report.Scores);
    }
}
