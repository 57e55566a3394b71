using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Autograd.Ops;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Autograd.Inspection.Explanations;

/// <summary>Planted facts are noticed, with their numbers and where they come from; where there is nothing to notice, nothing is said.</summary>
public sealed class ObservationTests
{
    [Test]
    public void A_rectifier_that_is_off_is_named_with_its_input()
    {
        Observation off = Single(new OpExample(_ => new Map<ReluSquared>(), [new(2, 4)]), 0, 3, (inputs, _) => (inputs[0][3], inputs[0][7]) = (-0.3648f, 1f));
        Assert.That(off.Kind, Is.EqualTo("off"));
        Assert.That(off.Text, Is.EqualTo("dx[0,3] is exactly 0: relu² was off (x[0,3] = −0.3648 < 0)"));
        Assert.That((off.CauseInput, off.CauseElement), Is.EqualTo((0, 3)));
    }

    [Test]
    public void A_unit_that_is_off_for_every_token_is_dead()
    {
        Observation dead = Single(new OpExample(_ => new Map<Relu>(), [new(2, 4)]), 0, 3, (inputs, _) => (inputs[0][3], inputs[0][7]) = (-1f, 0f));
        Assert.That(dead.Kind, Is.EqualTo("dead unit"));
        Assert.That(dead.Text, Does.EndWith("it is off for all 2 tokens, so nothing flows through unit 3"));
    }

    [Test]
    public void An_active_rectifier_gets_no_remark() =>
        Assert.That(All(new OpExample(_ => new Map<Relu>(), [new(4)]), 0, 1, (inputs, _) => inputs[0][1] = 0.5f), Is.Empty);

    [Test]
    public void A_saturated_function_is_named_with_its_slope()
    {
        Observation saturated = Single(new OpExample(_ => new Map<Tanh>(), [new(4)]), 0, 2, (inputs, _) => inputs[0][2] = 4f);
        Assert.That(saturated.Kind, Is.EqualTo("saturated"));
        Assert.That(saturated.Text, Is.EqualTo("tanh is saturated: at x[2] = 4 its slope is 0.00134095, so 0.1341 % of the gradient passes"));
        Assert.That(All(new OpExample(_ => new Map<Sigmoid>(), [new(4)]), 0, 2, (inputs, _) => inputs[0][2] = 0f), Is.Empty);
    }

    [Test]
    public void An_overflow_and_a_flat_place_are_named()
    {
        Assert.That(Single(new OpExample(_ => new Map<Exp>(), [new(2)]), 0, 1, (inputs, _) => inputs[0][1] = 89f).Text, Is.EqualTo("exp or its slope at x[1] = 89 is more than float32 holds (3.40282e38)"));
        Assert.That(Single(new OpExample(_ => new Map<Log>(), [new(2)]), 0, 1, (inputs, _) => inputs[0][1] = 0f).Kind, Is.EqualTo("overflow"));
        Assert.That(Single(new OpExample(_ => new Map<Square>(), [new(2)]), 0, 1, (inputs, _) => inputs[0][1] = 0f).Text, Is.EqualTo("dx[1] is exactly 0: the slope of x² at x[1] = 0 is 0"));
    }

    [Test]
    public void No_gradient_from_above_is_said_and_points_upwards()
    {
        Observation zero = Single(new OpExample(_ => new Add(), [new(2, 2), new(2, 2)]), 1, 2, (_, dy) => dy[2] = 0);
        Assert.That(zero, Is.EqualTo(new Observation("zero upstream", "no gradient arrives: dy[1,0] is exactly 0", Observation.Upstream, 2)));
    }

    [Test]
    public void A_weight_whose_output_gets_no_gradient_says_so()
    {
        Observation zero = Single(new OpExample(_ => new MatMul(), [new(2, 3), new(2, 3)]), 1, 4, (_, dy) => dy[1] = dy[3] = 0);
        Assert.That(zero.Text, Does.StartWith("row 1 of dW is exactly 0: no gradient arrives at output 1"));
        Assert.That((zero.CauseInput, zero.CauseElement), Is.EqualTo((Observation.Upstream, 1)));
    }

    [Test]
    public void A_weight_whose_input_is_dead_says_so()
    {
        Observation dead = Single(new OpExample(_ => new MatMul(), [new(2, 3), new(2, 3)]), 1, 4, (inputs, _) => inputs[0][1] = inputs[0][4] = 0);
        Assert.That(dead, Is.EqualTo(new Observation("dead input", "column 1 of dW is exactly 0: input 1 is 0 for every token", 0, 1)));
    }

    [Test]
    public void A_dropped_element_is_named()
    {
        RandomStream stream = new(7, 11);
        int dropped = Enumerable.Range(0, 99).First(i => CounterRandom.Uniform(stream, (ulong)i) < 0.3f), kept = Enumerable.Range(0, 99).First(i => CounterRandom.Uniform(stream, (ulong)i) >= 0.3f);
        OpExample example = new(_ => new Dropout(0.3f) { Stream = stream }, [new(99)]);
        Assert.That(Single(example, 0, dropped).Text, Is.EqualTo($"dx[{dropped}] is exactly 0: dropout dropped this element in this step (30 % of all)"));
        Assert.That(All(example, 0, kept), Is.Empty);
    }

    [Test]
    public void Unused_and_repeated_tokens_are_named()
    {
        OpExample example = new(backend => new Embedding(Embedding.Ids(backend, 2, 3, [4, 0, 4, 2, 1, 4])), [new(5, 7)]);
        Assert.That(Single(example, 0, 3 * 7).Text, Is.EqualTo("id 3 does not occur in these 6 places: its row of the table gets no gradient"));
        Assert.That(Single(example, 0, 4 * 7).Text, Is.EqualTo("id 4 occurs 3 times (sequence 0, token 0, sequence 0, token 2, sequence 1, token 2): their gradients add up"));
        Assert.That(All(example, 0, 0), Is.Empty);
    }

    [Test]
    public void A_position_without_a_token_is_named()
    {
        OpExample example = new(_ => new AddPositions { FirstPosition = 2 }, [new(2, 3, 5), new(7, 5)]);
        Assert.That(Single(example, 1, 5).Text, Is.EqualTo("no token stands at position 1: its row gets no gradient (this batch has positions 2 to 4)"));
        Assert.That(All(example, 1, 10), Is.Empty);
    }

    [Test]
    public void A_saturated_softmax_names_its_winner()
    {
        Observation saturated = Single(new OpExample(_ => new Softmax(), [new(2, 3)]), 0, 3, (inputs, _) => inputs[0][5] = 20);
        Assert.That(saturated.Kind, Is.EqualTo("saturated"));
        Assert.That(saturated.CauseElement, Is.EqualTo(5));
        Assert.That(saturated.Text, Does.Contain("y[1,2] = 1,"));
    }

    [Test]
    public void A_zero_factor_and_a_closed_gate_are_named()
    {
        Assert.That(Single(new OpExample(_ => new Multiply(), [new(2), new(2)]), 0, 1, (inputs, _) => inputs[1][1] = 0).Text, Is.EqualTo("da[1] is exactly 0: the other factor b[1] is 0"));
        Assert.That(Single(new OpExample(_ => new Gate<Silu>(), [new(2), new(2)]), 1, 1, (inputs, _) => inputs[0][1] = -9).Kind, Is.EqualTo("closed gate"));
    }

    private static Observation Single(OpExample example, int input, int element, Action<float[][], float[]>? prepare = null)
    {
        Observation[] found = All(example, input, element, prepare);
        Assert.That(found, Has.Length.EqualTo(1));
        return found[0];
    }

    private static Observation[] All(OpExample example, int input, int element, Action<float[][], float[]>? prepare = null)
    {
        using CpuBackend backend = new(threads: 1);
        using ExplainedRun run = new(backend, example, prepare: prepare);
        return [.. run.Explainer.Observe(run.Values, input, element)];
    }
}
