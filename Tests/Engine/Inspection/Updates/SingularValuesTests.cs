using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Updates;
using PureLlm.Kernels;

namespace PureLlm.Tests.Engine.Inspection.Updates;

public sealed class SingularValuesTests
{
    [Test]
    public void Of_a_matrix_known_by_hand()
    {
        Assert.That(SingularValues.Of([3, 0, 4, 5], 2, 2), Is.EqualTo(new[] { Math.Sqrt(45), Math.Sqrt(5) }).Within(1e-12), "σ₁² + σ₂² = 50, σ₁σ₂ = 15");
        Assert.That(SingularValues.Of([2, 0, 0, 0, -7, 0], 2, 3), Is.EqualTo(new double[] { 7, 2 }).Within(1e-12));
        Assert.That(SingularValues.Of([0, 0, 0, 0], 2, 2), Is.EqualTo(new double[] { 0, 0 }));
    }

    [Test]
    public void Squares_add_up_and_the_side_does_not_matter([Values(3, 8, 20)] int rows, [Values(5, 8)] int columns)
    {
        float[] matrix = [.. Enumerable.Range(0, rows * columns).Select(i => (float)CounterRandom.Normal(new RandomStream(4, 2), (ulong)i))];
        float[] transposed = [.. Enumerable.Range(0, rows * columns).Select(i => matrix[(i % rows * columns) + (i / rows)])];
        double[] values = SingularValues.Of(matrix, rows, columns);
        Assert.That(values, Has.Length.EqualTo(Math.Min(rows, columns)).And.Ordered.Descending);
        Assert.That(values.Sum(s => s * s), Is.EqualTo(matrix.Sum(x => (double)x * x)).Within(1e-9));
        Assert.That(SingularValues.Of(transposed, columns, rows), Is.EqualTo(values).Within(1e-9));
    }

    [Test]
    public void Newton_and_schulz_bring_them_near_to_one()
    {
        using StepTrace trace = new(new ResidualSubject(new TrainSection { Optimizer = OptimizerKind.Muon }));
        Frame frame = trace.Frames.First(frame => frame.Kind == FrameKind.Update && frame.Text.EndsWith("blocks.0.up", StringComparison.Ordinal));
        StepView view = StepExplainer.Explain(trace, new Cursor(0, frame.Id, StepLevel.Element));
        Assert.That(view.Element!.Lines.Select(line => line.Name), Is.SupersetOf(new[] { "X₀", "X₁", "X₂", "X₃", "X₄", "X₅", "s", "step" }));
        Assert.That(view.Notes.Single(note => note.Kind == "singular values").Text, Does.Contain("five Newton–Schulz steps"));
        Assert.That(view.Rule!.Unicode, Does.Contain("NS₅"));
        Assert.That(view.Code.Select(code => code.Path), Is.EqualTo(new[] { "Engine/Optimizers/Muon.cs", "Engine/Optimizers/NewtonSchulz.cs" }));
    }
}
