namespace PureLlm.Tests.Cli;

/// <summary>A run of a second: one thin layer on a little text.</summary>
internal static class SmallConfig
{
    /// <summary>The TOML of a run of so many steps, evaluated every <paramref name="evaluateEvery"/> of them; 0: at the end alone.</summary>
    public static string Text(int steps, int evaluateEvery = 0) => $$"""
        [run]
        name = "small"
        [data]
        source = "sort"
        size = "20kB"
        [tokenizer]
        kind = "chars"
        [model]
        layers = 1
        width = 16
        heads = 2
        context = 32
        [train]
        budget = "{{steps}} steps"
        batch = 2
        warmup = "0 steps"
        threads = 1
        [eval]
        every = "{{evaluateEvery}} steps"
        batches = 1
        final_batches = 1
        scores = false
        sample = { prompt = "a", tokens = 4 }
        [checkpoint]
        every = "0 steps"
        """;
}
