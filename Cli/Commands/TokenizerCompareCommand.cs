using System.CommandLine;
using System.Text;
using PureLlm.Cli.Rendering;
using PureLlm.Cli.Tokenizing;
using PureLlm.Tokenizer;

namespace PureLlm.Cli.Commands;

/// <summary><c>tokenizer compare A B … --file F</c>: several tokenizers on one text.</summary>
public sealed class TokenizerCompareCommand : CliCommand
{
    private readonly Argument<string[]> tokenizers = new("tokenizers") { Description = "two or more: files, model folders, runs", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string[]> files = new("--file", "-f") { Description = "the texts to measure on", HelpName = "F…", AllowMultipleArgumentsPerToken = true, Required = true };
    private readonly Option<int> words = new("--words") { Description = "how many words to show that the first two cut most differently (8)", HelpName = "N", DefaultValueFactory = _ => 8 };
    private readonly Option<bool> same = new("--same") { Description = "fail with exit code 6 unless all give the same ids" };

    public TokenizerCompareCommand() : base("compare", "several tokenizers on one text")
    {
        Arguments.Add(tokenizers);
        Options.Add(files);
        Options.Add(words);
        Options.Add(same);
    }

    public override IReadOnlyList<(string, string)> Examples => [("pure-llm tokenizer compare runs/tiny gpt2/ -f book.txt", "tokens, ratio, speed, and the words that differ")];

    public override int Run(CommandContext context)
    {
        string[] given = context.Get(tokenizers)!;
        if (given.Length < 2)
        {
            throw new CliException(ExitCode.Usage, "tokenizer compare: one tokenizer alone; name at least two", "pure-llm tokenizer stats for one");
        }
        byte[] text = TextInput.ReadFiles(context, context.Get(files)!);
        (string Name, TextTokenizer Tokenizer)[] all = [.. given.Select(name => (name, TokenizerInput.Load(context, name).Tokenizer))];
        TextMeasure[] measures = [.. all.Select(item => TextMeasure.Of(item.Tokenizer, text))];
        long? different = context.Get(same) ? FirstDifference(all, text) : null;
        WordDifference[] differences = WordDifference.Between(all[0].Tokenizer, all[1].Tokenizer, text, context.Get(words));
        if (context.Json)
        {
            WriteJson(context, all, measures, differences);
        }
        else
        {
            Write(context, all, measures, differences);
        }
        if (different is { } at)
        {
            context.Error.WriteLine(context.ErrorStyle.Plain($"{context.ErrorStyle.Red("not the same ids:")} they first differ at token {at}"));
            return ExitCode.CheckFailed;
        }
        return ExitCode.Ok;
    }

    /// <summary>The first place where one of them has another id than the first, or null.</summary>
    private static long? FirstDifference((string Name, TextTokenizer Tokenizer)[] all, byte[] text)
    {
        List<int> first = [], other = [];
        all[0].Tokenizer.Encode(text, first);
        foreach ((_, TextTokenizer tokenizer) in all.Skip(1))
        {
            other.Clear();
            tokenizer.Encode(text, other);
            int common = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(first).CommonPrefixLength(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(other));
            if (common < Math.Max(first.Count, other.Count))
            {
                return common;
            }
        }
        return null;
    }

    private static void Write(CommandContext context, (string Name, TextTokenizer Tokenizer)[] all, TextMeasure[] measures, WordDifference[] differences)
    {
        TextStyle style = context.Style;
        var table = new TextTable(("tokenizer", false), ("kind", false), ("vocabulary", true), ("tokens", true), ("bytes/token", true), ("tokens/word", true), ("used", true), ("comes back", false), ("MB/s", true));
        for (int i = 0; i < all.Length; i++)
        {
            TextMeasure measure = measures[i];
            table.Add(all[i].Name, all[i].Tokenizer.Kind, Numbers.Count(all[i].Tokenizer.VocabularySize), Numbers.Count(measure.Tokens), Number(measure.BytesPerToken), Number(measure.TokensPerWord),
                FormattableString.Invariant($"{100.0 * measure.Used / all[i].Tokenizer.VocabularySize:0} %"), measure.ComesBack ? "yes" : "no", FormattableString.Invariant($"{measure.MegabytesPerSecond:0.0}"));
        }
        table.Write(context.Out, style);
        if (differences.Length == 0)
        {
            return;
        }
        context.Out.WriteLine();
        context.Out.WriteLine(style.Plain($"words that cost {all[0].Name} and {all[1].Name} most differently:"));
        var rows = new TextTable(("word", false), ("times", true), (all[0].Name, false), (all[1].Name, false));
        foreach (WordDifference difference in differences)
        {
            rows.Add(TokenText.Show(difference.Word, style.Ascii), Numbers.Count(difference.Times), Cut(all[0].Tokenizer, difference.First, style), Cut(all[1].Tokenizer, difference.Second, style));
        }
        rows.Write(context.Out, style with { Ascii = false });
    }

    private static string Cut(TextTokenizer tokenizer, int[] ids, TextStyle style) => string.Join(style.Ascii ? "|" : "│", ids.Select(id => TokenText.Show(tokenizer, id, style.Ascii)));

    private static string Number(double value) => value.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture);

    private static void WriteJson(CommandContext context, (string Name, TextTokenizer Tokenizer)[] all, TextMeasure[] measures, WordDifference[] differences) => context.WriteJson("tokenizer-compare", json =>
    {
        json.WriteStartArray("tokenizers");
        for (int i = 0; i < all.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("tokenizer", all[i].Name);
            json.WriteString("kind", all[i].Tokenizer.Kind);
            json.WriteNumber("vocabulary", all[i].Tokenizer.VocabularySize);
            json.WriteNumber("bytes", measures[i].Bytes);
            json.WriteNumber("tokens", measures[i].Tokens);
            json.WriteNumber("bytes_per_token", Math.Round(measures[i].BytesPerToken, 4));
            json.WriteNumber("tokens_per_word", Math.Round(measures[i].TokensPerWord, 4));
            json.WriteNumber("tokens_used", measures[i].Used);
            json.WriteBoolean("comes_back", measures[i].ComesBack);
            json.WriteNumber("megabytes_per_second", Math.Round(measures[i].MegabytesPerSecond, 2));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("words");
        foreach (WordDifference difference in differences)
        {
            json.WriteStartObject();
            json.WriteString("word", Encoding.UTF8.GetString(difference.Word));
            json.WriteNumber("times", difference.Times);
            json.WriteNumber("first", difference.First.Length);
            json.WriteNumber("second", difference.Second.Length);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
