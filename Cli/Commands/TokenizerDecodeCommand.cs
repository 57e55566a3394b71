using System.CommandLine;
using PureLlm.Cli.Rendering;
using PureLlm.Cli.Tokenizing;
using PureLlm.Tokenizer;

namespace PureLlm.Cli.Commands;

/// <summary><c>tokenizer decode TOKENIZER [ids]</c>: the text of token ids.</summary>
public sealed class TokenizerDecodeCommand : CliCommand
{
    private readonly TokenizerInput tokenizer = new();
    private readonly Argument<string[]> numbers = new("ids") { Description = "token ids; commas and brackets are passed over", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> stdin = new("--stdin") { Description = "the ids come from standard input, each line a text of its own" };
    private readonly Option<bool> skip = new("--skip-special") { Description = "leave special tokens out" };

    public TokenizerDecodeCommand() : base("decode", "token ids to text")
    {
        tokenizer.AddTo(this);
        Arguments.Add(numbers);
        Options.Add(stdin);
        Options.Add(skip);
    }

    public override IReadOnlyList<(string, string)> Examples => [("pure-llm tokenizer decode runs/tiny 72 101 300", "the text of three tokens")];

    public override int Run(CommandContext context)
    {
        string[] given = context.Get(numbers) ?? [];
        if (context.Get(stdin) == (given.Length > 0))
        {
            throw new CliException(ExitCode.Usage, given.Length > 0 ? "tokenizer decode: ids are on the command line and on standard input; give one of them" : "tokenizer decode: no ids", "ids, or --stdin");
        }
        (TextTokenizer known, _) = tokenizer.Load(context);
        IEnumerable<string> rows = context.Get(stdin) ? Lines(context.Host.In) : [string.Join(' ', given)];
        int line = 0;
        foreach (string row in rows)
        {
            line++;
            int[] ids = Parse(row, context.Get(stdin) ? $"standard input:{line}" : "tokenizer decode");
            string text = known.Decode(ids, context.Get(skip));
            if (context.Json)
            {
                context.WriteJson("tokenizer-decode", json => json.WriteString("text", text));
            }
            else
            {
                context.Out.WriteLine(context.Host.OutIsTerminal ? TokenText.Safe(text) : text);
            }
        }
        return ExitCode.Ok;
    }

    private static IEnumerable<string> Lines(TextReader input)
    {
        while (input.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static int[] Parse(string row, string where)
    {
        string[] words = row.Split([' ', '\t', ',', '[', ']', ';'], StringSplitOptions.RemoveEmptyEntries);
        return [.. words.Select((word, i) => int.TryParse(word, out int id) && id >= 0 ? id
            : throw new CliException(ExitCode.Usage, $"{where}: \"{TokenText.Safe(word)}\" (number {i + 1}) is not a token id", "whole numbers from 0, parted by spaces or commas"))];
    }
}
