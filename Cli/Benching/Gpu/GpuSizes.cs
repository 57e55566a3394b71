using PureLlm.Engine.Configuration;

namespace PureLlm.Cli.Benching.Gpu;

/// <summary>What the checklist measures with: the sizes of a GPT of 124M, or ones that an emulation can take.</summary>
internal sealed record GpuSizes(IReadOnlyList<(int M, int N, int K)> Products, (int M, int N, int K) Checked, int Rows, int Columns, int Vocabulary, int Parameters, RunConfig Compared, int ComparedVocabulary, int ComparedSteps, RunConfig Timed, int TimedVocabulary, int TimedSteps)
{
    /// <summary>Rows that do not fit the caches of a GPU: 128 MB an array. What is checked is large enough for the kernels of large products, with edges that are no whole tiles.</summary>
    public static GpuSizes Full { get; } = new(
        [(8192, 768, 768), (8192, 3072, 768), (8192, 768, 3072), (8192, 50304, 768), (4096, 4096, 4096)], (1000, 1012, 1040), 16384, 2048, 50304, 32 << 20,
        Config("shakespeare-6x384", "train.batch=8"), 65, 30,
        Config("gpt2-124m", "train.batch=8", "train.accumulate=1"), 50304, 6);

    /// <summary>A group or two of 16 threads.</summary>
    public static GpuSizes Emulated { get; } = new(
        [(17, 16, 8)], (33, 40, 48), 3, 32, 33, 100,
        Config("shakespeare-4x128", "model.layers=1", "model.width=16", "model.heads=2", "model.context=8", "train.batch=1"), 17, 2,
        Config("gpt2-124m", "model.layers=1", "model.width=16", "model.heads=2", "model.context=8", "train.batch=1", "train.accumulate=1"), 17, 2);

    private static RunConfig Config(string template, params string[] values) =>
        ConfigLoader.Parse($"{template}.toml", ConfigTemplates.Find(template)!.Text, values.Select(value => new ConfigOverride(value))).Config;
}
