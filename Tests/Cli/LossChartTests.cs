using PureLlm.Cli.Rendering;

namespace PureLlm.Tests.Cli;

public sealed class LossChartTests
{
    [Test]
    public void A_falling_loss_is_a_falling_line_above_the_floor()
    {
        Assert.That(Chart(Falling(), 30, 8, floor: 0.5), Is.EqualTo("""
            +- loss ---------------------+
            |5.80 **                     |
            |       ***                  |
            |          ***               |
            |             ****           |
            |                 **         |
            |0.49 ---------------- floor |
            +----------------------------+
            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public void Before_the_first_step_it_says_so() =>
        Assert.That(Chart(new LossCurve(), 50, 8, floor: 0.5), Does.Contain("waiting for the first step"));

    [Test]
    public void Losses_that_are_not_numbers_leave_no_point()
    {
        var curve = new LossCurve();
        curve.Add(1, double.NaN);
        curve.Add(2, double.PositiveInfinity);
        curve.Add(3, 2.5);
        Assert.That((curve.Count, curve[0]), Is.EqualTo((1, (3.0, 2.5))));
    }

    [TestCase(1)]
    [TestCase(1023)]
    [TestCase(1024)]
    [TestCase(1025)]
    [TestCase(100_000)]
    public void A_curve_of_any_length_stays_in_its_memory_and_in_order(int points)
    {
        var curve = new LossCurve();
        for (int i = 1; i <= points; i++)
        {
            curve.Add(i, 1.0 / i);
        }
        Assert.That(curve.Count, Is.InRange(Math.Min(points, 512), LossCurve.Capacity));
        double[] steps = [.. Enumerable.Range(0, curve.Count).Select(i => curve[i].Step)];
        Assert.That(steps, Is.Ordered);
        Assert.That(steps[^1], Is.GreaterThan(points * 0.99).Or.EqualTo(points), "the end is there");
    }

    [Test]
    public void Every_size_is_drawn_inside_its_area()
    {
        LossCurve curve = Falling();
        for (int width = 2; width < 40; width += 3)
        {
            for (int height = 2; height < 20; height += 3)
            {
                var canvas = new Canvas(60, 30);
                LossChart.Draw(canvas, (3, 2, width, height), curve, new LossCurve(), 0.5, 100, ascii: false);
                for (int y = 0; y < 30; y++)
                {
                    string line = canvas.Line(y, color: false);
                    Assert.That(line.Trim().Length, Is.Zero.Or.LessThanOrEqualTo(width), $"{width} × {height}, row {y}");
                    Assert.That(line.Length, y >= 2 && y < 2 + height ? Is.LessThanOrEqualTo(3 + width) : Is.Zero, $"{width} × {height}, row {y}");
                }
            }
        }
    }

    private static LossCurve Falling()
    {
        var curve = new LossCurve();
        for (int step = 1; step <= 60; step++)
        {
            curve.Add(step, 6 * Math.Exp(-step / 30.0));
        }
        return curve;
    }

    private static string Chart(LossCurve curve, int width, int height, double floor)
    {
        var canvas = new Canvas(width, height);
        LossChart.Draw(canvas, (0, 0, width, height), curve, new LossCurve(), floor, 100, ascii: true);
        return canvas.ToString();
    }
}
