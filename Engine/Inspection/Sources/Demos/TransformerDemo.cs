using PureLlm.Autograd;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Sources.Demos;

/// <summary>A language model of one block, 8 numbers wide, on one sentence: the engine's own modules, with weights of two decimals.</summary>
internal sealed class TransformerDemo : DemoSubject
{
    private const ulong Seed = 3;
    private static readonly string[] Words = ["the", "cat", "sat", "on", "mat", "."];
    private static readonly int[] Sentence = [0, 1, 2, 3, 0, 4];

    private readonly Transformer model;
    private readonly ModelBatch batch;
    private readonly bool isTied;

    public TransformerDemo(string name, bool isTied, Backend backend) : base($"demo {name}", backend)
    {
        this.isTied = isTied;
        var config = new ModelConfig { Layers = 1, Width = 8, Heads = 4, Context = 5, MlpWidth = 8, Tie = isTied, InitStd = 0.4 };
        model = (Transformer)LanguageModel.Create(config, Words.Length);
        model.Allocate(backend, Seed, training: true);
        foreach (Parameter parameter in model.Slabs.Parameters) { Round(parameter.Tensor.Data); }
        batch = new ModelBatch(backend, 1, config.Context);
        batch.Inputs.Set(Sentence.AsSpan(0, config.Context));
        batch.Targets.Set(Sentence.AsSpan(1));
    }

    public override ParameterSlabs Slabs => model.Slabs;

    public override LanguageModel Model => model;

    public override TrainSection Train { get; } = AdamW(0.01);

    public override IReadOnlyList<string> Tokens { get; } = [.. Sentence[..^1].Select(id => Words[id])];

    public override IReadOnlyList<string> Targets { get; } = [.. Sentence[1..].Select(id => Words[id])];

    public override IReadOnlyList<string> Remarks =>
    [
        "One block, 8 wide, 4 heads of 2, RMSNorm, relu²; a vocabulary of 6 words; weights of two decimals.",
        .. isTied ? ["The head is the embedding: its gradient has a share from each end of the model."] : Array.Empty<string>(),
    ];

    public override string TokenText(int id) => (uint)id < (uint)Words.Length ? Words[id] : "";

    public override Tensor Forward(Tape tape) => model.Loss(tape, batch);

    public override void Dispose()
    {
        base.Dispose();
        batch.Dispose();
        model.Dispose();
    }

    private void Round(View view)
    {
        float[] values = new float[view.Length];
        Backend.Read(view, values);
        for (int i = 0; i < values.Length; i++) { values[i] = MathF.Round(values[i], 2); }
        Backend.Write(values, view);
    }
}
