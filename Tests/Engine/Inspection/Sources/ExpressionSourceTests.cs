using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;
using PureLlm.Engine.Inspection.Sources.Expressions;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Inspection.Sources;

public sealed class ExpressionSourceTests
{
    [TestCase("L = (a*b + c).tanh()", "tanh(a*b + c)")]
    [TestCase("a - b/c", "")]
    [TestCase("a^2 + b^3 - c^-1 + a^7", "")]
    [TestCase("a^0.5 + c**1.5 + a^b", "")]
    [TestCase("1/a + 2/b + c/4 - 3", "")]
    [TestCase("exp(a)*log(c) + sqrt(a) + abs(b) + square(b)", "")]
    [TestCase("sigmoid(a) + silu(b) + gelu(c) + relu(a) + relu2(c) + tanh(b)", "")]
    [TestCase("d = a*b; e = d + c; f = d*e; L = f.tanh() + d", "")]
    [TestCase("L = 2*3*a*(1+1) - (-b) - -2*c", "")]
    [TestCase("a*a*a + b + c", "")]
    public void Value_and_gradients_are_those_of_float64(string text, string shown)
    {
        using CpuBackend backend = new(1);
        using ExpressionSource source = new(text, ["a=0.7", "b=-0.4", "c=1.3"], backend);
        using StepTrace trace = new(source.Open(0));
        foreach (string name in new[] { "a", "b", "c" })
        {
            TraceTensor tensor = trace.FindTensor(name)!;
            double expected = trace.Twin.Derivative(trace.LossTensor, tensor.Tensor, 0, 1e-6);
            Assert.That(trace.Gradient(tensor.Tensor)[0], Is.EqualTo(expected).Within(1e-5 * Math.Max(1, Math.Abs(expected))), name);
            Assert.That(expected, Is.Not.Zero, name);
        }
        Assert.That(trace.Loss, Is.EqualTo(trace.Twin.ValuesOf(trace.LossTensor)[0]).Within(1e-5));
        Assert.That(trace.FindTensor("L"), Is.Not.Null);
        Assert.That(shown, Is.Empty.Or.EqualTo("tanh(a*b + c)"));
    }

    [Test]
    public void The_first_example_has_the_values_that_are_well_known()
    {
        using CpuBackend backend = new(1);
        using ExpressionSource source = new("L = (a*b + c).tanh()", ["a=2", "b=-3", "c=6.8813735870195432"], backend);
        using StepTrace trace = new(source.Open(0));
        Assert.That(trace.Loss, Is.EqualTo(Math.Sqrt(0.5)).Within(1e-6));
        Assert.That(trace.Gradient(trace.FindTensor("a")!.Tensor)[0], Is.EqualTo(-1.5).Within(1e-5));
        Assert.That(trace.Gradient(trace.FindTensor("b")!.Tensor)[0], Is.EqualTo(1.0).Within(1e-5));
        Assert.That(trace.Gradient(trace.FindTensor("c")!.Tensor)[0], Is.EqualTo(0.5).Within(1e-5));
        Assert.That(trace.FindTensor("a*b"), Is.Not.Null, "what has no name is called as it is written");
        Assert.That(trace.FindTensor("a*b + c"), Is.Not.Null);
    }

    [Test]
    public void A_name_that_is_used_twice_has_two_consumers()
    {
        using CpuBackend backend = new(1);
        using ExpressionSource source = new("d = a*b; L = d*d + d", ["a=2", "b=3"], backend);
        using StepTrace trace = new(source.Open(0));
        Assert.That(trace.FindTensor("d")!.Contributors.Count(), Is.EqualTo(2));
        Assert.That(trace.Gradient(trace.FindTensor("d")!.Tensor)[0], Is.EqualTo(13f), "2d + 1");
    }

    [TestCase("a")]
    [TestCase("b = a; L = b")]
    [TestCase("b = a; c = 2; L = b + c")]
    [TestCase("L = a; ")]
    public void A_name_for_a_name_is_a_place_too(string text)
    {
        using CpuBackend backend = new(1);
        using ExpressionSource source = new(text, ["a=3"], backend);
        using StepTrace trace = new(source.Open(0));
        Assert.That(trace.Gradient(trace.FindTensor("a")!.Tensor)[0], Is.EqualTo(1f));
        Assert.That(trace.FindTensor("L")!.Producer, Is.EqualTo(trace.Tape.Count - 1));
    }

    [Test]
    public void Steps_go_down_the_gradient()
    {
        using CpuBackend backend = new(1);
        using ExpressionSource source = new("(a - 3)^2", ["a=1"], backend);
        using StepTrace first = new(source.Open(0)), second = new(source.Open(1)), late = new(source.Open(100));
        Assert.That(first.Loss, Is.EqualTo(4));
        Assert.That(second.Loss, Is.EqualTo(2.56).Within(1e-6), "a = 1 + 0.1·4");
        Assert.That(late.Loss, Is.LessThan(1e-8));
        Assert.That(() => source.Open(101), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [TestCase("a*b", "a=1", "'b' has no value: --set b=1")]
    [TestCase("a*b + c", "a=1", "'b', 'c' have no value: --set b=1 --set c=1")]
    [TestCase("a*b", "a=1;b=2;d=3", "the expression has no name 'd'")]
    [TestCase("weight*b", "weigth=1;b=2", "did you mean weight?")]
    [TestCase("d = a*a; d*2", "a=1;d=2", "'d' is computed by the expression")]
    [TestCase("a*a", "a=x", "a value is written name=number")]
    [TestCase("a*a", "a", "a value is written name=number")]
    [TestCase("a*a", "a=inf", "a value is written name=number")]
    [TestCase("a*a", "a=1;a=2", "'a' has a value already")]
    [TestCase("1 + 2", "", "there is no name in it")]
    [TestCase("d = e; e = a", "a=1", "'e' is used before it has a value")]
    public void A_name_without_a_value_and_a_value_without_a_name_are_refused(string text, string settings, string message)
    {
        using CpuBackend backend = new(1);
        Assert.That(() => new ExpressionSource(text, settings.Split(';', StringSplitOptions.RemoveEmptyEntries), backend), Throws.InstanceOf<FormatException>().With.Message.Contains(message));
    }

    [Test]
    public void A_value_may_have_a_sign_of_any_kind()
    {
        using CpuBackend backend = new(1);
        using ExpressionSource source = new("a*1", ["a=−1.5e0"], backend);
        using StepTrace trace = new(source.Open(0));
        Assert.That(trace.Loss, Is.EqualTo(-1.5));
        Assert.That(new ExpressionException("a$", 1, 1, "no").Marked, Is.EqualTo("a$\n ^"));
    }
}
