using System.CommandLine;
using System.Diagnostics;
using System.Text;
using PureLlm.Cli.Rendering;
using PureLlm.Engine.Inference;

namespace PureLlm.Cli.Commands;

/// <summary><c>generate MODEL [prompt]</c>: lets a model continue a text.</summary>
public sealed class GenerateCommand : CliCommand
{
    private readonly ModelInput model = new();
    private readonly SamplingInput sampling = new();
    private readonly Argument<string?> prompt = new("prompt") { Description = "the text to continue", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> stdin = new("--stdin") { Description = "the text to continue comes from standard input" };
    private readonly Option<bool> logprobs = new("--logprobs") { Description = "one token per line, with its log-probability" };

    public GenerateCommand() : base("generate", "let a model continue a text")
    {
        model.AddTo(this);
        Arguments.Add(prompt);
        sampling.AddTo(this);
        Options.Add(stdin);
        Options.Add(logprobs);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("pure-llm generate runs/tiny \"Mia lost\" -n 60", "from the best checkpoint"),
    ];

    public override IReadOnlyList<string> Notes => ["The same --seed writes the same text. A terminal shows the prompt as well."];

    public override int Run(CommandContext context)
    {
        SamplingOptions options = sampling.Read(context);
        if (context.Get(stdin) && context.Get(prompt) is not null)
        {
            throw new CliException(ExitCode.Usage, "generate: the prompt is on the command line and on standard input; give one of them");
        }
        using var text = new TextModel(context, model);
        string start = context.Get(stdin) ? context.Host.In.ReadToEnd() : context.Get(prompt) ?? "";
        int tokens = text.Count(start);
        if (tokens > text.Model.Config.Context)
        {
            context.Note($"note: the prompt has {tokens} tokens and the model looks back {text.Model.Config.Context}: only the last ones are read");
        }
        bool interrupted = false;
        using IDisposable? listening = context.Host.Signals?.Listen(() => interrupted = true);
        long began = Stopwatch.GetTimestamp();
        GeneratedText result = context.Json ? WriteJson(context, text, start, tokens, options, () => interrupted)
            : context.Get(logprobs) ? WriteTokens(context, text, start, options, () => interrupted)
            : WriteText(context, text, start, options, () => interrupted);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        context.Note(context.ErrorStyle.Plain(context.ErrorStyle.Dim($"{result.Tokens.Count} tokens · {Numbers.Short(result.Tokens.Count / Math.Max(seconds, 1e-9))} tok/s · {Reason(result.Reason)} · {context.ShownPath(text.Folder)}")));
        return result.Reason == StopReason.Interrupted ? ExitCode.Interrupted : ExitCode.Ok;
    }

    private static GeneratedText WriteText(CommandContext context, TextModel text, string start, SamplingOptions options, Func<bool> interrupted)
    {
        bool isTerminal = context.Host.OutIsTerminal;
        if (isTerminal)
        {
            context.Out.Write(context.Style.Bold(TokenText.Safe(start)));
        }
        GeneratedText result = text.Write(start, options, piece =>
        {
            context.Out.Write(isTerminal ? TokenText.Safe(piece) : piece);
            context.Out.Flush();
            return !interrupted();
        });
        context.Out.WriteLine();
        return result;
    }

    private static GeneratedText WriteTokens(CommandContext context, TextModel text, string start, SamplingOptions options, Func<bool> interrupted) =>
        text.Write(start, options, _ => !interrupted(), token =>
        {
            string shown = TokenText.Show(text.Tokenizer, token.Id, context.Style.Ascii);
            context.Out.WriteLine(FormattableString.Invariant($"{token.LogProbability,9:0.0000}  {100 * Math.Exp(token.LogProbability),5:0.0} %  {shown}"));
            context.Out.Flush();
        });

    /// <summary>An event at the start, one per token, one at the end. The texts of the tokens together are the whole text; a token that ends inside a character has none yet.</summary>
    private static GeneratedText WriteJson(CommandContext context, TextModel text, string start, int promptTokens, SamplingOptions options, Func<bool> interrupted)
    {
        context.WriteJson("generate", json =>
        {
            json.WriteString("event", "start");
            json.WriteString("model", context.ShownPath(text.Folder));
            json.WriteString("prompt", start);
            json.WriteNumber("prompt_tokens", promptTokens);
            json.WriteNumber("seed", options.Seed);
        });
        GeneratedToken? pending = null;
        int index = 0;
        var piece = new StringBuilder();
        GeneratedText result = text.Write(start, options, more =>
        {
            piece.Append(more);
            return !interrupted();
        }, token =>
        {
            Flush();
            pending = token;
        });
        Flush();
        context.WriteJson("generate", json =>
        {
            json.WriteString("event", "end");
            json.WriteString("reason", Reason(result.Reason).Replace(' ', '_'));
            json.WriteNumber("tokens", result.Tokens.Count);
            json.WriteString("text", result.Text);
        });
        return result;

        void Flush()
        {
            if (pending is { } token)
            {
                context.WriteJson("generate", json =>
                {
                    json.WriteString("event", "token");
                    json.WriteNumber("index", index++);
                    json.WriteNumber("id", token.Id);
                    json.WriteString("text", piece.ToString());
                    json.WriteNumber("logprob", Math.Round(token.LogProbability, 6));
                });
                context.Out.Flush();
                piece.Clear();
            }
        }
    }

    /// <summary>Why a text ended, in words.</summary>
    internal static string Reason(StopReason reason) => reason switch
    {
        StopReason.EndOfText => "end of text",
        StopReason.StopText or StopReason.StopToken => "stop text",
        StopReason.ContextFull => "context full",
        StopReason.Interrupted => "interrupted",
        _ => "length",
    };
}
