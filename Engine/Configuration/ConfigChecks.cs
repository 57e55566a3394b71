namespace PureLlm.Engine.Configuration;

/// <summary>Values that are possible alone but not together.</summary>
internal sealed class ConfigChecks
{
    private readonly LoadedConfig loaded;
    private readonly HashSet<string> failed;
    private readonly List<Diagnostic> diagnostics;

    private ConfigChecks(LoadedConfig loaded, HashSet<string> failed, List<Diagnostic> diagnostics) =>
        (this.loaded, this.failed, this.diagnostics) = (loaded, failed, diagnostics);

    public static void Run(LoadedConfig loaded, HashSet<string> failed, List<Diagnostic> diagnostics)
    {
        var checks = new ConfigChecks(loaded, failed, diagnostics);
        checks.Version();
        checks.Heads(loaded.Config.Model);
        checks.Positions(loaded.Config.Model);
        checks.Training(loaded.Config);
    }

    private void Version()
    {
        int version = loaded.Config.Version;
        if (version != RunConfig.CurrentVersion && !failed.Contains("version"))
        {
            diagnostics.Add(new Diagnostic("C009", $"this file is version {version} of the format; this program reads version {RunConfig.CurrentVersion}", loaded.SpanOf("version"), $"write {RunConfig.CurrentVersion}")
            {
                Help = version > RunConfig.CurrentVersion ? "a newer pure-llm wrote this file: update with dotnet tool update -g pure-llm" : null,
            });
        }
    }

    private void Heads(ModelConfig m)
    {
        bool isDerived = loaded.OriginOf("model.head_size").Source is not (ConfigSource.File or ConfigSource.Override);
        bool divides = m.Width % m.Heads == 0;
        Require(!isDerived || divides, $"width {m.Width} cannot be split into {m.Heads} heads ({m.Width} / {m.Heads} = {(double)m.Width / m.Heads:0.##})", HeadsHelp(m), "model.width", "model.heads");
        Require(m.Heads % m.KeyValueHeads == 0, $"{m.Heads} heads cannot share {m.KeyValueHeads} key and value heads evenly",
            $"kv_heads must divide heads: {string.Join(", ", Divisors(m.Heads))}", "model.heads", "model.kv_heads");
    }

    private void Positions(ModelConfig m)
    {
        bool isSplit = m.Width % m.Heads == 0;
        if (m.Position == PositionKind.Rope)
        {
            Require(m.HeadSize % 2 == 0 || (!isSplit && m.HeadSize == m.Width / m.Heads), $"rotary positions turn pairs of coordinates, and a head of {m.HeadSize} is odd",
                "choose width/heads even, or position = \"learned\"", "model.position", "model.head_size", "model.width", "model.heads");
            Require(m.HeadSize % 2 != 0 || m.RopeDimensions >= 2, $"rope_fraction {m.RopeFraction:R} of a head of {m.HeadSize} is less than one pair",
                $"the smallest fraction for this head is {2.0 / m.HeadSize:0.####}", "model.rope_fraction", "model.head_size", "model.width", "model.heads");
        }
        Require(m.Position != PositionKind.Sinusoidal || m.Width % 2 == 0, $"sinusoidal positions are pairs of sine and cosine, and width {m.Width} is odd",
            $"nearest: width {m.Width + 1}", "model.width", "model.position");
        Require(m.Window <= m.Context, $"a window of {m.Window} tokens is longer than the context of {m.Context}",
            "window = 0 sees the whole context", "model.window", "model.context");
    }

    private void Training(RunConfig config)
    {
        (TrainSection train, ModelConfig model, TokenizerSection tokenizer) = (config.Train, config.Model, config.Tokenizer);
        Require(tokenizer.Kind != TokenizerKind.Bpe || tokenizer.Vocabulary >= 256, $"a byte-pair vocabulary starts with the 256 bytes, so vocab = {tokenizer.Vocabulary} is too small",
            "vocab = 512 suits a small text; kind = \"chars\" has as many tokens as the text has characters", "tokenizer.vocab", "tokenizer.kind");
        double positions = (double)train.Batch * model.Context;
        Require(positions <= int.MaxValue, $"batch {train.Batch} × context {model.Context} is {positions:N0} positions; one micro-batch may have {int.MaxValue:N0}",
            "a smaller batch with accumulate gives the same step", "train.batch", "model.context");
        Require(train.FinalLearningRate <= train.LearningRate, $"min_lr {train.FinalLearningRate:R} is above lr {train.LearningRate:R}",
            "min_lr = \"10%\" follows lr", "train.min_lr", "train.lr");
        if (train.Budget.Unit == BudgetUnit.Seconds)
        {
            bool areShares = train is { Schedule: ScheduleKind.WarmupStableDecay, Warmup.IsShare: true, Cooldown.IsShare: true };
            Require(!areShares || train.Warmup.Value + train.Cooldown.Value <= 1, $"warmup {train.Warmup} and cooldown {train.Cooldown} are more than the whole run",
                "together at most 100%", "train.warmup", "train.cooldown");
            return;
        }
        long steps = train.Budget.StepsFor(Math.Max(1, (long)positions * train.Accumulate)) ?? 0;
        double warmup = train.Warmup.Of(steps), cooldown = train.Schedule == ScheduleKind.WarmupStableDecay ? train.Cooldown.Of(steps) : 0;
        Require(warmup <= steps, $"the warm-up of {warmup:0} steps is longer than the budget of {steps} steps",
            "warmup = \"2%\" follows the budget", "train.warmup", "train.budget");
        Require(warmup > steps || Math.Round(warmup + cooldown, 6) <= steps, $"warm-up and cooldown are {warmup + cooldown:0.#} steps together; the budget is {steps}",
            "warmup = \"2%\" and cooldown = \"20%\" follow the budget", "train.warmup", "train.cooldown", "train.budget");
    }

    /// <summary>Adds a C010 that points at those of the keys that were written, unless one of them could not be read.</summary>
    private void Require(bool holds, string message, string help, params string[] paths)
    {
        if (holds || paths.Any(failed.Contains))
        {
            return;
        }
        DiagnosticLabel[] labels = [.. paths.Select(loaded.SpanOf).Where(span => span.Source is not null).Select(span => new DiagnosticLabel(span))];
        diagnostics.Add(new Diagnostic("C010", message, labels.FirstOrDefault()) { Secondary = [.. labels.Skip(1).Take(1)], Help = help });
    }

    private static string HeadsHelp(ModelConfig m)
    {
        int below = m.Width / m.Heads * m.Heads, above = below + m.Heads;
        string widths = below > 0 ? $"width {below} ({m.Heads}×{below / m.Heads}) or {above} ({m.Heads}×{above / m.Heads})" : $"width {above}";
        IEnumerable<int> heads = Divisors(m.Width).OrderBy(d => Math.Abs(d - m.Heads)).ThenByDescending(d => d).Take(3).Order();
        return $"nearest that work: {widths}, or heads {string.Join(", ", heads)}.\nSIMD is fastest when width/heads is a multiple of 16.";
    }

    private static IEnumerable<int> Divisors(int n) => Enumerable.Range(1, Math.Min(n, 4096)).Where(d => n % d == 0);
}
