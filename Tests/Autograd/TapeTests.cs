using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Autograd;

[TestFixture]
public sealed class TapeTests
{
    private CpuBackend backend = null!;
    private TensorBuffer memory = null!;
    private int used;

    [SetUp]
    public void SetUp()
    {
        backend = new CpuBackend(1);
        memory = backend.Allocate(4096);
        used = 0;
    }

    [TearDown]
    public void TearDown()
    {
        memory.Dispose();
        backend.Dispose();
    }

    [Test]
    public void A_tensor_with_two_consumers_gets_the_sum_of_both_gradients()
    {
        using Tape tape = new(backend);
        Tensor x = Leaf("x", new Shape(1), 3f);
        Tensor y = tape.Apply(new Add(), tape.Apply(new Multiply(), x, x), tape.Apply(new Scale(5f), x));
        tape.Backward(y);
        Assert.That(y.Data.Span[0], Is.EqualTo(24f));
        Assert.That(x.Grad.Span[0], Is.EqualTo(11f), "d(x² + 5x)/dx at 3");
    }

    [Test]
    public void Activation_gradients_are_cleared_between_passes_and_leaf_gradients_are_not()
    {
        using Tape tape = new(backend);
        Tensor x = Leaf("x", new Shape(1), 3f);
        Scale scale = new(5f);
        for (int pass = 1; pass <= 3; pass++)
        {
            tape.Reset();
            Tensor y = tape.Apply(scale, x);
            tape.Backward(y);
            Assert.That(y.Grad.Span[0], Is.EqualTo(1f));
            Assert.That(x.Grad.Span[0], Is.EqualTo(5f * pass));
        }
    }

    [Test]
    public void Backward_steps_come_in_reverse_order_and_skip_what_the_loss_does_not_use()
    {
        using Tape tape = new(backend);
        Tensor x = Leaf("x", new Shape(1), 2f);
        Tensor first = tape.Apply(new Scale(2f), x);
        tape.Apply(new Scale(7f), x);
        Tensor loss = tape.Apply(new Multiply(), first, first);
        List<int> order = [];
        foreach (Node node in tape.BackwardSteps(loss)) { order.Add(node.Index); }
        Assert.That(order, Is.EqualTo(new[] { 2, 0 }));
        Assert.That(x.Grad.Span[0], Is.EqualTo(16f));
    }

    [Test]
    public void An_observer_sees_every_node_forward_and_backward()
    {
        using Tape tape = new(backend);
        Recorder recorder = new();
        tape.Observer = recorder;
        tape.Scope = "blocks.0";
        Tensor x = Leaf("x", new Shape(1), 2f);
        tape.Backward(tape.Apply(new Multiply(), tape.Apply(new Scale(2f), x), x));
        Assert.That(recorder.Seen, Is.EqualTo(new[] { "f0", "f1", "b1", "b0" }));
        Assert.That(tape[0].Scope, Is.EqualTo("blocks.0"));
    }

    [Test]
    public void A_tape_that_does_not_record_gives_no_gradients_and_refuses_backward()
    {
        using Tape tape = new(backend, records: false);
        Tensor y = tape.Apply(new Scale(2f), Leaf("x", new Shape(1), 2f));
        Assert.That(y.NeedsGradient, Is.False);
        Assert.That(() => tape.Backward(y), Throws.InvalidOperationException.With.Message.Contains("records = true"));
    }

    [Test]
    public void Backward_from_a_matrix_is_refused()
    {
        using Tape tape = new(backend);
        Tensor y = tape.Apply(new Scale(2f), Leaf("x", new Shape(2, 2), 2f));
        Assert.That(() => tape.Backward(y), Throws.InvalidOperationException.With.Message.Contains("scalar"));
    }

    [Test]
    public void Shapes_that_disagree_are_named_with_both_tensors()
    {
        using Tape tape = new(backend);
        Tensor x = Leaf("blocks.0.x", new Shape(2, 3, 8), 1f), w = Leaf("blocks.0.norm.weight", new Shape(16), 1f);
        Assert.That(() => tape.Apply(new RmsNorm(), x, w), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "rms_norm: 'blocks.0.x' [2, 3, 8] and 'blocks.0.norm.weight' [16] must agree on the last dimension."));
    }

    [Test]
    public void A_shape_that_changes_reuses_the_memory_when_it_fits()
    {
        using Tape tape = new(backend);
        Scale scale = new(2f);
        tape.Apply(scale, Leaf("large", new Shape(64), 1f));
        long held = tape.FloatsHeld;
        tape.Reset();
        Tensor y = tape.Apply(scale, Leaf("small", new Shape(3), 4f));
        Assert.That(tape.FloatsHeld, Is.EqualTo(held));
        Assert.That(y.Data.Span.ToArray(), Is.EqualTo(new[] { 8f, 8f, 8f }));
    }

    [Test]
    public void Ops_that_share_scratch_keep_it_when_it_grows()
    {
        using Tape tape = new(backend);
        Tensor small = tape.Apply(Loss(1, 3), Leaf("small", new Shape(1, 5), 1f));
        Tensor large = tape.Apply(Loss(4, 2), Leaf("large", new Shape(4, 90), 1f));
        tape.Backward(tape.Apply(new Add(), small, large));
        Assert.That(small.Data.Span[0], Is.EqualTo(MathF.Log(5)).Within(1e-6f));
        Assert.That(large.Data.Span[0], Is.EqualTo(MathF.Log(90)).Within(1e-5f));
    }

    [Test]
    public void A_default_shape_is_a_scalar()
    {
        Assert.That(default(Shape).Length, Is.EqualTo(1));
        Assert.That(new Shape(), Is.EqualTo(default(Shape)));
        Assert.That(new Shape(2, 3, 8).ToString(), Is.EqualTo("[2, 3, 8]"));
        Assert.That(() => new Shape(64, 1024, 50257), Throws.ArgumentException.With.Message.Contains("chunks"));
    }

    private CrossEntropy Loss(int rows, int target)
    {
        Tokens tokens = new(backend, 1, rows);
        tokens.Set([.. Enumerable.Repeat(target, rows)]);
        return new CrossEntropy(tokens);
    }

    private Tensor Leaf(string name, Shape shape, float value)
    {
        View data = new(memory, used, shape.Length), grad = new(memory, used + shape.Length, shape.Length);
        used += 2 * shape.Length;
        backend.Fill(data, value);
        return new Tensor(name, shape, data, grad);
    }

    private sealed class Recorder : ITapeObserver
    {
        public List<string> Seen { get; } = [];

        public void OnForward(Node node) => Seen.Add($"f{node.Index}");

        public void OnBackward(Node node) => Seen.Add($"b{node.Index}");
    }
}
