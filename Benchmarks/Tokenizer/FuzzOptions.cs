namespace PureLlm.Benchmarks.Tokenizer;

/// <summary>What <c>tokenizer-fuzz</c> is told on its command line.</summary>
/// <param name="Data">The folder with <c>text</c> and <c>tokenizers</c>.</param>
/// <param name="Modules">The node_modules folder that has the packages tiktoken and tokenizers.</param>
/// <param name="Python">A Python that has sentencepiece.</param>
/// <param name="Targets">Names of targets; none for all.</param>
internal sealed record FuzzOptions(string Data, string Modules, string Python, long Count, ulong Seed, IReadOnlyList<string> Targets)
{
    private const string Usage = "usage: tokenizer-fuzz --data FOLDER --modules NODE_MODULES [--python PROGRAM] [--count N] [--seed N] [TARGET ...]";

    public static FuzzOptions Parse(string[] args)
    {
        var options = new FuzzOptions("", "", "python3", 100_000, 1, []);
        for (int i = 0; i < args.Length; i++)
        {
            string Next() => ++i < args.Length ? args[i] : throw new ArgumentException(Usage);
            options = args[i] switch
            {
                "--data" => options with { Data = Next() },
                "--modules" => options with { Modules = Next() },
                "--python" => options with { Python = Next() },
                "--count" => options with { Count = long.Parse(Next()) },
                "--seed" => options with { Seed = ulong.Parse(Next()) },
                var target => options with { Targets = [.. options.Targets, target] },
            };
        }
        return Directory.Exists(options.Data) && Directory.Exists(options.Modules) ? options : throw new ArgumentException(Usage);
    }

    /// <summary>Every text of the data folder.</summary>
    public byte[] Prose() => [.. Texts().SelectMany(File.ReadAllBytes)];

    /// <summary>The files of those texts.</summary>
    public string[] Texts() => [.. Directory.GetFiles(Path.Combine(Data, "text"), "*.txt").Order(StringComparer.Ordinal)];
}
