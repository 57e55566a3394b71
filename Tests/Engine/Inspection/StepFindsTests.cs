using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Inspection;

public sealed class StepFindsTests
{
    private static T With<T>(string demo, Func<StepTrace, T> work)
    {
        using var backend = new CpuBackend(1);
        using var session = new StepSession(new DemoSource(demo, backend));
        return session.With(0, work);
    }

    private static string[] Cursors(string query, string demo = "residual") => With(demo, trace => StepFinds.Find(trace, query).Select(found => found.Cursor.ToString()).ToArray());

    [Test]
    public void Largest_is_the_largest_gradient_of_each_parameter_the_largest_first()
    {
        With("residual", trace =>
        {
            IReadOnlyList<StepFind> found = StepFinds.Find(trace, "Largest");
            Assert.That(found.Select(item => item.Cursor.Tensor), Is.EquivalentTo(trace.Parameters.Select(parameter => parameter.Id)));
            double[] sizes = [.. found.Select(item => (double)trace.Gradient(trace.FindTensor(item.Cursor.Tensor)!.Tensor).Max(Math.Abs))];
            Assert.That(sizes, Is.Ordered.Descending);
            foreach ((StepFind item, double size) in found.Zip(sizes))
            {
                StepView view = StepExplainer.Explain(trace, item.Cursor);
                Assert.That(Math.Abs(view.Element!.Kernel), Is.EqualTo(size), $"{item.Cursor} shows the number that was found");
            }
            return 0;
        });
    }

    [Test]
    public void Dead_is_the_unit_that_the_rectifier_switched_off()
    {
        With("residual", trace =>
        {
            StepFind unit = StepFinds.Find(trace, "dead").Single();
            Assert.That(unit.Text, Does.Contain("unit 3"));
            Assert.That(trace.Tape[trace.Find(unit.Cursor.Frame)!.Node].Op.Name, Does.StartWith("relu"));
            return 0;
        });
    }

    [Test]
    public void Nan_is_where_numbers_first_went_wrong()
    {
        string expected = With("nan", trace => StepOrigin.Find(trace)!.Cursor.ToString());
        Assert.That(Cursors("nan", "nan"), Is.EqualTo(new[] { expected }));
        Assert.That(Cursors("nan"), Is.Empty, "all is finite here");
    }

    [Test]
    public void The_name_of_a_tensor_leads_to_its_finished_gradient()
    {
        StepFind found = With("residual", trace => StepFinds.Find(trace, " x ").Single());
        Assert.That((found.Cursor.ToString(), found.Text), Is.EqualTo(("0:b0?tensor=x", "∂L/∂x")), "rms_norm is the last of its two readers");
    }

    [TestCase("backward cross", "0:b6")]
    [TestCase("B6", "0:b6")]
    [TestCase("update w1", "0:u0")]
    [TestCase("forward relu", "0:f2")]
    [TestCase("no such thing", "")]
    [TestCase("  ", "")]
    public void Other_words_are_all_in_the_frame(string query, string expected) =>
        Assert.That(string.Join(' ', Cursors(query)), Is.EqualTo(expected));

    [Test]
    public void No_more_are_found_than_asked_for() =>
        Assert.That(With("residual", trace => StepFinds.Find(trace, "bwd", 3)), Has.Count.EqualTo(3));
}
