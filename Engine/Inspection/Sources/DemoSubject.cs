using PureLlm.Autograd;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Sources;

/// <summary>A step that can go on to the next one by itself: small enough to begin every time from the start.</summary>
public abstract class DemoSubject(string title, Backend backend) : StepSubject
{
    private Optimizer? optimizer;
    private long step;
    private BreakValues training = new() { Step = 0 };

    public sealed override string Title => title;

    public sealed override long Step => step;

    public sealed override Backend Backend => backend;

    public sealed override Optimizer? Optimizer => Slabs.Parameters.Count == 0 ? null : optimizer ??= Optimizer.Create(Train, new ModelConfig(), Slabs, backend);

    public sealed override double LearningRate => Train.LearningRate;

    public sealed override BreakValues Training => training;

    /// <summary>What the last <see cref="Advance"/> measured.</summary>
    internal BreakValues Measured { get; private set; }

    /// <summary>Makes one update, as training would: the subject is then the next step.</summary>
    public void Advance()
    {
        using Tape tape = new(backend);
        using GradientNorm norm = new(backend, Slabs);
        Slabs.ClearGradients();
        Tensor loss = Forward(tape);
        tape.Backward(loss, isFresh: true);
        float[] value = new float[1];
        backend.Read(loss.Data, value);
        double length = norm.Measure();
        Measured = training with { Loss = value[0], GradientNorm = length, LearningRate = LearningRate };
        Optimizer?.Step(step + 1, LearningRate, GradientNorm.ClipScale(length, Train.Clip));
        step++;
        double best = training.Best;
        training = new BreakValues { Step = step, Previous = value[0], Best = double.IsNaN(best) || value[0] < best ? value[0] : best };
    }

    public override void Dispose()
    {
        optimizer?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>w ← w − η·g, and no more.</summary>
    protected static TrainSection GradientDescent(double rate) => new() { Optimizer = OptimizerKind.Sgd, LearningRate = rate, Momentum = 0, Nesterov = false, Decay = 0, Clip = 0 };

    /// <summary>AdamW as most transformers have it.</summary>
    protected static TrainSection AdamW(double rate) => new() { LearningRate = rate, Beta1 = 0.9, Beta2 = 0.95, Decay = 0.1, Clip = 1 };
}
