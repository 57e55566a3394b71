using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;
using PureLlm.Tokenizer;

namespace PureLlm.Engine.Inspection.Sources;

/// <summary>A training step of a model: the weights and moments that it began with, and its batch or a part of it.</summary>
internal sealed class ModelSubject : StepSubject
{
    private readonly RunConfig config;
    private readonly StepWindows windows;
    private readonly Add sum = new();

    /// <param name="title">"runs/tiny".</param>
    /// <param name="step">From 0.</param>
    /// <param name="config">Of the run.</param>
    /// <param name="model">With the weights of the step; owned from now on.</param>
    /// <param name="optimizer">With its moments; owned.</param>
    /// <param name="windows">What the model reads; owned.</param>
    /// <param name="backend">Where all that lives.</param>
    public ModelSubject(string title, long step, RunConfig config, LanguageModel model, Optimizer optimizer, StepWindows windows, Backend backend)
    {
        (Title, Step, this.config, Model, Optimizer, this.windows, Backend) = (title, step, config, model, optimizer, windows, backend);
    }

    public override string Title { get; }

    public override long Step { get; }

    public override Backend Backend { get; }

    public override LanguageModel Model { get; }

    public override ParameterSlabs Slabs => Model.Slabs;

    public override Optimizer Optimizer { get; }

    public override TrainSection Train => config.Train;

    public override double LearningRate => Rate;

    /// <summary>η of the step.</summary>
    public required double Rate { get; init; }

    public override BreakValues Training => Measured;

    /// <summary>What the run wrote down about the step.</summary>
    public BreakValues Measured { get; init; } = new();

    public override double? Floor => BestLoss;

    /// <summary>The lowest loss that the text allows, where it is known and the batch is whole.</summary>
    public double? BestLoss { get; init; }

    public override IReadOnlyList<string> Tokens => InputTexts;

    /// <summary>Text of the input tokens.</summary>
    public IReadOnlyList<string> InputTexts { get; init; } = [];

    public override IReadOnlyList<string> Targets => TargetTexts;

    /// <summary>Text of the target tokens.</summary>
    public IReadOnlyList<string> TargetTexts { get; init; } = [];

    /// <summary>Turns ids into text; null: only numbers are known.</summary>
    public TextTokenizer? Tokenizer { get; init; }

    public override string TokenText(int id) => (uint)id < (uint)Model.VocabularySize ? StepWindows.Texts(Tokenizer, [id])[0] : "";

    public override IReadOnlyList<string> Remarks => Facts;

    /// <summary>How the step was made.</summary>
    public IReadOnlyList<string> Facts { get; init; } = [];

    /// <summary>The micro-batches, last to first: the backward pass, which goes from the end, then adds their gradients in the trainer's order.</summary>
    public override Tensor Forward(Tape tape)
    {
        Slabs.SetRandomness((ulong)config.Run.Seed, Step);
        Tensor? total = null;
        for (int i = windows.Batches.Count - 1; i >= 0; i--)
        {
            Model.SetRandomness((ulong)config.Run.Seed, Step, i, keepsEarlier: windows.Batches.Count > 1);
            Tensor loss = Model.Loss(tape, windows.Batches[i]);
            tape.Scope = "loss";
            total = total is null ? loss : tape.Apply(sum, total, loss);
        }
        return total!;
    }

    public override void Dispose()
    {
        windows.Dispose();
        Optimizer.Dispose();
        Model.Dispose();
    }
}
