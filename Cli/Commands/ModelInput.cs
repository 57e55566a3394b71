using System.CommandLine;
using PureLlm.Cli.Rendering;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Formats;
using PureLlm.Kernels;
using PureLlm.Tokenizer;

namespace PureLlm.Cli.Commands;

/// <summary>A model on a command line: a run, one of its checkpoints, or any folder in Hugging Face's layout.</summary>
internal sealed class ModelInput
{
    private const string RunConfigFile = "config.resolved.toml";

    public Argument<string> Model { get; } = new("model") { Description = "a run, a checkpoint, or a folder in HF layout" };

    public Option<string?> Checkpoint { get; } = new("--checkpoint") { Description = "of a run: best, latest or step-000412 (best)", HelpName = "NAME" };

    public void AddTo(Command command)
    {
        command.Arguments.Add(Model);
        command.Options.Add(Checkpoint);
    }

    /// <summary>The folder with config.json that was meant.</summary>
    /// <exception cref="CliException">There is none; the message says what is missing and what to do.</exception>
    public string Folder(CommandContext context)
    {
        string given = context.Get(Model)!;
        string? checkpoint = context.Get(Checkpoint);
        string folder = context.FullPath(given);
        if (!Directory.Exists(folder) && Directory.Exists(Path.Combine(context.Folder, "runs", given)))
        {
            folder = Path.Combine(context.Folder, "runs", given); // the name of a run
        }
        if (File.Exists(folder) && Path.GetFileName(folder) is "latest" or "best" && IsRun(Path.GetDirectoryName(folder)!))
        {
            (checkpoint, folder) = (checkpoint ?? Path.GetFileName(folder), Path.GetDirectoryName(folder)!);
        }
        if (!Directory.Exists(folder))
        {
            throw Missing(context, given, folder);
        }
        if (IsRun(folder))
        {
            return OfRun(context, folder, checkpoint);
        }
        if (checkpoint is not null)
        {
            throw new CliException(ExitCode.Input, $"{given} is not a run (it has no {RunConfigFile}), so it has no checkpoint '{checkpoint}'", $"without --checkpoint if it is a model: it has {ModelFolder.ConfigFile} and {ModelFolder.WeightsFile}") { Code = "M001" };
        }
        string[] missing = [.. new[] { ModelFolder.ConfigFile, ModelFolder.WeightsFile }.Where(file => !File.Exists(Path.Combine(folder, file)))];
        if (missing.Length > 0 && !File.Exists(Path.Combine(folder, $"{ModelFolder.WeightsFile}.index.json")))
        {
            throw new CliException(ExitCode.Input, $"{context.ShownPath(folder)} is neither a run nor a model: it has no {string.Join(" and no ", missing)}", Runs(context)) { Code = "M001" };
        }
        return folder;
    }

    /// <summary>Reads the model with its tokenizer.</summary>
    /// <exception cref="CliException">The folder has no tokenizer, and the command speaks text.</exception>
    public (LoadedModel Model, TextTokenizer Tokenizer, string Folder) Load(CommandContext context, Backend backend)
    {
        string folder = Folder(context);
        LoadedModel loaded = Read(folder, backend);
        TextTokenizer tokenizer = loaded.Tokenizer ?? throw new CliException(ExitCode.Input, $"{context.ShownPath(folder)} has no {ModelFolder.TokenizerFile}: its numbers cannot be turned into text", $"copy the {ModelFolder.TokenizerFile} of the model's training into it") { Code = "M003" };
        return (loaded, tokenizer, folder);
    }

    /// <summary>Reads a model folder; what is wrong with it is said with its code.</summary>
    public static LoadedModel Read(string folder, Backend backend)
    {
        try
        {
            return ModelFolder.Load(folder, backend);
        }
        catch (ModelFileException error)
        {
            throw Unreadable(error);
        }
    }

    /// <summary>The message of a file that cannot be read.</summary>
    public static CliException Unreadable(ModelFileException error) =>
        new(ExitCode.Input, error.Message, $"nothing was loaded; the parts of a folder belong together: {ModelFolder.ConfigFile}, {ModelFolder.WeightsFile}, {ModelFolder.TokenizerFile}") { Code = "M002" };

    private static bool IsRun(string folder) => File.Exists(Path.Combine(folder, RunConfigFile));

    private static string OfRun(CommandContext context, string run, string? checkpoint)
    {
        string checkpoints = Path.Combine(run, "checkpoints");
        string[] known = Directory.Exists(checkpoints)
            ? [.. Directory.GetDirectories(checkpoints, "step-*").Select(folder => Path.GetFileName(folder)).OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal)] : [];
        if (known.Length == 0)
        {
            throw new CliException(ExitCode.Input, $"{context.ShownPath(run)} has no checkpoint yet", $"pure-llm train --resume {context.ShownPath(run)}") { Code = "M001" };
        }
        string? name = checkpoint switch
        {
            null => Pointed(run, "best", known) ?? Pointed(run, "latest", known) ?? known[^1],
            "best" or "latest" => Pointed(run, checkpoint, known) ?? (checkpoint == "latest" ? known[^1] : null),
            _ when long.TryParse(checkpoint, out long step) => known.FirstOrDefault(item => item == $"step-{step:D6}"),
            _ => known.FirstOrDefault(item => item == checkpoint),
        };
        return name is not null ? Path.Combine(checkpoints, name)
            : throw new CliException(ExitCode.Input, $"{context.ShownPath(run)} has no checkpoint '{checkpoint}'{(Spelling.Nearest(checkpoint!, known) is { } near ? $"; did you mean {near}?" : "")}", $"there are: {string.Join(", ", known.TakeLast(8))}, best, latest") { Code = "M001" };
    }

    /// <summary>The checkpoint that a pointer file names, if it is there.</summary>
    private static string? Pointed(string run, string pointer, string[] known)
    {
        string path = Path.Combine(run, pointer);
        string? name = File.Exists(path) ? Path.GetFileName(File.ReadAllText(path).Trim()) : null;
        return known.Contains(name) ? name : null;
    }

    private static CliException Missing(CommandContext context, string given, string folder)
    {
        string message = File.Exists(folder) ? $"{given} is a file; a model is a folder with {ModelFolder.ConfigFile} and {ModelFolder.WeightsFile}" : $"there is no folder {given}";
        string? near = Spelling.Nearest(Path.GetFileName(given.TrimEnd('/', '\\')), RunNames(context));
        return new CliException(ExitCode.Input, $"{message}{(near is null ? "" : $"; did you mean runs/{near}?")}", Runs(context)) { Code = "M001" };
    }

    private static string[] RunNames(CommandContext context)
    {
        string runs = Path.Combine(context.Folder, "runs");
        return Directory.Exists(runs) ? [.. Directory.GetDirectories(runs).Where(IsRun).Select(run => Path.GetFileName(run)).Order(StringComparer.Ordinal)] : [];
    }

    private static string Runs(CommandContext context) =>
        RunNames(context) is [_, ..] names ? $"runs here: {string.Join(", ", names.Take(8).Select(name => $"runs/{name}"))}{(names.Length > 8 ? ", …" : "")}" : "no runs here yet: pure-llm demo, or pure-llm new tiny && pure-llm train tiny.toml";
}
