using System.CommandLine;
using PureLlm.Cli.Learning;
using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping;
using PureLlm.Cli.Web;
using PureLlm.Cli.Web.Export;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;
using PureLlm.Kernels;

namespace PureLlm.Cli.Commands;

/// <summary><c>step [expression|config|run]</c>: one training step, frame by frame, with every number and its proof.</summary>
public sealed class StepCliCommand : CliCommand
{
    private readonly StepInput input = new();

    public StepCliCommand() : base("step", "step through every gradient of a model") => input.AddTo(this);

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("pure-llm step --demo residual", "a small block"),
        ("pure-llm step \"L = tanh(a*b)\" --set a=2 --set b=-3", "scalars"),
        ("pure-llm step tiny.toml", "a new model"),
        ("pure-llm step runs/tiny --at 500", "step 500 of a run"),
    ];

    public override int Run(CommandContext context)
    {
        if (context.Get(input.Demo) == "list") { return ListDemos(context); }
        using Backend backend = context.CreateBackend();
        using var session = new StepSession(input.Source(context, backend));
        session.Breakpoints = input.Breakpoints(context);
        Cursor start = input.Start(context, session);
        return Show(context, session, start, input.Options(context));
    }

    /// <summary>Hands the session to what was asked for: one line for each way of looking at it.</summary>
    private static int Show(CommandContext context, StepSession session, Cursor start, StepOptions options) =>
        options.Export is not null ? ExportCommand.Run(context, session, start, options)
        : options.Web ? WebViewer.Run(context, session, start, options.Port, options.Lesson is { } number ? LessonBook.Find(number) : null)
        : StepViewer.Run(context, session, start, options);

    private static int ListDemos(CommandContext context)
    {
        if (context.Json)
        {
            context.WriteJson("step-demos", json =>
            {
                json.WriteStartArray("demos");
                foreach (Demo demo in DemoSource.All)
                {
                    json.WriteStartObject();
                    json.WriteString("name", demo.Name);
                    json.WriteString("shows", demo.Shows);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            });
            return ExitCode.Ok;
        }
        var table = new TextTable(("demo", false), ("shows", false));
        foreach (Demo demo in DemoSource.All) { table.Add(demo.Name, demo.Shows); }
        table.Write(context.Out, context.Style);
        context.Note("open one: pure-llm step --demo residual");
        return ExitCode.Ok;
    }
}
