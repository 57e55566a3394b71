using PureLlm.Autograd;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;
using PureLlm.Tests.Engine.Modules;

namespace PureLlm.Tests.Engine.Inspection.Lenses;

/// <summary>A step of a small model on two sequences of five random tokens.</summary>
internal sealed class ModelStep(ModelConfig config) : StepSubject
{
    public const int Batch = 2, Time = 5;

    private readonly TestModel small = new TestModel(config, Batch, Time).Scramble();

    public override string Title => "a small model";

    public override Backend Backend => small.Backend;

    public override ParameterSlabs Slabs => small.Model.Slabs;

    public override LanguageModel Model => small.Model;

    public override IReadOnlyList<string> Tokens => [.. small.Batch.Inputs.ToArray().Select(TokenText)];

    public override IReadOnlyList<string> Targets => [.. small.Batch.Targets.ToArray().Select(TokenText)];

    public int[] TargetIds => small.Batch.Targets.ToArray();

    public override string TokenText(int id) => $"t{id}";

    public override Tensor Forward(Tape tape) => small.Model.Loss(tape, small.Batch);

    public override void Dispose() => small.Dispose();
}
