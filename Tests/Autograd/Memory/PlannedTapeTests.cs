using PureLlm.Autograd;
using PureLlm.Autograd.Memory;
using PureLlm.Autograd.Ops;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Autograd.Memory;

public class PlannedTapeTests
{
    private readonly Scale half = new(0.5f), five = new(5f);
    private readonly Multiply multiply = new();
    private readonly Add add = new();
    private CpuBackend backend = null!;
    private TensorBuffer memory = null!;
    private Tape tape = null!;
    private Tensor x = null!;

    [SetUp]
    public void SetUp()
    {
        backend = new CpuBackend(1);
        memory = backend.Allocate(64);
        x = new Tensor("x", new Shape(1), new View(memory, 0, 1), new View(memory, 16, 1));
        tape = new Tape(backend, memory: new TapeMemory { Poisons = true });
        backend.Fill(x.Data, 3f);
    }

    [TearDown]
    public void TearDown()
    {
        tape.Dispose();
        memory.Dispose();
        backend.Dispose();
    }

    [Test]
    public void A_value_that_is_asked_for_is_computed_then()
    {
        Tensor y = tape.Apply(five, x);
        backend.Fill(x.Data, 4f);
        Assert.That(tape.FloatsHeld, Is.Zero, "nothing has run yet");
        Assert.That(y.Data.Span[0], Is.EqualTo(20f));
        Assert.That(tape.FloatsHeld, Is.GreaterThan(0));
    }

    [Test]
    public void Gradients_are_those_of_the_formula_in_every_step()
    {
        for (int step = 0; step < 3; step++)
        {
            tape.Reset();
            Tensor y = Formula();
            tape.Backward(y, isFresh: true);
            Assert.That(y.Data.Span[0], Is.EqualTo(24f), "x² + 5x at 3");
            Assert.That(x.Grad.Span[0], Is.EqualTo(11f), "2x + 5 at 3");
        }
    }

    [Test]
    public void Gradients_of_parameters_are_added_to_unless_the_pass_is_fresh()
    {
        tape.Backward(Formula());
        tape.Reset();
        tape.Backward(Formula());
        Assert.That(x.Grad.Span[0], Is.EqualTo(22f));
        tape.Reset();
        tape.Backward(Formula(), isFresh: true);
        Assert.That(x.Grad.Span[0], Is.EqualTo(11f));
    }

    [Test]
    public void A_parameter_that_the_loss_does_not_use_is_not_touched()
    {
        Tensor unused = new("unused", new Shape(1), new View(memory, 32, 1), new View(memory, 48, 1));
        tape.Apply(five, unused);
        tape.Backward(tape.Apply(multiply, x, x), isFresh: true);
        Assert.That(tape.HasTouched(x));
        Assert.That(tape.HasTouched(unused), Is.False);
    }

    [Test]
    public void Another_sequence_of_operations_makes_another_plan()
    {
        Assert.That(Formula().Data.Span[0], Is.EqualTo(24f));
        tape.Reset();
        Tensor other = tape.Apply(add, tape.Apply(multiply, x, x), tape.Apply(half, x));
        Assert.That(other.Data.Span[0], Is.EqualTo(10.5f));
        tape.Backward(other);
        Assert.That(x.Grad.Span[0], Is.EqualTo(6.5f));
        tape.Reset();
        Assert.That(Formula().Data.Span[0], Is.EqualTo(24f));
    }

    [Test]
    public void A_sequence_that_stops_early_or_goes_on_is_planned_again()
    {
        Tensor y = Formula();
        Assert.That(y.Data.Span[0], Is.EqualTo(24f));
        Tensor z = tape.Apply(half, y);
        tape.Backward(z, isFresh: true);
        Assert.That((z.Data.Span[0], x.Grad.Span[0]), Is.EqualTo((12f, 5.5f)));
        tape.Reset();
        tape.Backward(tape.Apply(multiply, x, x), isFresh: true);
        Assert.That(x.Grad.Span[0], Is.EqualTo(6f));
    }

    [Test]
    public void A_tensor_that_enters_twice_gets_both_gradients()
    {
        Tensor y = tape.Apply(half, x);
        tape.Backward(tape.Apply(add, y, y), isFresh: true);
        Assert.That(x.Grad.Span[0], Is.EqualTo(1f));
        tape.Reset();
        Tensor z = tape.Apply(half, x);
        tape.Backward(tape.Apply(multiply, z, z), isFresh: true);
        Assert.That(x.Grad.Span[0], Is.EqualTo(1.5f), "d(x²/4)/dx at 3");
    }

    [Test]
    public void The_backward_pass_begins_at_the_last_tensor()
    {
        Tensor y = tape.Apply(five, x);
        tape.Apply(half, y);
        Assert.That(() => tape.Backward(y), Throws.InvalidOperationException.With.Message.Contains("from its last tensor"));
    }

    [Test]
    public void An_observer_sees_every_operation_once_and_its_values()
    {
        Seen seen = new();
        tape.Observer = seen;
        for (int step = 0; step < 2; step++)
        {
            seen.Events.Clear();
            tape.Reset();
            tape.Backward(Formula(), isFresh: true);
            Assert.That(seen.Events, Is.EqualTo(new[] { "f0 9", "f1 15", "f2 24", "b2 1", "b1 1", "b0 1" }));
        }
    }

    private Tensor Formula() => tape.Apply(add, tape.Apply(multiply, x, x), tape.Apply(five, x));

    private sealed class Seen : ITapeObserver
    {
        public List<string> Events { get; } = [];

        public void OnForward(Node node) => Events.Add($"f{node.Index} {node.Output.Data.Span[0]}");

        public void OnBackward(Node node) => Events.Add($"b{node.Index} {node.Output.Grad.Span[0]}");
    }
}
