using PureLlm.Autograd;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection;

/// <summary>One training step that can be looked at: a forward pass on a tape, the parameters, and the optimizer that would move them.</summary>
/// <remarks>A scalar expression, a demo, a model on a batch: the trace sees no difference. Owns its memory.</remarks>
public abstract class StepSubject : IDisposable
{
    /// <summary>"demo residual", "runs/tiny".</summary>
    public abstract string Title { get; }

    /// <summary>The training step, from 0; its update would be number step + 1.</summary>
    public virtual long Step => 0;

    public abstract Backend Backend { get; }

    /// <summary>The parameters with their gradients.</summary>
    public abstract ParameterSlabs Slabs { get; }

    /// <summary>Moves the parameters; null: the step ends with the gradients.</summary>
    public virtual Optimizer? Optimizer => null;

    /// <summary>Hyper-parameters of the optimizer.</summary>
    public virtual TrainSection Train { get; } = new();

    /// <summary>η of this step's update.</summary>
    public virtual double LearningRate => 0;

    /// <summary>What training measured in this step, where it is known: of its whole batch, and of the step before.</summary>
    public virtual BreakValues Training => new();

    /// <summary>Best possible loss, where it is known.</summary>
    public virtual double? Floor => null;

    /// <summary>Text of every input token, sequence after sequence; empty where there are no tokens.</summary>
    public virtual IReadOnlyList<string> Tokens => [];

    /// <summary>Text of every target token, in the same order.</summary>
    public virtual IReadOnlyList<string> Targets => [];

    /// <summary>The model, where the subject is one.</summary>
    public virtual LanguageModel? Model => null;

    /// <summary>What the learner should know about how the step was made: "1 sequence × 32 tokens of the real batch"; one sentence each.</summary>
    public virtual IReadOnlyList<string> Remarks => [];

    /// <summary>What to call a tensor: "h" instead of "matmul.3".</summary>
    public virtual string NameOf(Tensor tensor) => tensor.Name;

    /// <summary>Text of a token of the vocabulary; empty where it is not known.</summary>
    public virtual string TokenText(int id) => "";

    /// <summary>Applies the operations to a tape and gives the scalar loss.</summary>
    public abstract Tensor Forward(Tape tape);

    public abstract void Dispose();
}
