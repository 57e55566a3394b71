using System.CommandLine;
using System.Text.Json;
using PureLlm.Cli.Rendering;
using PureLlm.Cli.Tokenizing;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Cli.Commands;

/// <summary><c>tokenizer stats TOKENIZER [files]</c>: what a vocabulary holds, what it costs a model, and how it cuts a text.</summary>
public sealed class TokenizerStatsCommand : CliCommand
{
    private const int Shown = 8;

    private readonly TokenizerInput tokenizer = new();
    private readonly Argument<string[]> files = new("files") { Description = "texts to measure on", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<int> width = new("--width") { Description = "of the model that would use it (768)", HelpName = "C", DefaultValueFactory = _ => 768 };

    public TokenizerStatsCommand() : base("stats", "the vocabulary, its cost, and how it cuts a text")
    {
        tokenizer.AddTo(this);
        Arguments.Add(files);
        Options.Add(width);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("pure-llm tokenizer stats runs/tiny", "what is in the vocabulary"),
        ("pure-llm tokenizer stats tokenizer.json books/*.txt", "bytes per token, fertility, dead tokens"),
    ];

    public override int Run(CommandContext context)
    {
        if (context.Get(width) is < 1 or > 1 << 20)
        {
            throw new CliException(ExitCode.Usage, $"tokenizer stats: --width {context.Get(width)} is not a model's width", "1 to 1048576");
        }
        (TextTokenizer known, string path) = tokenizer.Load(context);
        VocabularyFacts facts = VocabularyFacts.Of(known);
        TextMeasure? measure = context.Get(files) is { Length: > 0 } given ? TextMeasure.Of(known, TextInput.ReadFiles(context, given)) : null;
        if (context.Json)
        {
            context.WriteJson("tokenizer-stats", json => WriteJson(json, context, known, path, facts, measure));
            return ExitCode.Ok;
        }
        Write(context, known, path, facts, measure);
        return ExitCode.Ok;
    }

    private void Write(CommandContext context, TextTokenizer known, string path, VocabularyFacts facts, TextMeasure? measure)
    {
        TextStyle style = context.Style;
        int columns = context.Get(width);
        void Line(string name, string text) => context.Out.WriteLine(style.Plain($" {style.Bold(name.PadRight(11))}{text}"));
        string Spell(int id) => TokenText.Show(known, id, style.Ascii);
        double Cost(double bytes, bool tied) => VocabularyMemory.Of(facts.Size, columns, bytes, tied).TotalBytes;
        Line("tokenizer", TokenizerInput.Title(context, known, path));
        Line("vocabulary", $"{Numbers.Count(facts.Special)} special, {Numbers.Count(facts.Bytes)} bytes or parts of characters, {Numbers.Count(facts.Lengths.Sum())} texts ({Numbers.Count(facts.StartsWithSpace)} start with a space)");
        Line("characters", string.Join(", ", facts.Lengths.Select((count, i) => (count, Label: i + 1 == facts.Lengths.Count ? $"{i + 1}+" : $"{i + 1}")).Where(item => item.count > 0).Select(item => $"{item.Label}: {Numbers.Count(item.count)}")));
        Line("longest", string.Join("  ", facts.Longest.Select(Spell)));
        Line("costs", $"embedding and head at width {columns}: {Numbers.Bytes(Cost(4, tied: false))} as float32 ({Numbers.Bytes(Cost(4, tied: true))} where they are one matrix), {Numbers.Bytes(Cost(2, tied: false))} in 16 bits");
        if (measure is null)
        {
            return;
        }
        context.Out.WriteLine();
        int[] dead = Dead(known, measure), often = Often(measure);
        Line("text", $"{Numbers.Bytes(measure.Bytes)}, {Numbers.Count(measure.Words)} words, {Numbers.Count(measure.Tokens)} tokens");
        Line("ratio", FormattableString.Invariant($"{measure.BytesPerToken:0.000} bytes per token, {measure.TokensPerWord:0.000} tokens per word"));
        Line("used", FormattableString.Invariant($"{Numbers.Count(measure.Used)} of {Numbers.Count(facts.Size)} tokens ({100.0 * measure.Used / facts.Size:0.0} %); {Numbers.Count(dead.Length)} are never used{(dead.Length > 0 ? ": " + string.Join("  ", dead.Take(Shown).Select(Spell)) : "")}"));
        Line("frequent", string.Join("  ", often.Select(id => $"{Spell(id)} {Numbers.Count(measure.Counts[id])}")));
        Line("comes back", measure.ComesBack ? "yes, byte for byte" : style.Yellow("no: decoding the ids gives another text"));
        Line("speed", FormattableString.Invariant($"{measure.MegabytesPerSecond:0.0} MB/s on one thread"));
    }

    private static int[] Dead(TextTokenizer known, TextMeasure measure) =>
        [.. Enumerable.Range(0, measure.Counts.Length).Where(id => measure.Counts[id] == 0 && !known.IsSpecial(id) && known.TokenBytes(id).Length > 1)];

    private static int[] Often(TextMeasure measure) =>
        [.. Enumerable.Range(0, measure.Counts.Length).Where(id => measure.Counts[id] > 0).OrderByDescending(id => measure.Counts[id]).ThenBy(id => id).Take(Shown)];

    private void WriteJson(Utf8JsonWriter json, CommandContext context, TextTokenizer known, string path, VocabularyFacts facts, TextMeasure? measure)
    {
        json.WriteString("tokenizer", context.ShownPath(path));
        json.WriteString("kind", known.Kind);
        json.WriteNumber("vocabulary", facts.Size);
        json.WriteNumber("special", facts.Special);
        json.WriteNumber("byte_tokens", facts.Bytes);
        json.WriteNumber("width", context.Get(width));
        json.WriteNumber("embedding_and_head_bytes", VocabularyMemory.Of(facts.Size, context.Get(width), 4, tied: false).TotalBytes);
        if (measure is null)
        {
            return;
        }
        json.WriteNumber("bytes", measure.Bytes);
        json.WriteNumber("words", measure.Words);
        json.WriteNumber("tokens", measure.Tokens);
        json.WriteNumber("bytes_per_token", Math.Round(measure.BytesPerToken, 4));
        json.WriteNumber("tokens_per_word", Math.Round(measure.TokensPerWord, 4));
        json.WriteNumber("tokens_used", measure.Used);
        json.WriteNumber("dead_tokens", Dead(known, measure).Length);
        json.WriteBoolean("comes_back", measure.ComesBack);
        json.WriteNumber("megabytes_per_second", Math.Round(measure.MegabytesPerSecond, 2));
    }
}
