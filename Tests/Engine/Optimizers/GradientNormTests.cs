using PureLlm.Engine.Optimizers;

namespace PureLlm.Tests.Engine.Optimizers;

public class GradientNormTests
{
    [Test]
    public void The_norm_is_over_all_parameters_together()
    {
        using var slabs = new Slabs(("w", [70, 50]), ("norm", [9]), ("bias", [50]));
        using var norm = new GradientNorm(slabs.Backend, slabs.Parameters);
        double[] g = slabs.DrawGradients();
        Assert.That(norm.Measure(), Is.EqualTo(Math.Sqrt(g.Sum(x => x * x))).Within(1e-5));
    }

    [TestCase(0.5, 1.0, 1.0)]
    [TestCase(1.0, 1.0, 1.0)]
    [TestCase(4.0, 1.0, 1 / (4.0 + 1e-6))]
    [TestCase(4.0, 0.0, 1.0)]
    public void Only_a_larger_norm_is_clipped_and_0_is_off(double norm, double maximum, double expected) =>
        Assert.That(GradientNorm.ClipScale(norm, maximum), Is.EqualTo(expected).Within(1e-15));

    [Test]
    public void A_clipped_gradient_has_the_largest_allowed_norm()
    {
        using var slabs = new Slabs(("w", [40, 50]));
        using var norm = new GradientNorm(slabs.Backend, slabs.Parameters);
        slabs.DrawGradients(size: 10);
        slabs.Backend.Scale(slabs.Parameters.Gradients, slabs.Parameters.Gradients, (float)GradientNorm.ClipScale(norm.Measure(), 1));
        Assert.That(norm.Measure(), Is.EqualTo(1).Within(1e-5));
    }
}
