using System.CommandLine;
using PureLlm.Engine.Configuration;

namespace PureLlm.Cli.Commands;

/// <summary>A configuration file and its overrides on a command line, the same for all commands that read one.</summary>
internal sealed class ConfigInput
{
    public Argument<string?> File { get; } = new("config.toml") { Description = "the configuration (pure-llm new tiny writes one)", Arity = ArgumentArity.ZeroOrOne };

    public Option<string[]> Set { get; } = new("--set") { Description = "another value for a key: --set train.lr=3e-3", HelpName = "k=v" };

    public void AddTo(Command command)
    {
        Set.CompletionSources.Add([.. Engine.Configuration.Schema.ConfigSchema.Keys.Select(key => $"{key.Path}=")]);
        command.Arguments.Add(File);
        command.Options.Add(Set);
    }

    /// <summary>The overrides of --set, --seed and --threads.</summary>
    public IEnumerable<ConfigOverride> Overrides(CommandContext context) =>
    [
        .. (context.Get(Set) ?? []).Select(text => new ConfigOverride(text)),
        .. context.Seed is { } seed ? [new ConfigOverride($"run.seed={seed}", "--seed")] : Array.Empty<ConfigOverride>(),
        .. context.Threads is { } threads ? [new ConfigOverride($"train.threads={threads}", "--threads")] : Array.Empty<ConfigOverride>(),
    ];

    /// <summary>Reads the file, or tells all its mistakes.</summary>
    /// <exception cref="ConfigException">It cannot be used.</exception>
    public LoadedConfig Load(CommandContext context, IEnumerable<ConfigOverride> more) =>
        ConfigLoader.Load(context.Get(File) ?? throw new CliException(ExitCode.Usage, "which configuration? Give a .toml file", "pure-llm new tiny && pure-llm train tiny.toml"), [.. Overrides(context), .. more]);
}
