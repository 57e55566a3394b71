using PureLlm.Engine.Configuration;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Sources;

/// <summary>The first hundred steps of something so small that each begins again from the start.</summary>
/// <param name="backend">Where to compute; the caller's.</param>
public abstract class SmallSource(Backend backend) : StepSource
{
    /// <summary>The last step.</summary>
    public const long Steps = 100;

    private BreakValues[]? training;

    public override long? LastStep => Steps;

    public sealed override StepSubject Open(long step)
    {
        if (step is < 0 or > Steps) { throw new ArgumentOutOfRangeException(null, $"{Title} has steps 0 to {Steps}, not {step}."); }
        DemoSubject subject = Create(backend);
        while (subject.Step < step) { subject.Advance(); }
        return subject;
    }

    public sealed override BreakValues? Training(long step)
    {
        if (step is < 0 or > Steps) { return null; }
        if (training is null)
        {
            training = new BreakValues[Steps + 1];
            using DemoSubject subject = Create(backend);
            for (int i = 0; i < training.Length; i++)
            {
                subject.Advance();
                training[i] = subject.Measured;
            }
        }
        return training[step];
    }

    /// <summary>The subject at step 0.</summary>
    private protected abstract DemoSubject Create(Backend backend);
}
