using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;

namespace PureLlm.Benchmarks.Steps;

/// <summary>A model, its vocabulary and the batch [Batch, Time] of one training step.</summary>
internal sealed record StepShape(string Name, ModelConfig Model, int Vocabulary, int Batch, int Time)
{
    /// <summary>The configurations that every comparison of training steps uses.</summary>
    public static IReadOnlyList<StepShape> All { get; } =
    [
        new("tiny", ModelPresets.Tiny, 512, 8, 128),
        new("char-0.8m", ModelPresets.Gpt2 with { Layers = 4, Width = 128, Heads = 4, Context = 64 }, 65, 12, 64),
        new("char-10.8m", ModelPresets.Gpt2 with { Layers = 6, Width = 384, Heads = 6, Context = 256 }, 65, 12, 256),
        new("llama-15m", ModelPresets.Llama, 32000, 8, 256),
        new("gpt2-124m", ModelPresets.Gpt2, 50257, 4, 64),
        new("gpt2-124m-t256", ModelPresets.Gpt2, 50257, 4, 256),
    ];

    public int Tokens => Batch * Time;

    /// <summary>Floating-point operations of a step: 6 N per token for the N weights of the matrix products, and 6·L·H·D·T (causal half) for attention.</summary>
    public double Operations(LanguageModel model)
    {
        double matrices = 0;
        foreach (Parameter parameter in model.Parameters.Where(parameter => parameter.Shape.Rank == 2 && (parameter == model.Head || !parameter.Name.Contains("embedding") && !parameter.Name.Contains("positions"))))
        {
            matrices += parameter.Shape.Length;
        }
        ModelConfig config = model.Config;
        return (6 * matrices * Tokens) + (6.0 * config.Layers * config.Heads * config.HeadSize * Time * Tokens);
    }
}
