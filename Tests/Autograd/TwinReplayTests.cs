using PureLlm.Autograd;
using PureLlm.Autograd.Inspection;
using PureLlm.Autograd.Ops;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Autograd;

public sealed class TwinReplayTests
{
    [Test]
    public void The_derivative_of_a_product_is_the_other_factor()
    {
        using CpuBackend backend = new(threads: 1);
        using TensorBuffer memory = backend.Allocate(64);
        Tensor a = Scalar(backend, memory, 0, 3f), b = Scalar(backend, memory, 16, 5f), unused = Scalar(backend, memory, 32, 1f);
        using Tape tape = new(backend);
        Tensor product = tape.Apply(new Multiply(), a, b), square = tape.Apply(new Multiply(), product, product);
        TwinReplay twin = new(tape);
        Assert.That(twin.ValuesOf(square)[0], Is.EqualTo(225));
        Assert.That(twin.Derivative(product, a, 0, 1e-5), Is.EqualTo(5).Within(1e-8));
        Assert.That(twin.Derivative(square, a, 0, 1e-5), Is.EqualTo(2 * 15 * 5).Within(1e-6), "through both uses of the product");
        Assert.That(twin.Derivative(square, b, 0, 1e-5), Is.EqualTo(2 * 15 * 3).Within(1e-6), "the first change was taken back");
        Assert.That(() => twin.Derivative(square, unused, 0, 1e-5), Throws.ArgumentException.With.Message.Contains("took no part"));
    }

    [Test]
    public void A_backward_pass_that_is_wrong_is_found()
    {
        using CpuBackend backend = new(threads: 1);
        IReadOnlyList<GradientCheckResult> results = GradientCheck.Run(backend, new OpExample(_ => new WrongScale(), [new Shape(5)]));
        Assert.That(results.Select(result => result.Passes()), Is.EqualTo(new[] { true, false }), "the result is right, its gradient is not");
        Assert.That(results[1].RelativeError, Is.EqualTo(0.001).Within(1e-4));
    }

    /// <summary>y = 2x whose gradient is a thousandth too small.</summary>
    private sealed class WrongScale : Op
    {
        public override string Name => "wrong_scale";

        public override Shape OutputShape(ReadOnlySpan<Tensor> inputs) => inputs[0].Shape;

        public override void Forward(Backend backend, Node node) => backend.Scale(node.Inputs[0].Data, node.Output.Data, 2f);

        public override void Backward(Backend backend, Node node) => backend.Accumulate(node.Output.Grad, node.Inputs[0].Grad, 1.998f);

        public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes) => Array.ConvertAll(inputs[0], value => 2 * value);
    }

    private static Tensor Scalar(Backend backend, TensorBuffer memory, int offset, float value)
    {
        View view = new(memory, offset, 1);
        backend.Write([value], view);
        return new Tensor($"x{offset}", new Shape(1), view, new View(memory, offset + 1, 1));
    }
}
