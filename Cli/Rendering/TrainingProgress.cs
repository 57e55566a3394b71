using PureLlm.Engine.Data;
using PureLlm.Engine.Training;

namespace PureLlm.Cli.Rendering;

/// <summary>What is known of a run while it trains: written by the training thread, read by whoever draws it. A step allocates nothing.</summary>
public sealed class TrainingProgress
{
    private readonly Lock gate = new();
    private StepReport first, last;
    private double validationLoss = double.NaN;
    private string status = "", address = "";
    private bool hasStarted;

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
    public List<SampleReport> Samples { get; } = [];

    public IReadOnlyList<CorpusScore> Scores { get; private set; } = [];

    public StepReport Last => last;

    public double ValidationLoss => validationLoss;

    /// <summary>A word on what is happening: "paused", "finishing step 412".</summary>
    public string Status
    {
        get => Volatile.Read(ref status);
        set => Volatile.Write(ref status, value);
    }

    /// <summary>Where the page of the run is; empty: it is not served.</summary>
    public string Address
    {
        get => Volatile.Read(ref address);
        set => Volatile.Write(ref address, value);
    }

    /// <summary>Seconds to the end at the pace so far, evaluations included; NaN before the second step.</summary>
    public double SecondsLeft => last.Step > first.Step ? (last.Seconds - first.Seconds) / (last.Step - first.Step) * Math.Max(0, StepsPlanned - last.Step) : double.NaN;

    public void AddStep(in StepReport step)
    {
        lock (gate)
        {
            if (!hasStarted)
            {
                (first, hasStarted) = (step, true);
            }
            last = step;
            Training.Add(step.Step, step.Loss);
        }
    }

    public void AddEvaluation(in EvaluationReport evaluation)
    {
        lock (gate)
        {
            validationLoss = evaluation.Loss;
            Validation.Add(evaluation.Step, evaluation.Loss);
        }
    }

    public void SetScores(IReadOnlyList<CorpusScore> scores)
    {
        lock (gate)
        {
            Scores = scores;
        }
    }

    public void AddSample(SampleReport sample)
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
