using System.CommandLine;
using PureLlm.Cli.Rendering;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Training;

namespace PureLlm.Cli.Commands;

/// <summary><c>chat MODEL</c>: a base model continues what is typed, line after line.</summary>
public sealed class ChatCommand : CliCommand
{
    private readonly ModelInput model = new();
    private readonly SamplingInput sampling = new();

    public ChatCommand() : base("chat", "write a text together with a model")
    {
        model.AddTo(this);
        sampling.AddTo(this);
    }

    public override IReadOnlyList<(string, string)> Examples => [("pure-llm chat runs/tiny", "the best checkpoint of a run"), ("pure-llm chat runs/tiny < lines.txt", "scripted")];

    public override IReadOnlyList<string> Notes => ["Ctrl-C stops the model; a second one, or Ctrl-D, ends. /help lists the commands."];

    public override int Run(CommandContext context)
    {
        var options = sampling.Read(context);
        using var text = new TextModel(context, model);
        var session = new ChatSession(context, text, options);
        using IDisposable? listening = context.Host.Signals?.Listen(session.Interrupt);
        context.Note(context.ErrorStyle.Plain(Paragraph.Wrap($"note: {context.ShownPath(text.Folder)} {Kind(text)} /help lists the commands, Ctrl-C stops.{Suggestion(text)}", 100)));
        bool asks = context.Host.InIsTerminal && context.Host.OutIsTerminal;
        while (!session.HasEnded)
        {
            if (asks)
            {
                context.Out.Write(context.Style.Cyan("> "));
                context.Out.Flush();
            }
            if (context.Host.In.ReadLine() is not { } line)
            {
                if (asks)
                {
                    context.Out.WriteLine();
                }
                break;
            }
            session.Take(line);
        }
        return ExitCode.Ok;
    }

    private static string Kind(TextModel text) => text.Model is EncoderDecoder
        ? "is an encoder-decoder: it reads each line and writes its answer."
        : "is a base model: it continues text, it was not trained to answer. Continue mode: what you type is continued, an empty line goes on.";

    /// <summary>The prompt that the model was watched with while it was trained.</summary>
    private static string Suggestion(TextModel text)
    {
        string config = Path.Combine(text.Folder, "..", "..", RunFolder.ConfigFile);
        string? prompt = File.Exists(config) ? ConfigLoader.TryParse(RunFolder.ConfigFile, File.ReadAllText(config), [], out _)?.Config.Eval.Sample.Prompt.ReplaceLineEndings(" ").Trim() : null;
        return string.IsNullOrEmpty(prompt) ? "" : $" Try: {TokenText.Safe(prompt)}";
    }
}
