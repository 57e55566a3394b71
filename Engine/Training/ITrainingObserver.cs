namespace PureLlm.Engine.Training;

/// <summary>Sees a run as it goes; called on the training thread, in the order of events. What it does not need, it leaves out.</summary>
public interface ITrainingObserver
{
    /// <summary>Whether the next report has to come before the step after it is begun, while weights and moments are those of its step. Asked once a step; a device otherwise reports a step when it has the next one.</summary>
    bool WantsStep => false;

    /// <summary>Before the first step.</summary>
    void OnStart(TrainingPlan plan) { }

    /// <summary>Every step. Must not allocate if the step is not to.</summary>
    void OnStep(in StepReport report) { }

    void OnEvaluation(in EvaluationReport report) { }

    void OnSample(SampleReport report) { }

    void OnScores(ScoreReport report) { }

    void OnCheckpoint(CheckpointReport report) { }

    /// <summary>Something that the user should know and that stops nothing.</summary>
    void OnNotice(string message) { }

    /// <summary>However the run ended, unless by an exception.</summary>
    void OnEnd(TrainingResult result) { }
}
