using System.Globalization;
using System.Net;
using System.Text;
using PureLlm.Engine.Configuration.Schema;
using PureLlm.Engine.Data;

namespace PureLlm.Engine.Training.Report;

/// <summary>The page of a report, from top to bottom. Everything that a run or its user wrote is escaped.</summary>
internal static class ReportPage
{
    private const int SamplesShown = 12;

    public static string Write(RunRecord run)
    {
        var page = new StringBuilder();
        RunSummary summary = run.Summary;
        page.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
            .Append($"<title>{Html(summary.Name)} · pure-llm</title>\n<style>\n{Style()}</style>\n</head>\n<body>\n<main>\n");
        WriteHead(page, run);
        WritePlots(page, run);
        WriteScores(page, run);
        WriteSamples(page, run);
        WriteConfiguration(page, run);
        WriteFacts(page, run);
        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void WriteHead(StringBuilder page, RunRecord run)
    {
        RunSummary summary = run.Summary;
        string began = summary.Started is { } started ? Invariant($"{started:yyyy-MM-dd HH:mm} UTC") : "unknown";
        string size = summary.Parameters is { } parameters ? $" · {Count(parameters)} parameters" : "";
        page.Append($"<header><h1>{Html(summary.Name)}</h1><p><b class=\"outcome {summary.Outcome}\">{summary.Outcome}</b> · {began}{size}</p>");
        if (run.Config?.Config.Run.Notes is { Length: > 0 } notes)
        {
            page.Append($"<p class=\"notes\">{Html(notes)}</p>");
        }
        WriteBreak(page, run);
        page.Append("</header>\n<section class=\"tiles\">");
        Tile(page, "validation loss", Value(summary.ValidationLoss, "0.0000"), double.IsFinite(summary.Floor) && double.IsFinite(summary.ValidationLoss) ? Invariant($"{summary.ValidationLoss - summary.Floor:+0.0000;-0.0000} above the floor {summary.Floor:0.0000}") : "nats per token");
        Tile(page, "steps", Count(summary.Steps), $"{Count(summary.Tokens)} tokens");
        Tile(page, "time", Time(summary.Seconds), $"{Value(summary.TokensPerSecond, "N0")} tokens/s");
        if (summary.PeakBytes is > 0 and long bytes)
        {
            Tile(page, "memory", Invariant($"{bytes / 1e6:N0} MB"), "largest");
        }
        foreach ((string name, double share) in summary.Scores)
        {
            Tile(page, name, double.IsFinite(share) ? Invariant($"{100 * share:0.#} %") : "–", "at the end");
        }
        page.Append("</section>\n");
    }

    /// <summary>Why a break rule stopped the run: what the log says after its end.</summary>
    private static void WriteBreak(StringBuilder page, RunRecord run)
    {
        int end = run.Log.ToList().FindLastIndex(line => line.StartsWith("broke after ", StringComparison.Ordinal));
        if (run.Summary.Outcome == "broke" && end >= 0 && end + 1 < run.Log.Count)
        {
            page.Append($"<pre>{Html(string.Join('\n', run.Log.Skip(end + 1)))}</pre>");
        }
    }

    private static void WritePlots(StringBuilder page, RunRecord run)
    {
        IReadOnlyList<StepReport> steps = run.Steps;
        List<(double, double)> Series(Func<StepReport, double> value) => [.. steps.Select(step => ((double)step.Step, value(step))).Where(point => double.IsFinite(point.Item2))];
        page.Append("<section class=\"plots\">\n");
        page.Append(new SvgPlot("loss, nats per token")
        {
            Lines = [new PlotLine("training", "train", Series(step => step.Loss)), new PlotLine("validation", "val", Series(step => step.ValidationLoss), HasDots: true)],
            Floor = run.Summary.Floor,
            IsLogarithmic = true,
        }.Draw());
        page.Append(new SvgPlot("learning rate") { Lines = [new PlotLine("", "c1", Series(step => step.LearningRate))], StartsAtZeroTo = 0 }.Draw());
        page.Append(new SvgPlot("gradient norm, before clipping") { Lines = [new PlotLine("", "c2", Series(step => step.GradientNorm))], IsLogarithmic = true, Floor = run.Config?.Config.Train.Clip is > 0 and double clip ? clip : double.NaN, FloorName = "clip" }.Draw());
        page.Append(new SvgPlot("tokens per second") { Lines = [new PlotLine("", "c3", Series(step => step.TokensPerSecond))], StartsAtZeroTo = 0 }.Draw());
        page.Append("</section>\n");
    }

    private static void WriteScores(StringBuilder page, RunRecord run)
    {
        if (run.Scores.Count == 0)
        {
            return;
        }
        string[] names = [.. run.Scores.SelectMany(report => report.Scores).Select(score => score.Name).Distinct()];
        page.Append("<section><h2>Scores</h2><p>The generator that wrote the text knows what is right: shares of what the model wrote.</p>\n<div class=\"plots\">");
        page.Append(new SvgPlot("right, in per cent")
        {
            Lines = [.. names.Select((name, i) => new PlotLine(name, $"s{i % 6}", [.. run.Scores.SelectMany(report => report.Scores.Where(score => score.Name == name && score.Total > 0).Select(score => ((double)report.Step, 100 * score.Share)))], HasDots: true))],
            StartsAtZeroTo = 100,
        }.Draw());
        CorpusScore[] last = [.. run.Scores[^1].Scores];
        page.Append("<table class=\"scores\"><tr><th>score</th><th class=\"n\">right</th><th class=\"n\">of</th><th class=\"n\">share</th></tr>");
        foreach (CorpusScore score in last)
        {
            page.Append(Invariant($"<tr><td>{Html(score.Name)}</td><td class=\"n\">{score.Passed}</td><td class=\"n\">{score.Total}</td><td class=\"n\">{100 * score.Share:0.#} %</td></tr>"));
        }
        page.Append("</table></div></section>\n");
    }

    /// <summary>The first, the last, and some evenly spread between them.</summary>
    private static void WriteSamples(StringBuilder page, RunRecord run)
    {
        IReadOnlyList<SampleReport> all = run.Samples;
        if (all.Count == 0)
        {
            return;
        }
        int shown = Math.Min(SamplesShown, all.Count);
        page.Append($"<section><h2>Samples</h2><p>The same prompt each time.{(shown < all.Count ? $" {shown} of {all.Count}; all are in samples.md." : "")}</p>\n<ol class=\"samples\">");
        for (int i = 0; i < shown; i++)
        {
            SampleReport sample = all[shown == 1 ? 0 : (int)Math.Round((double)i * (all.Count - 1) / (shown - 1))];
            page.Append($"<li><small>step {Count(sample.Step)} · {Time(sample.Seconds)}</small><p><b>{Html(sample.Prompt)}</b>{Html(sample.Text)}</p></li>\n");
        }
        page.Append("</ol></section>\n");
    }

    private static void WriteConfiguration(StringBuilder page, RunRecord run)
    {
        page.Append("<section><h2>Configuration</h2>\n");
        if (run.Config is { } loaded)
        {
            List<ConfigKey> changed = [.. ConfigSchema.Keys.Where(key => key.Path is not ("version" or "run.name" or "run.notes") && key.Text(loaded.Config) != key.Default)];
            page.Append(changed.Count == 0 ? "<p>Every key has the default of tiny.toml.</p>\n" : "<table><tr><th>differs from tiny.toml</th><th>here</th><th>there</th></tr>");
            foreach (ConfigKey key in changed)
            {
                page.Append($"<tr><td><code>{Html(key.Path)}</code></td><td><code>{Html(key.Text(loaded.Config))}</code></td><td><code>{Html(key.Default)}</code></td></tr>");
            }
            page.Append(changed.Count == 0 ? "" : "</table>\n");
        }
        page.Append($"<details><summary>config.resolved.toml</summary><pre>{Html(run.ConfigText)}</pre></details></section>\n");
    }

    private static void WriteFacts(StringBuilder page, RunRecord run)
    {
        RunSummary summary = run.Summary;
        page.Append("<section><h2>Environment and result</h2><table>");
        void Row(string name, string value)
        {
            if (value.Length > 0)
            {
                page.Append($"<tr><td>{name}</td><td class=\"long\">{Html(value)}</td></tr>");
            }
        }
        Row("machine", summary.Machine.Length > 0 ? summary.Machine : "not recorded");
        Row("weights SHA-256", summary.WeightsSha256 ?? "");
        Row("checkpoints", string.Join(", ", summary.Checkpoints.Select(CheckpointStore.NameOf)));
        page.Append($"</table>\n<details><summary>log.txt</summary><pre>{Html(string.Join('\n', run.Log.TakeLast(400)))}</pre></details></section>\n");
        page.Append($"<footer>Written by pure-llm from the files beside it: <code>pure-llm runs report {Html(summary.Name)}</code></footer>\n");
    }

    private static void Tile(StringBuilder page, string name, string value, string more) =>
        page.Append($"<div><small>{Html(name)}</small><strong>{Html(value)}</strong><small>{Html(more)}</small></div>");

    private static string Style()
    {
        using Stream stream = typeof(ReportPage).Assembly.GetManifestResourceStream("PureLlm.Engine.Training.Report.report.css")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>Escaped; control characters, which a page may not have, become U+FFFD.</summary>
    private static string Html(string text) => WebUtility.HtmlEncode(string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\uFFFD' : c)));

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Value(double value, string format) => double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : "–";

    private static string Time(double seconds) => seconds < 100 ? Invariant($"{seconds:0.#} s") : seconds < 6000 ? Invariant($"{(int)seconds / 60} min {(int)seconds % 60:00} s") : Invariant($"{(int)seconds / 3600} h {(int)seconds / 60 % 60:00} min");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
