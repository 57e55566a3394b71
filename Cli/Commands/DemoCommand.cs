using System.CommandLine;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Training;

namespace PureLlm.Cli.Commands;

/// <summary><c>demo</c>: trains the built-in story model, then opens it for a talk; nothing to configure.</summary>
public sealed class DemoCommand : CliCommand
{
    private const string Folder = "runs/demo";

    private readonly Option<double> seconds = new("--seconds") { Description = "how long to train", HelpName = "N", DefaultValueFactory = _ => 60 };

    private readonly Option<bool> again = new("--again") { Description = "train anew, although runs/demo is there" };

    public DemoCommand() : base("demo", "a minute of training on built-in stories, then a talk")
    {
        Options.Add(seconds);
        Options.Add(again);
    }

    public override IReadOnlyList<(string, string)> Examples => [("pure-llm demo", "a minute of training, then a talk"), ("pure-llm demo --seconds 120", "two minutes: it makes sense")];

    public override int Run(CommandContext context)
    {
        int code = RunFolder.IsRun(Folder) && !context.Get(again) ? Reuse(context) : Train(context);
        // Without a keyboard there is no one to talk to.
        return code == ExitCode.Ok && context.Host.InIsTerminal && !context.Json ? CommandCatalog.RunOther(context, "chat", Folder) : code;
    }

    private static int Reuse(CommandContext context)
    {
        context.Note($"{Folder} is there already; another one: pure-llm demo --again");
        return ExitCode.Ok;
    }

    private int Train(CommandContext context)
    {
        List<ConfigOverride> overrides =
        [
            new("run.name=\"demo\"", "demo"),
            new(FormattableString.Invariant($"train.budget=\"{context.Get(seconds):R}s\""), "--seconds"),
            .. context.Seed is { } seed ? [new ConfigOverride($"run.seed={seed}", "--seed")] : Array.Empty<ConfigOverride>(),
        ];
        ConfigTemplate template = ConfigTemplates.All[0];
        LoadedConfig config = ConfigLoader.Parse($"{template.Name}.toml", template.Text, overrides);
        return TrainingSession.Run(context, config.Config, Folder, (backend, observers) => TrainingRun.Start(config, backend, Folder, overwrite: true, observers));
    }
}
