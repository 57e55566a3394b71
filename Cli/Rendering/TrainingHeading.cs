using PureLlm.Engine.Configuration;
using PureLlm.Engine.Training;

namespace PureLlm.Cli.Rendering;

/// <summary>What is said of a run before its first step.</summary>
internal static class TrainingHeading
{
    public static TrainingProgress CreateProgress(TrainingPlan plan) => new()
    {
        Title = Title(plan),
        Subtitle = Subtitle(plan),
        Floor = plan.Floor ?? double.NaN,
        StepsPlanned = plan.Steps,
    };

    /// <summary>"tiny · 145,408 parameters · 2 layers × 64 · vocab 512 · stories, 499.7 k tokens".</summary>
    public static string Title(TrainingPlan plan)
    {
        RunConfig config = plan.Config;
        string data = config.Data.Generator ?? (config.Data.Source.Count == 1 ? Path.GetFileName(config.Data.Source[0]) : $"{config.Data.Source.Count} sources");
        return $"{config.Run.Name} · {Numbers.Count(plan.Parameters)} parameters · {config.Model.Layers} layers × {config.Model.Width} · vocab {Numbers.Count(plan.VocabularySize)} · {data}, {Numbers.Short(plan.TrainingTokens)} tokens";
    }

    /// <summary>"entropy floor 0.426 · guessing 6.238 · 3,300 steps of 1,024 tokens".</summary>
    public static string Subtitle(TrainingPlan plan)
    {
        string floor = plan.Floor is { } known ? $"entropy floor {Numbers.Loss(known)} · " : "";
        string time = plan.ExpectedSeconds is { } seconds ? $", about {Numbers.Time(seconds)}" : "";
        string resumed = plan.FirstStep > 0 ? $" · resumed at step {Numbers.Count(plan.FirstStep)}" : "";
        return $"{floor}guessing {Numbers.Loss(plan.GuessingLoss)} · {Numbers.Count(plan.Steps)} steps of {Numbers.Count(plan.TokensPerStep)} tokens{time}{resumed}";
    }
}
