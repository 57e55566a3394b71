using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inference;

/// <summary>What writing text keeps on a device, known before it takes any of it: the weights, the key-value cache, and a prompt of two chunks, rehearsed without memory.</summary>
internal static class DecodingMemory
{
    public static MemoryNeeds Of(ModelConfig config, int vocabularySize)
    {
        using var device = new RehearsalBackend();
        using LanguageModel model = LanguageModel.Create(config, vocabularySize);
        model.AllocateEmpty(device, training: false);
        using var decoder = new Decoder(model, device);
        ModelConfig sizes = model.Config;
        if (sizes.IsEncoderDecoder) { decoder.SetSource(new int[sizes.Context]); }
        decoder.Append(new int[Math.Min(sizes.Context, Decoder.ChunkTokens + 1)]);
        long weights = model.Slabs.Bytes, cache = 2L * sizeof(float) * sizes.Layers * sizes.Context * sizes.KeyValueHeads * sizes.HeadSize;
        MemoryPart[] parts =
        [
            new("parameters", weights),
            new("key-value cache", cache, "a smaller context"),
            new("activations and the rest", device.Bytes - weights - cache),
        ];
        return new MemoryNeeds(parts, device.Bytes, device.Operands);
    }
}
