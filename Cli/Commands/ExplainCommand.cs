using System.CommandLine;
using PureLlm.Cli.Rendering;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Configuration.Schema;
using PureLlm.Kernels;

namespace PureLlm.Cli.Commands;

/// <summary><c>explain CODE</c>: what an error's code, a key or an operation means.</summary>
public sealed class ExplainCommand : CliCommand
{
    private readonly Argument<string?> code = new("code") { Description = "C001, D004, R001 …, a key of the configuration, or an operation", Arity = ArgumentArity.ZeroOrOne };

    public ExplainCommand() : base("explain", "what an error code, a key or an operation means")
    {
        code.CompletionSources.Add([.. ErrorCodes.All.Select(item => item.Code)]);
        Arguments.Add(code);
    }

    public override IReadOnlyList<(string, string)> Examples => [("pure-llm explain C001", "one code"), ("pure-llm explain", "all codes"), ("pure-llm explain train.lr", "a key"), ("pure-llm explain rms_norm", "an operation")];

    public override int Run(CommandContext context)
    {
        TextStyle style = context.Style;
        if (context.Get(code) is not { } asked)
        {
            foreach (ErrorCode item in ErrorCodes.All)
            {
                context.Out.WriteLine(style.Plain($"  {style.Cyan(item.Code)}  {item.Title}"));
            }
            return ExitCode.Ok;
        }
        if (ErrorCodes.Find(asked) is { } found)
        {
            if (context.Json)
            {
                context.WriteJson("explain", json =>
                {
                    json.WriteString("code", found.Code);
                    json.WriteString("title", found.Title);
                    json.WriteString("explanation", found.Explanation);
                    json.WriteString("example", found.Example);
                    json.WriteString("fix", found.Fix);
                });
                return ExitCode.Ok;
            }
            context.Out.WriteLine(style.Plain($"{style.Bold(found.Code)}  {found.Title}\n\n{Paragraph.Wrap(found.Explanation)}\n"));
            context.Out.WriteLine(style.Plain($"wrong\n{Indented(found.Example)}\nright\n{Indented(found.Fix)}"));
            return ExitCode.Ok;
        }
        using Backend backend = context.CreateCpuBackend();
        if ((ConfigHelp.Explain(asked) ?? OperationText.Explain(asked, backend)) is { } text)
        {
            context.Out.Write(style.Plain(text));
            return ExitCode.Ok;
        }
        string? near = Spelling.Nearest(asked, ErrorCodes.All.Select(item => item.Code).Concat(ConfigSchema.Keys.Select(item => item.Path)).Concat(OperationText.Names(backend)));
        throw new CliException(ExitCode.Usage, $"explain: there is no code, key or operation '{asked}'{(near is null ? "" : $"; did you mean {near}?")}", "all codes: pure-llm explain");
    }

    private static string Indented(string text) => "  " + text.Replace("\n", "\n  ", StringComparison.Ordinal);
}
