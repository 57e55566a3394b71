namespace PureLlm.Cli.Rendering;

/// <summary>One training step, as it is shown; NaN for what was not measured.</summary>
public readonly record struct StepNumbers(long Step, double Seconds, long Tokens, double Loss, double LearningRate, double GradientNorm, double TokensPerSecond);

/// <summary>A text that the model wrote at a moment of the training.</summary>
public readonly record struct SampleText(long Step, double Seconds, string Text);

/// <summary>One of the corpus's own scores: how many of how many.</summary>
public readonly record struct ScoreShare(string Name, int Passed, int Total)
{
    public double Percent => Total == 0 ? double.NaN : 100.0 * Passed / Total;
}

/// <summary>What is known of a run while it trains: written by the training thread, read by whoever draws it. A step allocates nothing.</summary>
public sealed class TrainingProgress
{
    private readonly Lock gate = new();
    private StepNumbers first, last;
    private double validationLoss = double.NaN;
    private string status = "";

    /// <summary>"tiny · 145,408 parameters · 2 layers × 64 · vocab 512".</summary>
    public required string Title { get; init; }

    /// <summary>Entropy floor, loss of random guessing, budget.</summary>
    public required string Subtitle { get; init; }

    /// <summary>The lowest loss that any model can reach on this text; NaN if unknown.</summary>
    public double Floor { get; init; } = double.NaN;

    /// <summary>Steps of the whole run.</summary>
    public required long StepsPlanned { get; init; }

    /// <summary>Held while the members below are read together.</summary>
    public Lock Gate => gate;

    public LossCurve Training { get; } = new();

    public LossCurve Validation { get; } = new();

    /// <summary>The latest samples, the newest last.</summary>
    public List<SampleText> Samples { get; } = [];

    public IReadOnlyList<ScoreShare> Scores { get; private set; } = [];

    public StepNumbers Last => last;

    public double ValidationLoss => validationLoss;

    /// <summary>A word on what is happening: "paused", "finishing step 412".</summary>
    public string Status
    {
        get => Volatile.Read(ref status);
        set => Volatile.Write(ref status, value);
    }

    /// <summary>Seconds to the end at the pace so far, evaluations included; NaN before the second step.</summary>
    public double SecondsLeft => last.Step > first.Step ? (last.Seconds - first.Seconds) / (last.Step - first.Step) * Math.Max(0, StepsPlanned - last.Step) : double.NaN;

    public void AddStep(in StepNumbers step)
    {
        lock (gate)
        {
            if (last.Step == 0)
            {
                first = step;
            }
            last = step;
            Training.Add(step.Step, step.Loss);
        }
    }

    public void AddEvaluation(long step, double loss, IReadOnlyList<ScoreShare> scores)
    {
        lock (gate)
        {
            validationLoss = loss;
            Validation.Add(step, loss);
            Scores = scores.Count > 0 ? scores : Scores;
        }
    }

    public void AddSample(SampleText sample)
    {
        lock (gate)
        {
            Samples.Add(sample);
            if (Samples.Count > 8)
            {
                Samples.RemoveAt(1); // the first one stays: it shows how it began
            }
        }
    }
}
