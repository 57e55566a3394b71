using PureLlm.Autograd.Memory;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Training;
using PureLlm.Kernels;

namespace PureLlm.Cli.Rendering;

/// <summary>What a run would be: its data and model are described, nothing is trained and nothing written.</summary>
internal static class DryRun
{
    public static int Write(CommandContext context, LoadedConfig loaded, string folder)
    {
        RunConfig config = loaded.Config;
        using TokenDataset data = DataLoader.Open(config.Data, config.Tokenizer, (ulong)config.Run.Seed);
        using LanguageModel model = LanguageModel.Create(config.Model, data.VocabularySize);
        BatchSource batches = data.Batches(config.Train.Batch, config.Model.Context, config.Train.Accumulate);
        double? floor = data.HasValidation ? data.Evaluation(config.Train.Batch, config.Model.Context).Floor : null;
        long? steps = config.Train.Budget.StepsFor(batches.TokensPerStep);
        (long weights, long activations) = MemoryOf(config, model);
        if (context.Json)
        {
            context.WriteJson("plan", json =>
            {
                json.WriteString("run", config.Run.Name);
                json.WriteString("folder", folder);
                json.WriteBoolean("exists", RunFolder.IsRun(folder));
                json.WriteNumber("parameters", model.ParameterCount);
                json.WriteNumber("vocabulary", data.VocabularySize);
                json.WriteNumber("training_tokens", data.Train.Count);
                json.WriteNumber("validation_tokens", data.Validation.Count);
                json.WriteNumber("tokens_per_step", batches.TokensPerStep);
                json.WriteString("budget", config.Train.Budget.ToString());
                if (steps is { } known)
                {
                    json.WriteNumber("steps", known);
                }
                if (floor is { } value)
                {
                    json.WriteNumber("floor", value);
                }
                json.WriteNumber("guessing_loss", Math.Log(data.VocabularySize));
                json.WriteNumber("memory_bytes", weights + activations);
            });
            return ExitCode.Ok;
        }
        TextStyle style = context.Style;
        void Line(string name, string text) => context.Out.WriteLine(style.Plain($"  {style.Dim(name.PadRight(12))}{text}"));
        context.Out.WriteLine(style.Plain($"{style.Bold(config.Run.Name)}  a plan; nothing is written"));
        Line("model", $"{Numbers.Count(model.ParameterCount)} parameters: {config.Model.Layers} layers × {config.Model.Width}, {config.Model.Heads} heads, context {config.Model.Context}");
        Line("data", $"{data.Name}: {Numbers.Count(data.Train.Count)} training tokens, {Numbers.Count(data.Validation.Count)} held out, vocabulary {Numbers.Count(data.VocabularySize)} ({data.Tokenizer?.Kind ?? "token files"})");
        Line("loss", $"{(floor is { } lowest ? $"entropy floor {Numbers.Loss(lowest)}" : "entropy floor unknown")}, guessing {Numbers.Loss(Math.Log(data.VocabularySize))}");
        Line("step", $"{config.Train.Batch * config.Train.Accumulate} sequences of {config.Model.Context} = {Numbers.Count(batches.TokensPerStep)} tokens");
        Line("budget", steps is { } count
            ? $"{Numbers.Count(count)} steps = {Numbers.Short(count * batches.TokensPerStep)} tokens = {count * batches.TokensPerStep / (double)data.Train.Count:0.0} epochs"
            : $"{config.Train.Budget}: turned into steps by a short measurement when it starts");
        Line("memory", $"about {Numbers.Bytes(weights + activations)}: weights, gradients and moments {Numbers.Bytes(weights)}, activations {Numbers.Bytes(activations)}");
        Line("results", RunFolder.IsRun(folder) ? style.Yellow($"{folder} exists: --run NAME, --resume or --overwrite") : folder);
        return ExitCode.Ok;
    }

    /// <summary>Bytes of weights with gradients and two moments, and about those of what one micro-batch keeps and of the largest gradients in flight.</summary>
    private static (long Weights, long Activations) MemoryOf(RunConfig config, LanguageModel model)
    {
        ModelConfig m = config.Model;
        PrecisionSection precision = config.Precision;
        long rows = (long)config.Train.Batch * m.Context, inner = (m.IsGated ? 3L : 2L) * m.MlpWidth;
        int blocks = m.Layers + (m.IsEncoderDecoder ? m.EncoderLayers : 0);
        // Per token and block: two norms, two sums, queries, keys and values, attention; and the inside of the MLP.
        long whole = (4L * m.Width) + (2L * (m.Heads + m.KeyValueHeads) * m.HeadSize) + inner;
        long kept = config.Train.Recompute switch
        {
            Recomputation.Block => m.Width,
            Recomputation.Selective => whole - (2L * m.Width) - m.MlpWidth,
            _ => whole,
        };
        long logits = Math.Min(rows * model.VocabularySize, config.Train.Recompute == Recomputation.None ? LinearCrossEntropy.ChunkLogits : LinearCrossEntropy.LeastChunkLogits);
        long activations = (BytesOf(precision.Activations) * rows * (blocks - 1) * kept) + (sizeof(float) * ((rows * (whole + inner + m.Width)) + logits));
        return ((sizeof(float) + BytesOf(precision.Gradients) + (2L * BytesOf(precision.Moments))) * model.ParameterCount, activations);
    }

    private static long BytesOf(StorageFormat format) => format is StorageFormat.BFloat16 or StorageFormat.Float16 ? 2 : 4;
}
