using System.CommandLine;
using PureLlm.Cli.Learning;
using PureLlm.Cli.Rendering;

namespace PureLlm.Cli.Commands;

/// <summary><c>learn [lesson]</c>: ten lessons, from a scalar's gradient to what a model learned, with examples that run.</summary>
public sealed class LearnCommand : CliCommand
{
    private const int DefaultWidth = 80;

    private readonly Argument<string?> lesson = new("lesson") { Description = "its number or name; all of them are listed without", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> step = new("--step") { Description = "open the step viewer where the lesson looks" };
    private readonly Option<bool> web = new("--web") { Description = "in the browser, the step viewer beside it" };
    private readonly Option<int?> port = new("--port") { Description = "of --web (5177; 0: any)", HelpName = "N" };
    private readonly Option<string?> html = new("--html") { Description = "write the lesson as a page", HelpName = "FILE" };
    private readonly Option<bool> check = new("--check") { Description = "run every example and compare it with the text" };

    public LearnCommand() : base("learn", "ten lessons: from one gradient to a whole model")
    {
        lesson.CompletionSources.Add([.. LessonBook.All.Select(item => item.Name)]);
        Arguments.Add(lesson);
        Options.Add(step);
        Options.Add(web);
        Options.Add(port);
        Options.Add(html);
        Options.Add(check);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("pure-llm learn", "what there is to learn"),
        ("pure-llm learn 1", "read, run the examples, answer the questions"),
        ("pure-llm learn attention --step", "look at it in the step viewer"),
        ("pure-llm learn 4 --web", "lesson and viewer side by side in the browser"),
    ];

    public override int Run(CommandContext context)
    {
        Lesson? chosen = context.Get(lesson) is { } wanted ? Find(wanted) : null;
        if (context.Get(check)) { return Check(context, chosen is null ? LessonBook.All : [chosen]); }
        if (chosen is null)
        {
            if (context.Get(step) || context.Get(web) || context.Get(html) is not null) { throw new CliException(ExitCode.Usage, "learn: which lesson? Give its number", "all lessons: pure-llm learn"); }
            List(context);
            return ExitCode.Ok;
        }
        if (context.Get(html) is { } file)
        {
            File.WriteAllText(context.FullPath(file), LessonPage.Render(chosen));
            context.Note($"wrote {context.ShownPath(context.FullPath(file))}");
            return ExitCode.Ok;
        }
        if (context.Get(web))
        {
            string[] address = context.Get(port) is { } number ? ["--port", FormattableString.Invariant($"{number}")] : [];
            return CommandCatalog.RunOther(context, ["step", .. chosen.Step, "--web", .. address, "--lesson", FormattableString.Invariant($"{chosen.Number}")]);
        }
        return context.Get(step) ? CommandCatalog.RunOther(context, ["step", .. chosen.Step]) : Read(context, chosen);
    }

    private static Lesson Find(string wanted) => LessonBook.Find(wanted) ?? throw new CliException(ExitCode.Usage,
        $"learn: there is no lesson '{wanted}'{(Engine.Configuration.Spelling.Nearest(wanted, LessonBook.All.Select(item => item.Name)) is { } near ? $"; did you mean {near}?" : "")}", "all lessons: pure-llm learn");

    private static void List(CommandContext context)
    {
        TextStyle style = context.Style;
        if (context.Json)
        {
            context.WriteJson("learn", json =>
            {
                json.WriteStartArray("lessons");
                foreach (Lesson item in LessonBook.All)
                {
                    json.WriteStartObject();
                    json.WriteNumber("number", item.Number);
                    json.WriteString("name", item.Name);
                    json.WriteString("title", item.Title);
                    json.WriteString("goal", item.Goal);
                    json.WriteNumber("minutes", item.Minutes);
                    json.WriteString("step", string.Join(' ', item.Step));
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            });
            return;
        }
        context.Out.WriteLine(style.Plain($"{LessonBook.All.Count} lessons, {LessonBook.All.Sum(item => item.Minutes)} minutes. After each you can:"));
        context.Out.WriteLine();
        foreach (Lesson item in LessonBook.All)
        {
            context.Out.WriteLine(style.Plain($"{item.Number,4}  {style.Bold(item.Title)}"));
            foreach (string line in Canvas.Wrap(item.Goal, 72)) { context.Out.WriteLine(style.Plain($"      {style.Dim(line)}")); }
        }
        context.Out.WriteLine();
        context.Out.WriteLine(style.Plain($"read one: {style.Green("pure-llm learn 1")}      in the step viewer: pure-llm learn 1 --step"));
    }

    private static int Read(CommandContext context, Lesson chosen)
    {
        if (context.Modes.Live && context.Host.Keyboard is not null && context.Host.InIsTerminal)
        {
            new LessonScreen(context, chosen).Show();
            return ExitCode.Ok;
        }
        int width = context.Host.OutIsTerminal ? context.Host.Size().Columns : DefaultWidth;
        foreach (StyledLine line in new LessonText(width, context.Style).Render(chosen, progress: null)) { context.Out.WriteLine(line.Paint(context.Style)); }
        return ExitCode.Ok;
    }

    private static int Check(CommandContext context, IReadOnlyList<Lesson> lessons)
    {
        int failed = 0;
        foreach (Lesson item in lessons)
        {
            IReadOnlyList<string> wrong = LessonCheck.Run(item, context.Verbose);
            failed += wrong.Count > 0 ? 1 : 0;
            TextStyle style = context.Style;
            context.Out.WriteLine(style.Plain($"{(wrong.Count == 0 ? style.Green("✓") : style.Red("✗"))} {item.Number,2}  {item.Title}: {item.Examples.Count()} examples, {LessonBook.Figures(item).Count} figures"));
            foreach (string reason in wrong) { context.Out.WriteLine(style.Plain($"      {reason}")); }
        }
        return failed == 0 ? ExitCode.Ok : ExitCode.CheckFailed;
    }
}
