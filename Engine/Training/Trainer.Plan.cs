using System.Diagnostics;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Optimizers;

namespace PureLlm.Engine.Training;

/// <summary>Before the first step: what the run will do, and what a second of it costs.</summary>
public sealed partial class Trainer
{
    /// <summary>Decides the plan, by a calibration where something is given in seconds, and writes it down before the first step.</summary>
    internal void Start()
    {
        began = Stopwatch.GetTimestamp();
        long tokensPerStep = TokensPerStep();
        bool isMeasured = BudgetPlanner.NeedsCalibration(Config);
        RunCosts costs = isMeasured ? MeasureCosts() : default;
        PlannedSteps planned = BudgetPlanner.Plan(Config, tokensPerStep, costs, Config.Train.Budget.Amount - Seconds);
        LoadedConfig resolved = parts.Config;
        if (isMeasured)
        {
            string reason = $"{Config.Train.Budget} at {costs.Step * 1000:0.###} ms a step";
            resolved = resolved.With(resolved.Config with { Train = Config.Train with { Budget = Budget.Steps(planned.Steps) } }, "train.budget", reason);
            resolved = resolved.With(resolved.Config with { Eval = Config.Eval with { Every = Budget.Steps(planned.EvaluateEvery) } }, "eval.every", $"{Config.Eval.Every} at that pace");
            resolved = resolved.With(resolved.Config with { Checkpoint = Config.Checkpoint with { Every = Budget.Steps(planned.CheckpointEvery) } }, "checkpoint.every", $"{Config.Checkpoint.Every} at that pace");
        }
        parts.Config = resolved;
        parts.Folder.WriteConfig(resolved.ToToml());
        schedule = new LearningRateSchedule(Config.Train, planned.Steps);
        Plan = new TrainingPlan
        {
            Config = Config,
            Folder = parts.Folder.Path,
            Parameters = parts.Model.ParameterCount,
            VocabularySize = parts.Model.VocabularySize,
            TrainingTokens = parts.Data.Train.Count,
            ValidationTokens = parts.Data.Validation.Count,
            Steps = planned.Steps,
            FirstStep = step,
            TokensPerStep = tokensPerStep,
            EvaluateEvery = planned.EvaluateEvery,
            CheckpointEvery = planned.CheckpointEvery,
            Floor = meter.Floor,
            ExpectedSeconds = isMeasured ? Seconds + planned.Seconds : null,
        };
        observers.OnStart(Plan);
        if (parts.Changes.Count > 0)
        {
            observers.OnNotice($"from step {step + 1} on: {string.Join(", ", parts.Changes.Select(key => $"{key.Path} = {key.Wanted} (was {key.Saved})"))}.");
        }
        if (meter.SampleProblem is string problem)
        {
            observers.OnNotice($"no samples: eval.sample.prompt cannot be read by this tokenizer: {problem}");
        }
        if (step == 0 && Plan.EvaluateEvery > 0)
        {
            double loss = meter.Loss();
            observers.OnStep(new StepReport(0, Seconds, 0, double.NaN, loss, double.NaN, double.NaN, double.NaN));
            Show(loss, withText: true);
        }
    }

    private long TokensPerStep()
    {
        work.Batches.Read(step);
        return work.Batches.Counted;
    }

    private RunCosts MeasureCosts()
    {
        Budget budget = Config.Train.Budget;
        double measured = budget.Unit == BudgetUnit.Seconds ? Math.Clamp(0.1 * budget.Amount, 0.2, 6) : 1;
        double rate = Config.Train.LearningRate / Math.Max(1, Config.Train.WarmupSteps(1000));
        double perStep = Calibration.SecondsPerStep(work, parts.Model.Slabs, optimizer, parts.Backend, rate, measured);
        double evaluation = meter.HasValidation ? Calibration.SecondsOfSecond(() => meter.Loss()) : 0;
        double sample = meter.HasSample ? Calibration.SecondsOfSecond(() => meter.Sample()) : 0;
        double scores = meter.HasScores ? Calibration.SecondsOfSecond(() => meter.Scores()) : 0;
        double save = writer.TrySave(folder => CheckpointContents.Write(folder, parts.Model, parts.Data.Tokenizer, optimizer));
        return new RunCosts(perStep, evaluation + sample + scores, save, (meter.FinalEvaluationRatio * evaluation) + (meter.FinalScoresRatio * scores) + evaluation + sample + save);
    }
}
