using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Inspection.Sources;

public sealed class DemoSourceTests
{
    private static string[] Names => [.. DemoSource.All.Select(demo => demo.Name)];

    [Test]
    public void The_residual_block_has_the_gradient_that_its_readers_look_for()
    {
        using CpuBackend backend = new(1);
        using DemoSource source = new("residual", backend);
        using StepTrace trace = new(source.Open(0));
        float[] w1 = trace.Gradient(trace.FindTensor("W1")!.Tensor);
        Assert.That(w1[(2 * 4) + 1], Is.EqualTo(-0.30405).Within(5e-6));
        Assert.That(w1.Max(MathF.Abs), Is.EqualTo(-w1[(2 * 4) + 1]), "it is the largest, so the viewer begins with it");
        Assert.That(w1[12..], Is.All.EqualTo(0f), "unit 3 is off");
        Assert.That(trace.Loss, Is.EqualTo(1.561419).Within(1e-6));
        Assert.That(trace.FindTensor("x")!.Contributors.Count(), Is.EqualTo(2), "the way around and the norm");
        Assert.That(trace.Read(trace.FindTensor("n")!.Tensor.Data)[1], Is.EqualTo(-1.56893).Within(5e-6));
    }

    [TestCaseSource(nameof(Names))]
    public void Gradients_of_a_demo_are_those_of_float64(string name)
    {
        using CpuBackend backend = new(1);
        using DemoSource source = new(name, backend);
        using StepTrace trace = new(source.Open(0));
        foreach (TraceTensor tensor in trace.Tensors.Where(tensor => tensor.Tensor.NeedsGradient && tensor.Producer < 0 && double.IsFinite(trace.Loss)))
        {
            float[] gradient = trace.Gradient(tensor.Tensor);
            double largest = Math.Max(1e-3, gradient.Max(MathF.Abs));
            for (int i = 0; i < gradient.Length; i++)
            {
                Assert.That(gradient[i], Is.EqualTo(trace.Twin.Derivative(trace.LossTensor, tensor.Tensor, i, 1e-5)).Within(1e-5 * largest), $"{tensor.Id}[{i}]");
            }
        }
    }

    [TestCaseSource(nameof(Names))]
    public void A_later_step_is_the_same_each_time_and_other_than_the_first(string name)
    {
        using CpuBackend backend = new(1);
        using DemoSource source = new(name, backend);
        using StepTrace first = new(source.Open(0)), later = new(source.Open(5)), again = new(source.Open(5));
        Assert.That(later.Subject.Step, Is.EqualTo(5));
        Assert.That(later.Loss, Is.EqualTo(again.Loss));
        Assert.That(later.Loss, first.Subject.Optimizer is null || double.IsNaN(first.Loss) || double.IsInfinity(first.Loss) ? Is.EqualTo(first.Loss) : Is.Not.EqualTo(first.Loss));
    }

    [Test]
    public void An_unknown_name_and_a_missing_step_say_what_there_is()
    {
        using CpuBackend backend = new(1);
        Assert.That(() => new DemoSource("residul", backend), Throws.ArgumentException.With.Message.Contains("did you mean residual?"));
        using DemoSource source = new("residual", backend);
        Assert.That(() => source.Open(101), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.EqualTo("demo residual has steps 0 to 100, not 101."));
    }
}
