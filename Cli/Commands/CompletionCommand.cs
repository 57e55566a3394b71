using System.CommandLine;
using PureLlm.Cli.Rendering;

namespace PureLlm.Cli.Commands;

/// <summary><c>completion SHELL</c>: a static completion script on standard output.</summary>
public sealed class CompletionCommand : CliCommand
{
    private readonly Argument<string> shell = new("shell") { Description = "bash, zsh, fish or pwsh" };

    public CompletionCommand() : base("completion", "print a completion script for a shell")
    {
        shell.AcceptOnlyFromAmong([.. CompletionScripts.Shells]);
        Arguments.Add(shell);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("source <(pure-llm completion bash)", "now"),
        ("pure-llm completion zsh > \"${fpath[1]}/_pure-llm\"", "for good"),
    ];

    public override int Run(CommandContext context)
    {
        context.Out.Write(CompletionScripts.Write(context.Get(shell)!, context.Parsed.RootCommandResult.Command));
        return ExitCode.Ok;
    }
}
