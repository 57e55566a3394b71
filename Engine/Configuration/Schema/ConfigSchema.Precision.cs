using PureLlm.Kernels;

namespace PureLlm.Engine.Configuration.Schema;

/// <content>[precision]</content>
public static partial class ConfigSchema
{
    private static IEnumerable<ConfigKey> PrecisionKeys()
    {
        var precision = new ConfigTable<PrecisionSection>("precision", "", c => c.Precision, (c, s) => c with { Precision = s });
        yield return precision.Key("weights", new FormatType(StorageFormat.Float32, StorageFormat.BFloat16), s => s.Weights, (s, v) => s with { Weights = v },
            "What the computation sees of the matrices.", "bfloat16: every product reads matrices rounded to 16 bits; the optimizer moves float32 masters, whose lower half is kept apart, so that memory stays the same. Checkpoints hold the masters.", "\"bfloat16\"", ["dtype", "parameters", "params", "weight_dtype"]);
        yield return precision.Key("gradients", new FormatType(StorageFormat.Float32, StorageFormat.BFloat16, StorageFormat.Float16), s => s.Gradients, (s, v) => s with { Gradients = v },
            "How the gradients of the matrices are kept.", "In 16 bits they take half the memory and are rounded at random, so that small ones are not lost on average. float16 is finer and narrower: it needs loss_scale.", "\"bfloat16\"", ["grads", "grad_dtype", "gradient_dtype"]);
        yield return precision.Key("moments", new FormatType(StorageFormat.Float32, StorageFormat.BFloat16), s => s.Moments, (s, v) => s with { Moments = v },
            "How the optimizer's memory is kept.", "In 16 bits it is rounded at random: to nearest, Adam's average of squares would stand still, since each step moves it by less than half of its last bit. float16 cannot hold squares of gradients.", "\"bfloat16\"", ["optimizer_state", "states", "momentum_dtype"]);
        yield return precision.Key("activations", new FormatType(StorageFormat.Float32, StorageFormat.BFloat16, StorageFormat.Float16), s => s.Activations, (s, v) => s with { Activations = v },
            "How values are kept from the forward to the backward pass.", "In 16 bits they take half the memory, rounded to nearest; the forward pass itself is not changed.", "\"bfloat16\"", ["activation_dtype"]);
        yield return precision.Key("loss_scale", new LossScaleType(), s => s.LossScale, (s, v) => s with { LossScale = v },
            "Factor of the loss that keeps float16 gradients in range.", "dynamic: begins at 65536, halves when a gradient overflows (the step is computed again, nothing is lost), doubles after 1000 good steps. Other formats of gradients ignore it.", "\"dynamic\"", ["scale", "grad_scaler", "initial_loss_scale"]);
    }
}
