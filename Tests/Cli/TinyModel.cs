using PureLlm.Engine.Configuration;
using PureLlm.Engine.Formats;
using PureLlm.Engine.Modules;
using PureLlm.Kernels.Cpu;
using PureLlm.Tokenizer;

namespace PureLlm.Tests.Cli;

/// <summary>A model folder with random weights: bytes in, bytes out, a few thousand parameters.</summary>
internal static class TinyModel
{
    public static ModelConfig Config { get; } = new() { Layers = 1, Width = 16, Heads = 2, Context = 24 };

    /// <summary>Writes config.json, model.safetensors and tokenizer.json.</summary>
    public static void Write(string folder, ulong seed = 1, TextTokenizer? tokenizer = null, ModelConfig? config = null)
    {
        tokenizer ??= new ByteTokenizer();
        using CpuBackend backend = new(threads: 1);
        using LanguageModel model = LanguageModel.Create(config ?? Config, tokenizer.VocabularySize);
        model.Allocate(backend, seed, training: false);
        ModelFolder.Save(folder, model, tokenizer);
    }
}
