using System.Globalization;
using System.Net;
using System.Text;

namespace PureLlm.Engine.Training.Report;

/// <summary>A line of a plot.</summary>
/// <param name="Name">In the legend; empty: not in it.</param>
/// <param name="Style">The CSS class that colours it: "train", "val", "c1" …</param>
/// <param name="Points">By step, ascending.</param>
/// <param name="HasDots">Every point is marked and tells its value when pointed at.</param>
internal sealed record PlotLine(string Name, string Style, IReadOnlyList<(double Step, double Value)> Points, bool HasDots = false);

/// <summary>Draws values over steps as a scalable picture of lines; colours come from the page.</summary>
internal sealed class SvgPlot(string title)
{
    private const double Width = 640, Height = 300, Left = 58, Right = 14, Top = 14, Bottom = 32;
    private const int Bins = 320;

    private double low, high, lastStep;

    public IReadOnlyList<PlotLine> Lines { get; init; } = [];

    /// <summary>A horizontal line with a name; NaN for none.</summary>
    public double Floor { get; init; } = double.NaN;

    public string FloorName { get; init; } = "floor";

    /// <summary>A logarithmic axis, where all values are positive.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>The axis starts at 0, and ends here at least; NaN: as the values ask.</summary>
    public double StartsAtZeroTo { get; init; } = double.NaN;

    public Func<double, string> Format { get; init; } = Number;

    /// <summary>A figure element with legend and picture; empty text where there is nothing to draw.</summary>
    public string Draw()
    {
        List<(double Step, double Value)> points = [.. Lines.SelectMany(line => line.Points).Where(point => double.IsFinite(point.Value) && (!IsLogarithmic || point.Value > 0))];
        if (points.Count == 0)
        {
            return "";
        }
        lastStep = Math.Max(1, points.Max(point => point.Step));
        (low, high) = (points.Min(point => point.Value), points.Max(point => point.Value));
        if (double.IsFinite(Floor) && (!IsLogarithmic || Floor > 0))
        {
            (low, high) = (Math.Min(low, Floor), Math.Max(high, Floor));
        }
        Widen();
        var svg = new StringBuilder();
        svg.Append($"<figure><figcaption>{Html(title)}{Legend()}</figcaption>");
        svg.Append(Invariant($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Html(title)} over steps\">"));
        DrawAxes(svg);
        if (double.IsFinite(Floor) && Floor >= low && Floor <= high)
        {
            svg.Append(Invariant($"<line class=\"floor\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(Floor):0.#}\" y2=\"{Y(Floor):0.#}\"/>"));
        }
        foreach (PlotLine line in Lines)
        {
            DrawLine(svg, line);
        }
        return svg.Append("</svg></figure>\n").ToString();
    }

    private void Widen()
    {
        if (double.IsFinite(StartsAtZeroTo))
        {
            (low, high) = (0, Math.Max(high * 1.05, StartsAtZeroTo));
        }
        else if (IsLogarithmic)
        {
            double margin = Math.Max(1.02, Math.Pow(high / low, 0.04));
            (low, high) = (low / margin, high * margin);
        }
        else
        {
            double margin = Math.Max((high - low) * 0.05, Math.Abs(high) * 1e-3 + 1e-12);
            (low, high) = (low - margin, high + margin);
        }
    }

    private string Legend()
    {
        IEnumerable<string> items = Lines.Where(line => line.Name.Length > 0 && line.Points.Count > 0).Select(line => $"<span class=\"{line.Style}\">{Html(line.Name)}</span>");
        if (double.IsFinite(Floor))
        {
            items = items.Append($"<span class=\"floor\">{Html(FloorName)} {Html(Format(Floor))}</span>");
        }
        return $" <small>{string.Join(' ', items)}</small>";
    }

    private void DrawAxes(StringBuilder svg)
    {
        foreach (double value in IsLogarithmic ? LogarithmicTicks() : LinearTicks(low, high, 5))
        {
            svg.Append(Invariant($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(value):0.#}\" y2=\"{Y(value):0.#}\"/><text x=\"{Left - 8}\" y=\"{Y(value) + 4:0.#}\" text-anchor=\"end\">{Html(Format(value))}</text>"));
        }
        foreach (double step in LinearTicks(0, lastStep, 5))
        {
            svg.Append(Invariant($"<text x=\"{X(step):0.#}\" y=\"{Height - Bottom + 20}\" text-anchor=\"middle\">{Html(Number(step))}</text>"));
        }
        svg.Append(Invariant($"<line class=\"axis\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom}\"/>"));
    }

    /// <summary>Many points become one per bin, their mean, over a band from the least to the greatest.</summary>
    private void DrawLine(StringBuilder svg, PlotLine line)
    {
        List<(double Step, double Mean, double Low, double High)> bins = Binned(line.Points);
        if (bins.Count == 0)
        {
            return;
        }
        if (line.Points.Count > Bins)
        {
            IEnumerable<string> outline = bins.Select(bin => Place(bin.Step, bin.High)).Concat(Enumerable.Reverse(bins).Select(bin => Place(bin.Step, bin.Low)));
            svg.Append($"<polygon class=\"band {line.Style}\" points=\"{string.Join(' ', outline)}\"/>");
        }
        svg.Append($"<polyline class=\"line {line.Style}\" points=\"{string.Join(' ', bins.Select(bin => Place(bin.Step, bin.Mean)))}\"/>");
        if (!line.HasDots)
        {
            return;
        }
        foreach ((double step, double mean, _, _) in bins)
        {
            svg.Append(Invariant($"<circle class=\"dot {line.Style}\" cx=\"{X(step):0.#}\" cy=\"{Y(mean):0.#}\" r=\"3.5\"><title>{Html($"{line.Name} {Format(mean)} at step {Number(step)}")}</title></circle>"));
        }
    }

    private List<(double Step, double Mean, double Low, double High)> Binned(IReadOnlyList<(double Step, double Value)> points)
    {
        List<(double, double, double, double)> bins = [];
        List<(double Step, double Value)> usable = [.. points.Where(point => double.IsFinite(point.Value) && (!IsLogarithmic || point.Value > 0))];
        int size = (usable.Count + Bins - 1) / Bins;
        for (int start = 0; start < usable.Count; start += size)
        {
            List<(double Step, double Value)> bin = usable.GetRange(start, Math.Min(size, usable.Count - start));
            bins.Add((bin.Average(point => point.Step), bin.Average(point => point.Value), bin.Min(point => point.Value), bin.Max(point => point.Value)));
        }
        return bins;
    }

    private string Place(double step, double value) => Invariant($"{X(step):0.#},{Y(value):0.#}");

    private double X(double step) => Left + (step / lastStep * (Width - Left - Right));

    private double Y(double value)
    {
        double share = IsLogarithmic ? Math.Log(value / low) / Math.Log(high / low) : (value - low) / (high - low);
        return Top + ((1 - share) * (Height - Top - Bottom));
    }

    private IEnumerable<double> LogarithmicTicks()
    {
        double[] steps = high / low > 200 ? [1] : high / low > 8 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 7];
        if (high / low < 3)
        {
            return LinearTicks(low, high, 5);
        }
        return from power in Enumerable.Range((int)Math.Floor(Math.Log10(low)), (int)Math.Ceiling(Math.Log10(high)) - (int)Math.Floor(Math.Log10(low)) + 1)
               from step in steps
               let value = step * Math.Pow(10, power)
               where value >= low && value <= high
               select value;
    }

    private static IEnumerable<double> LinearTicks(double from, double to, int count)
    {
        double rough = (to - from) / count, power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * ((rough / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 });
        for (double value = Math.Ceiling(from / step) * step; value <= to * (1 + 1e-12); value += step)
        {
            yield return Math.Abs(value) < step * 1e-6 ? 0 : value;
        }
    }

    /// <summary>"0.615", "22 k", "6e-3".</summary>
    internal static string Number(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1e6 => $"{(value / 1e6).ToString("0.###", CultureInfo.InvariantCulture)} M",
        >= 1e4 => $"{(value / 1e3).ToString("0.###", CultureInfo.InvariantCulture)} k",
        >= 1e-2 => value.ToString("0.####", CultureInfo.InvariantCulture),
        _ => value.ToString("0.##e0", CultureInfo.InvariantCulture),
    };

    private static string Html(string text) => WebUtility.HtmlEncode(text);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
