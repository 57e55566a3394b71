using System.CommandLine;
using PureLlm.Cli.Rendering;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;

namespace PureLlm.Cli.Commands;

/// <summary><c>data preview | stats</c>: look at what a model will learn from, before it does.</summary>
public static class DataCommand
{
    public static CliCommand Create() => new CommandGroup("data", "see what the model will see, before it does", new Preview(), new Stats());

    private static TokenDataset Open(CommandContext context, RunConfig config) =>
        DataLoader.Open(config.Data, config.Tokenizer, (ulong)config.Run.Seed, context.Folder);

    private sealed class Preview : CliCommand
    {
        private readonly ConfigInput input = new();
        private readonly Option<int> count = new("--windows", "-n") { Description = "how many windows (3)", HelpName = "N", DefaultValueFactory = _ => 3 };
        private readonly Option<long> step = new("--at") { Description = "those of this training step (0)", HelpName = "STEP" };
        private readonly Option<bool> validation = new("--val") { Description = "held-out windows in place of training ones" };
        private readonly Option<bool> ids = new("--ids") { Description = "one token per line, with ids and targets" };

        public Preview() : base("preview", "training windows exactly as the model reads them")
        {
            input.AddTo(this);
            Options.Add(count);
            Options.Add(step);
            Options.Add(validation);
            Options.Add(ids);
        }

        public override IReadOnlyList<(string, string)> Examples =>
        [
            ("pure-llm data preview tiny.toml", "the first windows of step 0"),
            ("pure-llm data preview tiny.toml --ids -n 1", "token by token"),
        ];

        public override IReadOnlyList<string> Notes => ["Tokens end at '|'. A token whose target does not count in the loss is in ( )."];

        public override int Run(CommandContext context)
        {
            RunConfig config = input.Load(context, []).Config;
            if (context.Get(count) < 1 || context.Get(step) < 0)
            {
                throw new CliException(ExitCode.Usage, "data preview: --windows must be 1 or more, and --at 0 or more");
            }
            using TokenDataset data = Open(context, config);
            List<PreviewWindow> windows = context.Get(validation)
                ? PreviewWindow.HeldOut(data, config, context.Get(count))
                : PreviewWindow.Training(data, config, context.Get(step), context.Get(count));
            if (context.Json)
            {
                WriteJson(context, data, windows);
                return ExitCode.Ok;
            }
            TextStyle style = context.Style;
            foreach (PreviewWindow window in windows)
            {
                string head = $"{window.Title} · {window.Inputs.Count} tokens, {window.Counted} targets count";
                context.Out.WriteLine(style.Plain(style.Bold(head)));
                if (context.Get(ids))
                {
                    WriteIds(context, data, window);
                }
                else
                {
                    WriteText(context, data, window);
                }
                context.Out.WriteLine();
            }
            context.Note(style.Plain($"{data.Name}: {Numbers.Count(data.Train.Count)} training and {Numbers.Count(data.Validation.Count)} held-out tokens, vocabulary {Numbers.Count(data.VocabularySize)} ({data.Tokenizer?.Kind ?? "ids only"})"));
            return ExitCode.Ok;
        }

        /// <summary>Running text: on a terminal the tokens take turns in two colours, elsewhere '|' ends each.</summary>
        private static void WriteText(CommandContext context, TokenDataset data, PreviewWindow window)
        {
            TextStyle style = context.Style;
            for (int i = 0; i <= window.Inputs.Count; i++)
            {
                bool isLast = i == window.Inputs.Count;
                int id = isLast ? window.LastTarget : window.Inputs[i];
                string text = TokenText.Show(data.Tokenizer, id, style.Ascii);
                bool isSpecial = data.Tokenizer?.IsSpecial(id) == true;
                bool counts = isLast || window.Counts(i);
                text = counts ? text : $"({text})";
                string painted = isSpecial ? style.Yellow(text) : !counts ? style.Dim(text) : i % 2 == 0 ? text : style.Cyan(text);
                context.Out.Write(isLast ? (style.Ascii ? " -> " : " → ") + painted : painted);
                if (!style.Color && !isLast)
                {
                    context.Out.Write(style.Ascii ? "|" : "│");
                }
                if (data.Tokenizer is { } known && known.TokenBytes(id).Span.Contains((byte)'\n'))
                {
                    context.Out.WriteLine();
                }
            }
            context.Out.WriteLine();
        }

        private static void WriteIds(CommandContext context, TokenDataset data, PreviewWindow window)
        {
            var table = new TextTable(("position", true), ("id", true), ("token", false), ("target", true), ("", false));
            for (int i = 0; i < window.Inputs.Count; i++)
            {
                int target = window.Targets[i];
                bool counts = window.Counts(i);
                table.Add(counts ? null : context.Style.Dim, $"{i}", $"{window.Inputs[i]}", TokenText.Show(data.Tokenizer, window.Inputs[i], context.Style.Ascii),
                    counts ? $"{target}" : "ignored", counts ? TokenText.Show(data.Tokenizer, target, context.Style.Ascii) : "");
            }
            table.Write(context.Out, context.Style with { Ascii = false });
        }

        private static void WriteJson(CommandContext context, TokenDataset data, List<PreviewWindow> windows) => context.WriteJson("data-preview", json =>
        {
            json.WriteString("data", data.Name);
            json.WriteNumber("vocabulary", data.VocabularySize);
            json.WriteStartArray("windows");
            foreach (PreviewWindow window in windows)
            {
                json.WriteStartObject();
                json.WriteString("title", window.Title);
                json.WriteStartArray("inputs");
                window.Inputs.ToList().ForEach(json.WriteNumberValue);
                json.WriteEndArray();
                json.WriteStartArray("targets");
                Enumerable.Range(0, window.Targets.Count).Select(i => window.Counts(i) ? window.Targets[i] : EvaluationBatches.IgnoreIndex).ToList().ForEach(json.WriteNumberValue);
                json.WriteEndArray();
                if (data.Tokenizer is { } tokenizer)
                {
                    json.WriteString("text", tokenizer.Decode(window.Inputs.ToArray()));
                }
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
    }

    private sealed class Stats : CliCommand
    {
        private readonly ConfigInput input = new();

        public Stats() : base("stats", "documents, tokens, duplicates, entropy floor") => input.AddTo(this);

        public override IReadOnlyList<(string, string)> Examples => [("pure-llm data stats tiny.toml", "what there is to learn"), ("pure-llm data stats tiny.toml --json", "the same for scripts")];

        public override int Run(CommandContext context)
        {
            RunConfig config = input.Load(context, []).Config;
            using TokenDataset data = Open(context, config);
            DataStatistics statistics = DataStatistics.Of(data);
            // The floor that a run reports: over exactly the targets that its evaluation counts.
            double? floor = data.HasValidation ? data.Evaluation(config.Train.Batch, config.Model.Context).Floor : null;
            long windows = data.Batches(config.Train.Batch, config.Model.Context, config.Train.Accumulate).WindowsPerEpoch;
            if (context.Json)
            {
                WriteJson(context, data, statistics, floor, windows);
                return ExitCode.Ok;
            }
            TextStyle style = context.Style;
            void Line(string name, string text) => context.Out.WriteLine(style.Plain($" {style.Bold(name.PadRight(11))}{text}"));
            Line("data", data.Name);
            Line("tokenizer", data.Tokenizer is { } tokenizer ? $"{tokenizer.Kind}, {Numbers.Count(data.VocabularySize)} tokens, {Numbers.Count(statistics.UsedTokens)} occur ({Percent(statistics.UsedTokens, data.VocabularySize)})" : $"none: ids only, {Numbers.Count(data.VocabularySize)} of them");
            Line("training", $"{Numbers.Count(statistics.Documents)} documents, {Numbers.Count(statistics.Tokens)} tokens{(statistics.Bytes is { } bytes ? $", {Numbers.Bytes(bytes)} of text" : "")}");
            Line("held out", data.HasValidation ? $"{Numbers.Count(statistics.ValidationDocuments)} documents, {Numbers.Count(statistics.ValidationTokens)} tokens ({Percent(statistics.ValidationTokens, statistics.Tokens + statistics.ValidationTokens)})" : "nothing (data.val = 0)");
            Line("length", $"{Numbers.Count(statistics.ShortestDocument)} to {Numbers.Count(statistics.LongestDocument)} tokens, {(double)statistics.Tokens / Math.Max(1, statistics.Documents):0.0} on average{(statistics.BytesPerToken is { } ratio ? FormattableString.Invariant($"; {ratio:0.00} bytes per token") : "")}");
            Line("unique", $"{Numbers.Count(statistics.Documents - statistics.Duplicates)} of {Numbers.Count(statistics.Documents)} training documents; {Numbers.Count(statistics.Leaked)} held-out ones are in training too");
            Line("windows", $"{Numbers.Count(windows)} of {config.Model.Context} tokens in one pass, starting at {(config.Data.Align == WindowAlignment.Document ? "documents" : "any token")}");
            Line("guessing", $"{Numbers.Loss(Math.Log(data.VocabularySize))} nats per token");
            Line("floor", floor is { } known ? $"{Numbers.Loss(known)} nats per token: no model can do better on the held-out text" : "unknown: only the built-in generators know their entropy");
            return ExitCode.Ok;
        }

        private static void WriteJson(CommandContext context, TokenDataset data, DataStatistics statistics, double? floor, long windows) => context.WriteJson("data-stats", json =>
        {
            json.WriteString("data", data.Name);
            json.WriteString("tokenizer", data.Tokenizer?.Kind);
            json.WriteNumber("vocabulary", data.VocabularySize);
            json.WriteNumber("vocabulary_used", statistics.UsedTokens);
            json.WriteNumber("documents", statistics.Documents);
            json.WriteNumber("unique_documents", statistics.Documents - statistics.Duplicates);
            json.WriteNumber("tokens", statistics.Tokens);
            if (statistics is { Bytes: { } bytes, BytesPerToken: { } ratio })
            {
                json.WriteNumber("bytes", bytes);
                json.WriteNumber("bytes_per_token", Math.Round(ratio, 4));
            }
            json.WriteNumber("validation_documents", statistics.ValidationDocuments);
            json.WriteNumber("validation_tokens", statistics.ValidationTokens);
            json.WriteNumber("leaked_documents", statistics.Leaked);
            json.WriteNumber("shortest_document", statistics.ShortestDocument);
            json.WriteNumber("longest_document", statistics.LongestDocument);
            json.WriteNumber("windows_per_epoch", windows);
            json.WriteNumber("guessing_loss", Math.Log(data.VocabularySize));
            if (floor is { } known)
            {
                json.WriteNumber("floor", known);
            }
        });

        private static string Percent(double part, double whole) => FormattableString.Invariant($"{(whole > 0 ? 100 * part / whole : 0):0.#} %");
    }
}
