using PureLlm.Engine.Data;
using PureLlm.Engine.Training;

namespace PureLlm.Cli.Rendering;

/// <summary>Lays a run out on a screen of any size: chart and figures, samples, scores, keys.</summary>
internal static class TrainingView
{
    private const int PanelWidth = 30;

    /// <summary>The first that fits is shown.</summary>
    private static readonly string[] Keys = ["[s] step-through   [p] pause   [w] web   [q] or Ctrl-C save & stop", "[s] step   [p] pause   [w] web   [q] save & stop", "[s] [p] [w] [q]"];

    /// <summary>Draws <paramref name="progress"/> on a canvas of that size.</summary>
    public static Canvas Compose(TrainingProgress progress, ScreenSize size, TextStyle style)
    {
        bool ascii = style.Ascii;
        var canvas = new Canvas(Math.Max(20, size.Columns), Math.Max(4, size.Rows));
        lock (progress.Gate)
        {
            canvas.Write(1, 0, style.Plain(progress.Title), Ink.Bold);
            bool isTiny = canvas.Height < 6;
            canvas.Write(1, 1, isTiny ? Line(progress) : style.Plain(progress.Subtitle), isTiny ? Ink.Plain : Ink.Dim);
            int footer = canvas.Height - 2;
            int chartHeight = Math.Clamp((canvas.Height - 4) / 2, 0, 14);
            bool hasPanel = canvas.Width >= 72 && chartHeight >= 5;
            int row = 2;
            if (chartHeight >= 5)
            {
                int width = hasPanel ? canvas.Width - PanelWidth - 1 : canvas.Width;
                LossChart.Draw(canvas, (0, row, width, chartHeight), progress.Training, progress.Validation, progress.Floor, Math.Max(progress.StepsPlanned, 1), ascii);
                if (hasPanel)
                {
                    DrawPanel(canvas, width + 1, row, chartHeight, progress, ascii);
                }
                row += chartHeight;
            }
            if (!hasPanel && !isTiny)
            {
                row += canvas.WriteWrapped(1, row, canvas.Width - 2, Math.Max(1, footer - row), Line(progress));
            }
            DrawSamples(canvas, row, footer - row, progress.Samples, style);
            int left = DrawScores(canvas, footer, progress);
            if (progress.Address is { Length: > 0 } address && canvas.Width - address.Length - 1 > left)
            {
                canvas.Write(canvas.Width - address.Length - 1, footer, address, Ink.Cyan);
            }
            DrawKeys(canvas, footer + 1, style.Plain(progress.Status));
        }
        return canvas;
    }

    private static void DrawPanel(Canvas canvas, int x, int y, int height, TrainingProgress progress, bool ascii)
    {
        StepReport last = progress.Last;
        double share = progress.StepsPlanned > 0 ? Math.Min(1, (double)last.Step / progress.StepsPlanned) : 0;
        int filled = (int)(share * (PanelWidth - 7));
        string bar = new string(ascii ? '#' : '█', filled) + new string(ascii ? '.' : '░', PanelWidth - 7 - filled);
        int row = y;
        void Line(string name, string text, Ink ink = Ink.Plain)
        {
            if (row < y + height)
            {
                canvas.Write(x, row, name, Ink.Dim);
                canvas.Write(x + 7, row++, text, ink);
            }
        }
        Line("step", $"{Numbers.Count(last.Step)} / {Numbers.Count(progress.StepsPlanned)}");
        canvas.Write(x, row, bar, Ink.Cyan);
        canvas.Write(x + PanelWidth - 6, row++, $"{100 * share:0} %".PadLeft(5));
        Line("train", Numbers.Loss(last.Loss), Ink.Cyan);
        Line("val", $"{Numbers.Loss(progress.ValidationLoss)}{(double.IsNaN(progress.Floor) || double.IsNaN(progress.ValidationLoss) ? "" : $"  floor {Signed(progress.ValidationLoss - progress.Floor)}")}", Ink.Yellow);
        Line("speed", $"{Numbers.Short(last.TokensPerSecond)} tok/s");
        Line("lr", Numbers.Rate(last.LearningRate));
        Line("gnorm", Numbers.Field(last.GradientNorm, "0.00"));
        Line("time", $"{Numbers.Time(last.Seconds)}, {Numbers.Time(progress.SecondsLeft)} left");
        Line("tokens", Numbers.Short(last.Tokens));
    }

    /// <summary>The figures of the panel in a line, for narrow screens.</summary>
    private static string Line(TrainingProgress progress)
    {
        StepReport last = progress.Last;
        return $"step {Numbers.Count(last.Step)}/{Numbers.Count(progress.StepsPlanned)} loss {Numbers.Loss(last.Loss)} val {Numbers.Loss(progress.ValidationLoss)} {Numbers.Short(last.TokensPerSecond)} tok/s left {Numbers.Time(progress.SecondsLeft)}";
    }

    /// <summary>The first sample, to show how it began, then as many of the latest as there is room for.</summary>
    private static void DrawSamples(Canvas canvas, int y, int rows, List<SampleReport> samples, TextStyle style)
    {
        const int Margin = 9, MostRows = 5;
        int width = canvas.Width - Margin - 1;
        List<(SampleReport Sample, List<string> Lines)> texts = [.. samples.Select(sample => (sample, Canvas.Wrap(style.Plain(sample.Text), width).Take(MostRows).ToList()))];
        int used = 0, first = texts.Count;
        int reserved = texts.Count > 0 ? texts[0].Lines.Count : 0;
        while (first > 0 && used + texts[first - 1].Lines.Count + (first > 1 ? reserved : 0) <= rows)
        {
            used += texts[--first].Lines.Count;
        }
        if (first == texts.Count && first > 0)
        {
            (first, reserved) = (texts.Count - 1, rows); // not even one and the first: the latest, as much as fits
        }
        IEnumerable<(SampleReport Sample, List<string> Lines)> shown = first > 0 && reserved < rows ? texts.Take(1).Concat(texts.Skip(first)) : texts.Skip(first);
        int end = y + rows;
        foreach ((SampleReport sample, List<string> lines) in shown)
        {
            for (int i = 0; i < lines.Count && y < end; i++, y++)
            {
                canvas.Write(1, y, i == 0 ? $"{Numbers.Time(sample.Seconds),6}" : "", Ink.Dim);
                canvas.Write(Margin, y, lines[i]);
            }
        }
    }

    private static int DrawScores(Canvas canvas, int y, TrainingProgress progress)
    {
        int x = 1;
        foreach (CorpusScore score in progress.Scores.Where(score => score.Total > 0))
        {
            x = canvas.Write(x, y, $"{score.Name} ", Ink.Dim);
            x = canvas.Write(x, y, FormattableString.Invariant($"{100 * score.Share:0.#} %"), score.Share >= 0.95 ? Ink.Green : score.Share >= 0.5 ? Ink.Yellow : Ink.Red) + 3;
        }
        return x;
    }

    private static void DrawKeys(Canvas canvas, int y, string status)
    {
        canvas.Write(1, y, status, Ink.Yellow);
        if (Array.Find(Keys, keys => canvas.Width - keys.Length - 1 > status.Length + 2) is { } shown)
        {
            canvas.Write(canvas.Width - shown.Length - 1, y, shown, Ink.Dim);
        }
    }

    private static string Signed(double value) => FormattableString.Invariant($"{(value < 0 ? "" : "+")}{value:0.000}");
}
