using System.CommandLine;
using System.Text;
using System.Text.Json;
using PureLlm.Cli.Rendering;
using PureLlm.Cli.Tokenizing;
using PureLlm.Engine.Data;
using PureLlm.Tokenizer;

namespace PureLlm.Cli.Commands;

/// <summary><c>tokenizer encode TOKENIZER [text]</c>: a text's ids.</summary>
public sealed class TokenizerEncodeCommand : CliCommand
{
    private readonly TokenizerInput tokenizer = new();
    private readonly TextInput text = new("encode");
    private readonly Option<bool> special = new("--special") { Description = "special tokens in the text count as such, and those of the model's template are added" };
    private readonly Option<bool> lines = new("--lines") { Description = "every line of the text is a text of its own" };
    private readonly Option<bool> tokens = new("--tokens") { Description = "one token per line: id, bytes from and to, spelling" };
    private readonly Option<bool> count = new("--count") { Description = "only how many tokens there are" };
    private readonly Option<string?> target = new("--out", "-o") { Description = "write the ids to a .bin token file, which [data] source takes", HelpName = "F.bin" };

    public TokenizerEncodeCommand() : base("encode", "text to token ids")
    {
        tokenizer.AddTo(this);
        text.AddTo(this);
        Options.Add(special);
        Options.Add(lines);
        Options.Add(tokens);
        Options.Add(count);
        Options.Add(target);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("pure-llm tokenizer encode runs/tiny \"Mia lost a cup.\"", "ids, separated by spaces"),
        ("pure-llm tokenizer encode tokenizer.json -f book.txt --count", ""),
    ];

    public override int Run(CommandContext context)
    {
        if (new[] { context.Get(tokens), context.Get(count), context.Get(target) is not null }.Count(chosen => chosen) > 1)
        {
            throw new CliException(ExitCode.Usage, "tokenizer encode: --tokens, --count and --out are three kinds of answer; choose one");
        }
        byte[] input = text.Read(context, "tokenizer encode");
        (TextTokenizer known, _) = tokenizer.Load(context);
        EncodeOptions options = context.Get(special) ? EncodeOptions.Full : default;
        var buffer = new TokenBuffer();
        if (context.Get(target) is { } file)
        {
            known.Encode(input, buffer, options);
            TokenFile.Write(context.FullPath(file), new MemoryTokens(buffer.Ids, known.VocabularySize), known.VocabularySize);
            context.Note($"wrote {Numbers.Count(buffer.Count)} tokens to {file}; train on them: [data] source = [\"{file}\"]");
            return ExitCode.Ok;
        }
        long total = 0;
        foreach ((int start, int end) in context.Get(lines) ? Lines(input) : [(0, input.Length)])
        {
            buffer.Clear();
            known.Encode(input.AsSpan(start, end - start), buffer, options);
            total += buffer.Count;
            if (!context.Get(count))
            {
                Write(context, known, input.AsSpan(start, end - start), buffer);
            }
        }
        if (context.Get(count))
        {
            WriteCount(context, total, input.Length);
        }
        return ExitCode.Ok;
    }

    private void Write(CommandContext context, TextTokenizer known, ReadOnlySpan<byte> input, TokenBuffer buffer)
    {
        if (context.Json)
        {
            int bytes = input.Length;
            context.WriteJson("tokenizer-encode", json => WriteJson(json, known, buffer, bytes));
        }
        else if (context.Get(tokens))
        {
            var table = new TextTable(("id", true), ("from", true), ("to", true), ("token", false));
            for (int i = 0; i < buffer.Count; i++)
            {
                table.Add(known.IsSpecial(buffer.Ids[i]) ? context.Style.Yellow : null, $"{buffer.Ids[i]}", $"{buffer.Starts[i]}", $"{buffer.Ends[i]}", TokenText.Show(known, buffer.Ids[i], context.Style.Ascii));
            }
            table.Write(context.Out, context.Style with { Ascii = false });
        }
        else
        {
            var line = new StringBuilder();
            foreach (int id in buffer.Ids)
            {
                line.Append(line.Length == 0 ? "" : " ").Append(id);
            }
            context.Out.WriteLine(line);
        }
    }

    private static void WriteJson(Utf8JsonWriter json, TextTokenizer known, TokenBuffer buffer, int bytes)
    {
        json.WriteNumber("bytes", bytes);
        WriteNumbers(json, "ids", buffer.Ids);
        WriteNumbers(json, "starts", buffer.Starts);
        WriteNumbers(json, "ends", buffer.Ends);
        json.WriteStartArray("tokens");
        foreach (int id in buffer.Ids)
        {
            json.WriteStringValue(TokenText.Show(known, id, ascii: false));
        }
        json.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<int> numbers)
    {
        json.WriteStartArray(name);
        foreach (int number in numbers)
        {
            json.WriteNumberValue(number);
        }
        json.WriteEndArray();
    }

    private static void WriteCount(CommandContext context, long count, int bytes)
    {
        if (context.Json)
        {
            context.WriteJson("tokenizer-encode", json =>
            {
                json.WriteNumber("bytes", bytes);
                json.WriteNumber("count", count);
            });
            return;
        }
        context.Out.WriteLine(count);
        context.Note(FormattableString.Invariant($"{Numbers.Count(bytes)} bytes, {(double)bytes / Math.Max(1, count):0.00} bytes per token"));
    }

    /// <summary>The lines of a text without their ends; an end after the last line starts no other.</summary>
    private static IEnumerable<(int Start, int End)> Lines(byte[] text)
    {
        for (int start = 0; start < text.Length;)
        {
            int length = text.AsSpan(start).IndexOf((byte)'\n'), end = length < 0 ? text.Length : start + length;
            yield return (start, end > start && text[end - 1] == '\r' ? end - 1 : end);
            start = end + 1;
        }
    }
}
