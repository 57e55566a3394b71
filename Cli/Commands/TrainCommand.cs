using System.CommandLine;
using PureLlm.Cli.Rendering;
using PureLlm.Cli.Web;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Training;

namespace PureLlm.Cli.Commands;

/// <summary><c>train CONFIG</c>: from a command line to a configuration and a folder; <see cref="TrainingSession"/> does the rest.</summary>
public sealed class TrainCommand : CliCommand
{
    private readonly ConfigInput input = new();

    private readonly Option<string?> resume = new("--resume") { Description = "go on with a run, bit for bit", HelpName = "run", Arity = ArgumentArity.ZeroOrOne };

    private readonly Option<string?> run = new("--run") { Description = "name of the run: the results go to runs/<name>", HelpName = "name" };

    private readonly Option<double?> seconds = new("--seconds") { Description = "budget as a time", HelpName = "N" };

    private readonly Option<long?> steps = new("--steps") { Description = "budget in steps", HelpName = "N" };

    private readonly Option<bool> dryRun = new("--dry-run") { Description = "show the plan and write nothing" };

    private readonly Option<bool> overwrite = new("--overwrite") { Description = "replace a run of the same name" };

    private readonly Option<bool> web = new("--web") { Description = "show the run in a browser; pause it there and step through" };

    private readonly Option<int> port = new("--port") { Description = "port of the page (5177; 0: any free one)", HelpName = "N", DefaultValueFactory = _ => StepServer.DefaultPort };

    public TrainCommand() : base("train", "train a model, with a live screen")
    {
        input.AddTo(this);
        foreach (Option option in new Option[] { resume, run, seconds, steps, dryRun, overwrite, web, port })
        {
            Options.Add(option);
        }
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("pure-llm train tiny.toml", "from noise to stories"),
        ("pure-llm train tiny.toml --set train.lr=3e-3 --run b", "another run"),
        ("pure-llm train --resume runs/tiny", "go on after Ctrl-C"),
    ];

    public override int Run(CommandContext context)
    {
        CheckOptions(context);
        if (context.Parsed.GetResult(resume) is { Implicit: false })
        {
            return Resume(context);
        }
        LoadedConfig config = input.Load(context, Overrides(context));
        string folder = FolderOf(config);
        return context.Get(dryRun)
            ? DryRun.Write(context, config, folder)
            : TrainingSession.Run(context, config.Config, folder, (backend, observers) => TrainingRun.Start(config, backend, folder, context.Get(overwrite), observers), WebPort(context));
    }

    private int Resume(CommandContext context)
    {
        bool hasFile = context.Get(input.File) is not null;
        string folder = context.Get(resume) is { } named ? Named(named) : hasFile ? FolderOf(input.Load(context, Overrides(context))) : Latest();
        List<ConfigOverride> changes = [.. input.Overrides(context), .. Overrides(context)];
        LoadedConfig? wanted = hasFile ? input.Load(context, Overrides(context))
            : changes.Count > 0 && RunFolder.IsRun(folder) ? ConfigLoader.Load(Path.Combine(folder, RunFolder.ConfigFile), changes)
            : null;
        RunConfig config = wanted?.Config ?? (RunFolder.IsRun(folder) ? TrainingRun.ConfigOf(folder).Config : new RunConfig());
        return TrainingSession.Run(context, config, folder, (backend, observers) => TrainingRun.Resume(folder, backend, wanted, observers), WebPort(context));
    }

    /// <summary>The budget and the name as overrides.</summary>
    private IEnumerable<ConfigOverride> Overrides(CommandContext context) =>
    [
        .. context.Get(run) is { } name ? [new ConfigOverride($"run.name={name}", "--run")] : Array.Empty<ConfigOverride>(),
        .. context.Get(seconds) is { } time ? [new ConfigOverride(FormattableString.Invariant($"train.budget=\"{time:R}s\""), "--seconds")] : Array.Empty<ConfigOverride>(),
        .. context.Get(steps) is { } count ? [new ConfigOverride($"train.budget=\"{count} steps\"", "--steps")] : Array.Empty<ConfigOverride>(),
    ];

    private int? WebPort(CommandContext context) => !context.Get(web) ? null : context.Get(port) is >= 0 and <= 65535 and int asked ? asked
        : throw new CliException(ExitCode.Usage, $"train: --port {context.Get(port)} is no port; ports go from 0 (any free one) to 65535");

    private void CheckOptions(CommandContext context)
    {
        bool resumes = context.Parsed.GetResult(resume) is { Implicit: false };
        if (context.Get(seconds) is not null && context.Get(steps) is not null)
        {
            throw new CliException(ExitCode.Usage, "train: --seconds and --steps are both a budget; give one of them");
        }
        if (resumes && context.Get(seconds) is not null)
        {
            throw new CliException(ExitCode.Usage, "train: the length of a run that is resumed is counted in steps, so --seconds has no meaning", "--steps N is the length of the whole run");
        }
        if (resumes && (context.Get(overwrite) || context.Get(run) is not null || context.Get(dryRun)))
        {
            throw new CliException(ExitCode.Usage, "train: --resume goes on with a run as it is; --run, --overwrite and --dry-run belong to a new one");
        }
    }

    private static string FolderOf(LoadedConfig config) => $"runs/{config.Config.Run.Name}";

    /// <summary>The folder that the user means: as written, or the run of that name.</summary>
    private static string Named(string named) => !RunFolder.IsRun(named) && RunFolder.IsRun($"runs/{named}") ? $"runs/{named}" : named.TrimEnd('/', '\\');

    private static string Latest()
    {
        string? newest = Directory.Exists("runs")
            ? Directory.GetDirectories("runs").Where(RunFolder.IsRun).OrderByDescending(path => File.GetLastWriteTimeUtc(Path.Combine(path, RunFolder.MetricsFile))).FirstOrDefault()
            : null;
        return newest?.Replace('\\', '/') ?? throw new RunException("R002", "--resume: there are no runs in this folder yet.");
    }
}
