using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;
using PureLlm.Tokenizer;

namespace PureLlm.Engine.Training;

/// <summary>What a run keeps on its device, known before it takes any of it: a step, an evaluation and a sample are rehearsed without memory, with the same buffers in the same order.</summary>
/// <remarks>A prompt of another length than the pinned one may take a little more.</remarks>
internal static class TrainingMemory
{
    public static MemoryNeeds Of(RunConfig config, TokenDataset data)
    {
        using var device = new RehearsalBackend();
        using LanguageModel model = LanguageModel.Create(config.Model, data.VocabularySize);
        model.AllocateEmpty(device, training: true, config.Precision.Slabs);
        long gradients = model.Slabs.GradientParts.Sum(part => part.Buffer.Bytes), weights = model.Slabs.Bytes - gradients;
        using ModelWriter? writer = data.Tokenizer is TextTokenizer tokenizer ? new ModelWriter(model, tokenizer, device) : null;
        PairShape? pairs = model.Config.IsEncoderDecoder ? PairShape.Of(data, model.Config.Context) : null;
        BatchSource source = data.Batches(config.Train.Batch, model.Config.Context, config.Train.Accumulate);
        using Optimizer optimizer = Optimizer.Create(config.Train, model.Config, model.Slabs, device, new MomentStorage(config.Precision.Moments, 0));
        using var work = new TrainingStep(device, model, source, optimizer, config.Train.Clip, 0, pairs, config.TapeMemory, config.Precision.AppliedLossScale);
        using var meter = new ProgressMeter(config, device, model, data, writer is null ? null : writer.Continue, pairs);
        long copy = 0;
        if (BudgetPlanner.NeedsCalibration(config))
        {
            TensorBuffer[] values = model.Slabs.CopyValues();
            copy = values.Sum(buffer => buffer.Bytes);
            Step(work);
            Array.ForEach(values, buffer => buffer.Dispose());
        }
        if (meter.HasValidation) { meter.Loss(); }
        if (meter.HasSample) { meter.Sample(); }
        Step(work);
        long activations = sizeof(float) * work.Tape.FloatsHeld, all = device.Bytes;
        MemoryPart[] parts =
        [
            new("parameters", weights, "model.layers or model.width"),
            new("gradients", gradients, config.Precision.Gradients == StorageFormat.Float32 ? "precision.gradients = \"bfloat16\"" : ""),
            new("moments", optimizer.StateBytes, config.Precision.Moments == StorageFormat.Float32 ? "precision.moments = \"bfloat16\"" : ""),
            new("activations", activations, "train.batch, model.context, train.recompute or precision.activations"),
            new("a copy of the parameters for the calibration", copy, "train.budget in steps or tokens"),
            new("evaluation, samples and the rest", Math.Max(0, all - weights - gradients - optimizer.StateBytes - activations - copy), "train.batch or model.context"),
        ];
        return new MemoryNeeds(parts, all, device.Operands);
    }

    private static void Step(TrainingStep work)
    {
        work.Measure(0);
        work.Update(0, 0);
    }
}
