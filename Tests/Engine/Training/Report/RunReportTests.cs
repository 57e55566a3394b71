using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PureLlm.Engine.Training.Report;

namespace PureLlm.Tests.Engine.Training.Report;

public sealed partial class RunReportTests
{
    private readonly string folder = Directory.CreateTempSubdirectory("pure-llm-report-").FullName;
    private string html = "";

    [OneTimeSetUp]
    public void Write() => html = File.ReadAllText(RunReport.Write(WrittenRun.Write(folder, settings: "[train]\nlr = 1e-3")));

    [OneTimeTearDown]
    public void Delete() => Directory.Delete(folder, recursive: true);

    [Test]
    public void The_page_needs_nothing_else()
    {
        Assert.That(html, Does.Contain("default-src 'none'"));
        Assert.That(html, Does.Not.Match("(?i)(src|href)\\s*=|url\\(|@import|<script"));
        Assert.That(html, Does.Contain("prefers-color-scheme: dark").And.Contains("width=device-width"));
    }

    [Test]
    public void Every_element_is_closed()
    {
        string body = html[html.IndexOf("<body>", StringComparison.Ordinal)..html.IndexOf("</html>", StringComparison.Ordinal)];
        Assert.That(() => XDocument.Parse(body.Replace("&nbsp;", " ", StringComparison.Ordinal)), Throws.Nothing);
    }

    [Test]
    public void Text_of_the_run_is_escaped()
    {
        Assert.That(html, Does.Contain("<b>Once &lt;upon&gt; a **time**</b> there was a &lt;b&gt;step&lt;/b&gt; 25."));
        Assert.That(html, Does.Contain("wide &amp; &lt;deep&gt;"));
        Assert.That(html, Does.Not.Contain("<upon>").And.Not.Contains("<deep>"));
    }

    [Test]
    public void It_has_the_plots_the_result_and_what_differs_from_the_defaults()
    {
        foreach (string title in new[] { "loss, nats per token", "learning rate", "gradient norm", "tokens per second", "right, in per cent" })
        {
            Assert.That(html, Does.Contain($"<figcaption>{title}"));
        }
        Assert.That(html, Does.Contain(new string('a', 64)).And.Contains("0.6100").And.Contains("floor 0.4261").And.Contains("step-000100"));
        Assert.That(html, Does.Contain("<tr><td><code>train.lr</code></td><td><code>0.001</code></td>"));
    }

    [Test]
    public void A_run_that_broke_says_why()
    {
        string run = WrittenRun.Write(folder, "broken", completed: false);
        File.AppendAllText(Path.Combine(run, "log.txt"), "broke after 100 steps, 12.0 s, 640 tokens/s\nstopped at step 100: loss <3> → NaN\n");
        string page = File.ReadAllText(RunReport.Write(run));
        Assert.That(page, Does.Contain("class=\"outcome broke\"").And.Contains("<pre>stopped at step 100: loss &lt;3&gt; → NaN</pre></header>"));
    }

    [Test]
    public void Points_lie_where_their_values_are()
    {
        string svg = new SvgPlot("x") { Lines = [new PlotLine("a", "train", [(0, 1), (50, 10), (100, 100)])], Floor = 10, IsLogarithmic = true }.Draw();
        double[][] points = [.. Polyline().Match(svg).Groups[1].Value.Split(' ').Select(point => point.Split(',').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray())];
        Assert.That(points[1][0], Is.EqualTo((points[0][0] + points[2][0]) / 2).Within(0.11), "halfway in steps");
        Assert.That(points[1][1], Is.EqualTo((points[0][1] + points[2][1]) / 2).Within(0.11), "halfway in logarithms");
        Assert.That(points[0][1], Is.GreaterThan(points[2][1]), "up is more");
        Assert.That(svg, Does.Contain($"y1=\"{points[1][1].ToString("0.#", CultureInfo.InvariantCulture)}\" y2"), "the floor goes through the point of its value");
    }

    [Test]
    public void Many_points_keep_their_extremes_as_a_band()
    {
        (double, double)[] points = [.. Enumerable.Range(0, 10_000).Select(i => ((double)i, i == 5000 ? 9.0 : 1.0 + (i % 2)))];
        string svg = new SvgPlot("x") { Lines = [new PlotLine("a", "train", points)] }.Draw();
        Assert.That(svg, Does.Contain("class=\"band train\"").And.Length.LessThan(30_000));
        double top = Band().Match(svg).Groups[1].Value.Split(' ').Min(point => double.Parse(point.Split(',')[1], CultureInfo.InvariantCulture));
        double line = Polyline().Match(svg).Groups[1].Value.Split(' ').Min(point => double.Parse(point.Split(',')[1], CultureInfo.InvariantCulture));
        Assert.That(top, Is.LessThan(line - 50), "one outlier of ten thousand is seen");
    }

    [Test]
    public void Ticks_are_few_and_round()
    {
        string svg = new SvgPlot("x") { Lines = [new PlotLine("a", "train", [(0, 0.001), (353, 0.006)])], StartsAtZeroTo = 0 }.Draw();
        string[] labels = [.. Label().Matches(svg).Select(match => match.Groups[1].Value)];
        Assert.That(labels, Does.Contain("100").And.Contains("300").And.Contains("2e-3").And.Contains("0"));
        Assert.That(labels, Has.Length.LessThan(16));
    }

    [Test]
    public void Nothing_measured_is_no_plot() =>
        Assert.That(new SvgPlot("x") { Lines = [new PlotLine("a", "train", [(1, double.NaN)])] }.Draw(), Is.Empty);

    [GeneratedRegex("<polyline[^>]*points=\"([^\"]*)\"")]
    private static partial Regex Polyline();

    [GeneratedRegex("<polygon[^>]*points=\"([^\"]*)\"")]
    private static partial Regex Band();

    [GeneratedRegex("<text[^>]*>([^<]*)</text>")]
    private static partial Regex Label();
}
