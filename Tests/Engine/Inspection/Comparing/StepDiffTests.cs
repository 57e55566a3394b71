using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Comparing;
using PureLlm.Tests.Engine.Inspection.Updates;

namespace PureLlm.Tests.Engine.Inspection.Comparing;

public sealed class StepDiffTests
{
    private static readonly TrainSection Train = new();

    [Test]
    public void The_numbers_are_those_of_the_two_gradients()
    {
        using StepTrace first = new(new ResidualSubject(Train)), later = new(new ResidualSubject(Train, earlierSteps: 4, step: 4));
        Frame frame = first.Frames.First(frame => frame.Id == "b1");
        StepDiffView view = StepDiff.Compare(first, new Cursor(0, frame.Id, Tensor: "blocks.0.up", Element: "0,1"), later, new Cursor(4, frame.Id, Tensor: "blocks.0.up"));
        double[] a = [.. first.Gradient(first.FindTensor("blocks.0.up")!.Tensor).Select(x => (double)x)], b = [.. later.Gradient(later.FindTensor("blocks.0.up")!.Tensor).Select(x => (double)x)];
        double product = a.Zip(b, (x, y) => x * y).Sum(), normA = Math.Sqrt(a.Sum(x => x * x)), normB = Math.Sqrt(b.Sum(x => x * x));
        Assert.That(view.Cosine, Is.EqualTo(product / (normA * normB)).Within(1e-12).And.LessThan(1));
        Assert.That(view.GradientCosine, Is.EqualTo(view.Cosine), "the only consumer's share is the gradient");
        Assert.That((view.NormA, view.NormB), Is.EqualTo((normA, normB)));
        Assert.That(view.Distance, Is.EqualTo(Math.Sqrt(a.Zip(b, (x, y) => (y - x) * (y - x)).Sum())).Within(1e-12));
        Assert.That(view.SignsFlipped, Is.EqualTo(a.Zip(b, (x, y) => x * y < 0).Count(flipped => flipped)));
        Assert.That(view.Element, Is.EqualTo(new DiffCellView("0,1", a[1], b[1], b[1] - a[1], b[1] / a[1])));
        Assert.That(Math.Abs(view.Largest[0].Difference), Is.EqualTo(a.Zip(b, (x, y) => Math.Abs(y - x)).Max()).Within(1e-7));
        Assert.That(view.Difference.Values[1], Is.EqualTo(b[1] - a[1]).Within(1e-7));
        Assert.That(view.Ratio.Values[1], Is.EqualTo(Math.Log2(Math.Abs(b[1] / a[1]))).Within(1e-5));
        Assert.That((view.A.Step, view.B.Step, view.A.Kind), Is.EqualTo((0L, 4L, "gradient")));

        float[] wholeA = first.Read(first.Subject.Slabs.Gradients), wholeB = later.Read(later.Subject.Slabs.Gradients);
        double whole = wholeA.Zip(wholeB, (x, y) => (double)x * y).Sum() / Math.Sqrt(wholeA.Sum(x => (double)x * x) * wholeB.Sum(x => (double)x * x));
        Assert.That(view.WholeGradientCosine, Is.EqualTo(whole).Within(1e-12));
    }

    [Test]
    public void A_place_compared_with_itself_does_not_differ()
    {
        using StepTrace trace = new(new ResidualSubject(Train));
        Cursor cursor = new(0, "f3");
        StepDiffView view = StepDiff.Compare(trace, cursor, trace, cursor);
        Assert.That(view.Cosine, Is.EqualTo(1).Within(1e-12));
        Assert.That((view.Distance, view.SignsFlipped, view.Largest.Count, view.WholeGradientCosine), Is.EqualTo((0.0, 0, 0, (double?)null)));
        Assert.That(view.Ratio.Values, Is.All.Zero);
    }

    [Test]
    public void Different_shapes_are_refused()
    {
        using StepTrace trace = new(new ResidualSubject(Train));
        Assert.That(() => StepDiff.Compare(trace, new Cursor(0, "u0"), trace, new Cursor(0, "u1")), Throws.ArgumentException.With.Message.Contains("can not be compared"));
        Assert.That(() => StepDiff.Compare(trace, new Cursor(0, "k"), trace, new Cursor(0, "k")), Throws.ArgumentException.With.Message.Contains("no tensor to compare"));
    }
}
