using System.CommandLine;
using System.Text.Json;
using PureLlm.Cli.Rendering;
using PureLlm.Cli.Tokenizing;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Formats;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Cli.Commands;

/// <summary><c>tokenizer train FILES</c>: learns a vocabulary from text and says what it is worth.</summary>
public sealed class TokenizerTrainCommand : CliCommand
{
    private const long GeneratedBytes = 2_000_000;
    private const int ReportWidth = 768;

    private readonly Argument<string[]> files = new("files") { Description = "text files, \"books/*.txt\", or stories (built in)", Arity = ArgumentArity.OneOrMore };
    private readonly TrainerInput trainer = new();
    private readonly Option<string[]> heldOut = new("--held-out") { Description = "texts to report on that are not trained on", HelpName = "F…", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string> target = new("--out", "-o") { Description = "the file to write (tokenizer.json)", HelpName = "F", DefaultValueFactory = _ => "tokenizer.json" };
    private readonly Option<bool> overwrite = new("--overwrite") { Description = "replace it if it is there" };

    public TokenizerTrainCommand() : base("train", "learn a vocabulary from text")
    {
        Arguments.Add(files);
        trainer.AddTo(this);
        Options.Add(heldOut);
        Options.Add(target);
        Options.Add(overwrite);
    }

    public override IReadOnlyList<(string, string)> Examples => [("pure-llm tokenizer train books/*.txt --vocab 8000", "byte-level BPE")];

    public override int Run(CommandContext context)
    {
        string written = context.FullPath(context.Get(target)!);
        if (File.Exists(written) && !context.Get(overwrite))
        {
            throw new CliException(ExitCode.Input, $"{context.Get(target)} is there already", "--overwrite, or another name: -o NAME");
        }
        using var cancellation = new CancellationTokenSource();
        using IDisposable? listening = context.Host.Signals?.Listen(cancellation.Cancel);
        using var line = new TrainingProgressLine(context);
        var run = new TrainingRun { Threads = context.Threads ?? Environment.ProcessorCount, Progress = line.Show, Cancellation = cancellation.Token };
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        TrainedVocabulary trained = trainer.Train(context, Corpus(context, context.Get(files)!), run);
        double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds;
        PipelineTokenizer tokenizer = trained.ToTokenizer();
        foreach ((string file, byte[] content) in TokenizerFile.ToFiles(tokenizer, written))
        {
            AtomicFile.Write(file, content);
        }
        TrainingCorpus? other = context.Get(heldOut) is { Length: > 0 } given ? Corpus(context, given) : null;
        TrainingReport report = TrainingReport.Measure(trained, Corpus(context, context.Get(files)!), other, run, VocabularyMemory.Of(trained.Tokens.Count, ReportWidth, 4, tied: false));
        line.Dispose();
        if (context.Json)
        {
            context.WriteJson("tokenizer-train", json => WriteJson(json, context, report, seconds));
            return ExitCode.Ok;
        }
        Write(context, tokenizer, report, seconds);
        return ExitCode.Ok;
    }

    /// <summary>The text: files read block by block, or what a built-in generator writes.</summary>
    private static TrainingCorpus Corpus(CommandContext context, string[] names) =>
        names is [{ } name] && DataSection.BuiltIn.Contains(name) && !File.Exists(context.FullPath(name))
            ? TrainingCorpus.FromTexts(DataLoader.CreateGenerator(name, 0.5).Corpus((ulong)(context.Seed ?? 1337), GeneratedBytes, 0).Train.All())
            : TrainingCorpus.FromFiles(FileSearch.Expand(names, context.Folder));

    private void Write(CommandContext context, TextTokenizer tokenizer, TrainingReport report, double seconds)
    {
        TextStyle style = context.Style;
        void Line(string name, string text) => context.Out.WriteLine(style.Plain($" {style.Bold(name.PadRight(11))}{text}"));
        string Spell(int id) => TokenText.Show(tokenizer, id, style.Ascii);
        Line("wrote", FormattableString.Invariant($"{context.Get(target)}: {tokenizer.Kind}, {Numbers.Count(report.VocabularySize)} tokens ({Numbers.Count(report.SpecialTokens)} special, {Numbers.Count(report.AlphabetSize)} in the alphabet{(report.Merges > 0 ? $", {Numbers.Count(report.Merges)} merges" : "")}) in {seconds:0.0} s"));
        Line("trained on", Use(report.Training));
        if (report.HeldOut is { } other)
        {
            Line("held out", Use(other));
        }
        Line("dead", report.DeadTokens.Count == 0 ? "none: the text uses every token" : $"{Numbers.Count(report.DeadTokens.Count)} tokens that the text never uses: {string.Join("  ", report.DeadTokens.Take(8).Select(Spell))}");
        Line("longest", string.Join("  ", report.LongestTokens.Take(8).Select(token => Spell(token.Id))));
        VocabularyMemory memory = report.Memory!;
        Line("costs", $"{Numbers.Bytes(memory.TotalBytes)} of embedding and head in a model of width {memory.Width} (float32; half of it where they are one matrix)");
        Line("next", $"pure-llm tokenizer show {context.Get(target)} \"a text\" --merges   or   [tokenizer] kind = \"file:{context.Get(target)}\"");
    }

    private static string Use(TextUse use) => FormattableString.Invariant(
        $"{Numbers.Bytes(use.Bytes)}: {use.BytesPerToken:0.000} bytes per token, {use.Fertility:0.000} tokens per word{(use.Unknown > 0 ? $", {Numbers.Count(use.Unknown)} unknown" : "")}");

    private void WriteJson(Utf8JsonWriter json, CommandContext context, TrainingReport report, double seconds)
    {
        json.WriteString("file", context.Get(target));
        json.WriteNumber("vocabulary", report.VocabularySize);
        json.WriteNumber("alphabet", report.AlphabetSize);
        json.WriteNumber("merges", report.Merges);
        json.WriteNumber("seconds", Math.Round(seconds, 3));
        WriteUse(json, "training", report.Training);
        if (report.HeldOut is { } other)
        {
            WriteUse(json, "held_out", other);
        }
        json.WriteNumber("dead_tokens", report.DeadTokens.Count);
        json.WriteNumber("embedding_and_head_bytes", report.Memory!.TotalBytes);
        json.WriteNumber("width", report.Memory.Width);
    }

    private static void WriteUse(Utf8JsonWriter json, string name, TextUse use)
    {
        json.WriteStartObject(name);
        json.WriteNumber("bytes", use.Bytes);
        json.WriteNumber("tokens", use.Tokens);
        json.WriteNumber("bytes_per_token", Math.Round(use.BytesPerToken, 4));
        json.WriteNumber("tokens_per_word", Math.Round(use.Fertility, 4));
        json.WriteNumber("unknown", use.Unknown);
        json.WriteEndObject();
    }
}
