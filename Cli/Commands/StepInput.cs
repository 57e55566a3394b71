using System.CommandLine;
using PureLlm.Cli.Stepping;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Breakpoints;
using PureLlm.Engine.Inspection.Sources;
using PureLlm.Engine.Inspection.Sources.Expressions;
using PureLlm.Kernels;

namespace PureLlm.Cli.Commands;

/// <summary>What <c>step</c> takes from the command line: where the step comes from, where one begins, and how it is shown.</summary>
internal sealed class StepInput
{
    public Argument<string?> Target { get; } = new("expression|config|run") { Description = "what to step through", Arity = ArgumentArity.ZeroOrOne };

    public Option<string[]> Set { get; } = new("--set") { Description = "the value of a name, or of a configuration's key", HelpName = "k=v" };

    public Option<string?> Demo { get; } = new("--demo") { Description = "a built-in step; 'list' names them", HelpName = "NAME" };

    public Option<string?> At { get; } = new("--at") { Description = "where: 500, 500:b41, or 'nan' for where it went wrong", HelpName = "CURSOR" };

    public Option<string?> Element { get; } = new("--el") { Description = "the element that is explained: 1,2", HelpName = "I,J" };

    public Option<string[]> Break { get; } = new("--break") { Description = "stop here: nan, op=softmax, \"max(|grad|)>10\"", HelpName = "EXPR" };

    public Option<bool> Web { get; } = new("--web") { Description = "in the browser, on this machine only" };

    public Option<int> Port { get; } = new("--port") { Description = "of --web (5177)", HelpName = "N", DefaultValueFactory = _ => 5177, Hidden = true };

    public Option<string?> Lesson { get; } = new("--lesson") { Description = "of --web: the lesson beside it", HelpName = "N", Hidden = true };

    public Option<string?> Export { get; } = new("--export") { Description = "write one page that opens without a server", HelpName = "FILE" };

    public Option<string?> Frames { get; } = new("--frames") { Description = "of --export: these frames", HelpName = "A..B", Hidden = true };

    public Option<bool> All { get; } = new("--all") { Description = "of --export: every frame", Hidden = true };

    public Option<double> MaximumMegabytes { get; } = new("--max-mb") { Description = "of --export: largest size in MB (5)", HelpName = "N", DefaultValueFactory = _ => 5, Hidden = true };

    public Option<bool> Whole { get; } = new("--whole") { Description = "the whole batch, not 1 sequence of 32 tokens" };

    public Option<int?> Sequences { get; } = new("--batch") { Description = "sequences of the batch that are looked at (1)", HelpName = "N", Hidden = true };

    public Option<int?> Tokens { get; } = new("--tokens") { Description = "tokens of each sequence (32)", HelpName = "N", Hidden = true };

    public Option<string?> Script { get; } = new("--script") { Description = "press these keys: \"n n i f q\"", HelpName = "KEYS" };

    public void AddTo(Command command)
    {
        Demo.CompletionSources.Add([.. DemoSource.All.Select(demo => demo.Name)]);
        command.Arguments.Add(Target);
        foreach (Option option in new Option[] { Set, Demo, At, Element, Break, Whole, Sequences, Tokens, Web, Port, Lesson, Export, Frames, All, MaximumMegabytes, Script }) { command.Options.Add(option); }
    }

    /// <summary>The steps that were meant.</summary>
    /// <exception cref="CliException">There are none such.</exception>
    public StepSource Source(CommandContext context, Backend backend)
    {
        string? target = context.Get(Target), demo = context.Get(Demo);
        if (target is not null && demo is not null)
        {
            throw new CliException(ExitCode.Usage, $"step: '{target}' and --demo {demo} are two things to step through; give one of them");
        }
        if (demo is not null) { return OfDemo(context, demo, backend); }
        if (target is null)
        {
            throw new CliException(ExitCode.Usage, "step: what? Give an expression, a configuration, a run, or --demo", "pure-llm step --demo list", "pure-llm step tiny.toml");
        }
        if (target.EndsWith(".toml", StringComparison.OrdinalIgnoreCase) || File.Exists(context.FullPath(target))) { return OfConfig(context, target, backend); }
        return IsExpression(context, target) ? OfExpression(context, target, backend) : OfRun(context, target, backend);
    }

    /// <summary>Whether a text is to be computed: "runs/tiny" is no quotient.</summary>
    private static bool IsExpression(CommandContext context, string target) =>
        target.AsSpan().ContainsAny("=+*^();") || (target.Contains(' ') && !Directory.Exists(context.FullPath(target)));

    private ExpressionSource OfExpression(CommandContext context, string text, Backend backend)
    {
        try
        {
            return new ExpressionSource(text, context.Get(Set) ?? [], backend);
        }
        catch (ExpressionException error)
        {
            throw new CliException(ExitCode.Usage, $"step: {error.Message}\n  {error.Marked.Replace("\n", "\n  ", StringComparison.Ordinal)}", $"functions: {string.Join(' ', ExpressionFunctions.Names)}");
        }
        catch (FormatException error)
        {
            throw new CliException(ExitCode.Usage, $"step: {error.Message}");
        }
    }

    private DemoSource OfDemo(CommandContext context, string demo, Backend backend)
    {
        if ((context.Get(Set) ?? []).Length > 0) { throw new CliException(ExitCode.Usage, "step: a demo has its own numbers, so --set has no meaning with --demo"); }
        try
        {
            return new DemoSource(demo, backend);
        }
        catch (ArgumentException error)
        {
            throw new CliException(ExitCode.Usage, $"step: {error.Message}", "pure-llm step --demo list");
        }
    }

    private ModelSource OfConfig(CommandContext context, string file, Backend backend)
    {
        ConfigOverride[] overrides = [.. (context.Get(Set) ?? []).Select(text => new ConfigOverride(text)), .. context.Seed is { } seed ? [new ConfigOverride($"run.seed={seed}", "--seed")] : Array.Empty<ConfigOverride>()];
        RunConfig config = ConfigLoader.Load(file, overrides).Config;
        context.Note($"preparing the data of {file} …");
        return Reporting(context, ModelSource.OfConfig(file, config, backend, CutOf(context)));
    }

    private ModelSource OfRun(CommandContext context, string run, Backend backend)
    {
        if ((context.Get(Set) ?? []).Length > 0) { throw new CliException(ExitCode.Usage, $"step: {run} is stepped through as it was, so --set has no meaning", "another configuration: pure-llm step tiny.toml --set train.lr=1e-3"); }
        string folder = RunInput.Find(context, run);
        return Reporting(context, ModelSource.OfRun(context.ShownPath(folder), folder, backend, CutOf(context)));
    }

    /// <summary>Says when many steps have to be done again.</summary>
    private static ModelSource Reporting(CommandContext context, ModelSource source)
    {
        source.Replaying = (from, to) =>
        {
            if (to - from > 20) { context.Note($"replaying steps {from} to {to} …"); }
        };
        return source;
    }

    private BatchCut CutOf(CommandContext context)
    {
        int? sequences = context.Get(Sequences), tokens = context.Get(Tokens);
        if (ShowsWhole(context))
        {
            return sequences is null && tokens is null ? BatchCut.Whole
                : throw new CliException(ExitCode.Usage, "step: --whole is the whole batch, so --batch and --tokens have no meaning with it");
        }
        return (sequences ?? 1) >= 1 && (tokens ?? 1) >= 1 ? new BatchCut(sequences ?? BatchCut.Microscope.Sequences, tokens ?? BatchCut.Microscope.Tokens)
            : throw new CliException(ExitCode.Usage, "step: --batch and --tokens must be 1 or more");
    }

    /// <summary>Where "continue" stops: at what --break says, or where numbers go wrong.</summary>
    /// <exception cref="CliException">It is no breakpoint.</exception>
    public IReadOnlyList<IStepBreakpoint> Breakpoints(CommandContext context)
    {
        try
        {
            return [.. (context.Get(Break) is [_, ..] texts ? texts : ["nan"]).Select(StepBreakpoint.Parse)];
        }
        catch (FormatException error)
        {
            throw new CliException(ExitCode.Usage, $"step: --break: {error.Message}", "examples: nan, op=softmax, module=blocks.1.*, gnorm>5, \"max(|grad|)>1e3\", update/weight<1e-5, \"loss>1.5*prev\", \"tensor=wte[42,*]\", check-fails");
        }
    }

    /// <summary>Where one begins.</summary>
    /// <exception cref="CliException">There is no such place.</exception>
    public Cursor Start(CommandContext context, StepSession session)
    {
        Cursor cursor = session.Start;
        try
        {
            if (context.Get(At) == "nan") { return NonFiniteStart.Find(context, session, CommandLine(context)); }
            if (context.Get(At) is { } at) { cursor = Cursor.Parse(at); }
            if (context.Get(Element) is { } element) { cursor = cursor with { Element = element }; }
            string[] frames = session.With(cursor.Step, trace => trace.Find(cursor.Frame) is not null ? Array.Empty<string>() : [.. trace.Frames.Select(frame => frame.Id)]);
            return frames.Length == 0 ? cursor
                : throw new CliException(ExitCode.Usage, $"step: --at {context.Get(At)}: step {cursor.Step} has no frame '{cursor.Frame}'", $"frames: {string.Join(' ', frames.Take(24))}{(frames.Length > 24 ? $" … {frames[^1]}" : "")}");
        }
        catch (Exception error) when (error is FormatException or ArgumentOutOfRangeException)
        {
            throw new CliException(ExitCode.Usage, $"step: --at: {error.Message}");
        }
    }

    /// <summary>How it is shown.</summary>
    public StepOptions Options(CommandContext context) => new()
    {
        CommandLine = CommandLine(context),
        Script = context.Get(Script),
        Breaks = context.Get(Break) ?? [],
        Web = context.Get(Web),
        Port = context.Get(Port),
        Lesson = context.Get(Lesson),
        Export = context.Get(Export) is { } file ? context.FullPath(file) : null,
        Frames = context.Get(Frames),
        AllFrames = context.Get(All),
        MaximumMegabytes = context.Get(MaximumMegabytes),
    };

    /// <summary>What opens the same steps again, as one types it, without a place.</summary>
    private string CommandLine(CommandContext context)
    {
        List<string> words = ["pure-llm", "step"];
        if (context.Get(Target) is { } target) { words.Add(target); }
        if (context.Get(Demo) is { } demo) { words.AddRange(["--demo", demo]); }
        foreach (string set in context.Get(Set) ?? []) { words.AddRange(["--set", set]); }
        if (context.Get(Sequences) is { } sequences) { words.AddRange(["--batch", $"{sequences}"]); }
        if (context.Get(Tokens) is { } tokens) { words.AddRange(["--tokens", $"{tokens}"]); }
        bool isModel = context.Get(Target) is { } named && !IsExpression(context, named);
        if (isModel && ShowsWhole(context)) { words.Add("--whole"); }
        return string.Join(' ', words.Select(NonFiniteStart.Quoted));
    }

    /// <summary>The whole batch: asked for, or because a number that is none may be anywhere in it.</summary>
    private bool ShowsWhole(CommandContext context) =>
        context.Get(Whole) || (context.Get(At) == "nan" && context.Get(Sequences) is null && context.Get(Tokens) is null);
}
