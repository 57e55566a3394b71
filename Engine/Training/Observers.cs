namespace PureLlm.Engine.Training;

/// <summary>Several observers as one, told in order.</summary>
internal sealed class Observers(params ITrainingObserver[] all) : ITrainingObserver
{
    public bool WantsStep
    {
        get
        {
            bool wants = false;
            foreach (ITrainingObserver observer in all) { wants |= observer.WantsStep; }
            return wants;
        }
    }

    public void OnStart(TrainingPlan plan)
    {
        foreach (ITrainingObserver observer in all) { observer.OnStart(plan); }
    }

    public void OnStep(in StepReport report)
    {
        foreach (ITrainingObserver observer in all) { observer.OnStep(report); }
    }

    public void OnEvaluation(in EvaluationReport report)
    {
        foreach (ITrainingObserver observer in all) { observer.OnEvaluation(report); }
    }

    public void OnSample(SampleReport report)
    {
        foreach (ITrainingObserver observer in all) { observer.OnSample(report); }
    }

    public void OnScores(ScoreReport report)
    {
        foreach (ITrainingObserver observer in all) { observer.OnScores(report); }
    }

    public void OnCheckpoint(CheckpointReport report)
    {
        foreach (ITrainingObserver observer in all) { observer.OnCheckpoint(report); }
    }

    public void OnNotice(string message)
    {
        foreach (ITrainingObserver observer in all) { observer.OnNotice(message); }
    }

    public void OnEnd(TrainingResult result)
    {
        foreach (ITrainingObserver observer in all) { observer.OnEnd(result); }
    }
}
