using PureLlm.Autograd;
using PureLlm.Engine.Inspection;
using PureLlm.Kernels;

namespace PureLlm.Tests.Engine.Inspection;

public sealed class TensorSummaryTests
{
    [TestCase(1, 1)]
    [TestCase(1, 7)]
    [TestCase(5, 3)]
    [TestCase(64, 64)]
    [TestCase(65, 130)]
    [TestCase(700, 401)]
    [TestCase(1, 300_000)]
    public void Everything_is_what_a_plain_loop_finds(int rows, int columns)
    {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.Length; i++) { values[i] = i % 11 == 3 ? 0 : (CounterRandom.Uniform(new RandomStream(5, 1), (ulong)i) * 8) - 3; }
        TensorSummary summary = TensorSummary.Of(values, rows == 1 ? new Shape(columns) : new Shape(rows, columns));
        Assert.That(summary.Stats.Mean, Is.EqualTo(values.Average(value => (double)value)).Within(1e-9));
        Assert.That(summary.Stats.Rms, Is.EqualTo(Math.Sqrt(values.Average(value => (double)value * value))).Within(1e-9));
        Assert.That(summary.Stats with { Mean = 0, Rms = 0 }, Is.EqualTo(new StatsView(0, values.Max(Math.Abs), 0, values.Min(), values.Max(), values.Count(value => value == 0), 0, 0, values.Length)));
        Assert.That(summary.Largest.Select(one => one.Element), Is.EqualTo(Enumerable.Range(0, values.Length).OrderByDescending(i => Math.Abs(values[i])).Take(16)));
        Assert.That(summary.Histogram.Sum(), Is.EqualTo(values.Length));
        Assert.That(summary.Rows, Is.LessThanOrEqualTo(64));
        Assert.That(summary.Columns, Is.LessThanOrEqualTo(64));
        for (int cell = 0; cell < summary.Map.Length; cell++)
        {
            int row = cell / summary.Columns * summary.RowSize, column = cell % summary.Columns * summary.ColumnSize;
            float expected = Enumerable.Range(row, Math.Min(summary.RowSize, rows - row)).SelectMany(r => values.AsSpan((r * columns) + column, Math.Min(summary.ColumnSize, columns - column)).ToArray()).MaxBy(Math.Abs);
            Assert.That(summary.Map[cell], Is.EqualTo((double)expected).Within(1e-4).Percent.Or.EqualTo((double)expected), $"cell {cell}: a spike never vanishes");
        }
    }

    [Test]
    public void A_number_that_is_not_finite_is_counted_apart_and_wins_its_cell()
    {
        float[] values = [.. Enumerable.Range(0, 70 * 2).Select(i => (float)i)];
        (values[4], values[9], values[139]) = (float.NegativeInfinity, float.NaN, float.PositiveInfinity);
        TensorSummary summary = TensorSummary.Of(values, new Shape(70, 2));
        Assert.That(summary.Stats is { NaNs: 1, Infinities: 2, Count: 140, Maximum: 138, Zeros: 1 }, summary.Stats.ToString());
        Assert.That(summary.RowSize, Is.EqualTo(2));
        Assert.That(summary.Map[4 / 4 * 2], Is.EqualTo(double.NegativeInfinity));
        Assert.That(summary.Map[(8 / 4 * 2) + 1], Is.NaN);
        Assert.That(summary.Largest.Take(3).Select(one => one.Element), Is.EqualTo(new[] { 9, 4, 139 }));
        Assert.That(summary.Histogram.Sum(), Is.EqualTo(137));
    }

    [Test]
    public void Zeros_that_are_not_looked_at_are_as_if_they_were([Values(1, 5, 70)] int rows, [Values(1, 3, 200)] int columns)
    {
        Shape shape = new(rows, columns);
        TensorSummary seen = TensorSummary.Of(new float[shape.Length], shape), told = TensorSummary.Zeros(shape);
        Assert.That(told.Stats, Is.EqualTo(seen.Stats));
        Assert.That(told.Map, Is.EqualTo(seen.Map));
        Assert.That(told.Histogram, Is.EqualTo(seen.Histogram));
        Assert.That(told.Largest, Is.EqualTo(seen.Largest));
        Assert.That((told.Rows, told.Columns, told.RowSize, told.ColumnSize, told.ZeroRows, told.FirstZeroRow), Is.EqualTo((seen.Rows, seen.Columns, seen.RowSize, seen.ColumnSize, seen.ZeroRows, seen.FirstZeroRow)));
    }

    [Test]
    public void Rows_that_are_exactly_0_are_counted()
    {
        TensorSummary summary = TensorSummary.Of(new float[] { 1, 0, 0, 0, 0, 2, 0, 0 }, new Shape(4, 2));
        Assert.That((summary.ZeroRows, summary.FirstZeroRow), Is.EqualTo((2, 1)));
    }
}
