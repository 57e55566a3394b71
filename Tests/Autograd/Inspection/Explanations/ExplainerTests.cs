using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Autograd.Ops;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Autograd.Inspection.Explanations;

/// <summary>What a learner reads, to the letter.</summary>
public sealed class ExplainerTests
{
    [Test]
    public void A_weight_of_a_matrix_product_is_a_sum_over_the_tokens()
    {
        using CpuBackend backend = new(threads: 1);
        using ExplainedRun run = new(backend, new OpExample(_ => new MatMul(), [new(2, 3), new(4, 3)]), prepare: (inputs, dy) =>
        {
            (inputs[0][2], inputs[0][5]) = (-1.5f, 0.25f);
            (dy[1], dy[5]) = (0.5f, 2f);
        });
        Assert.That(run.Explainer.Forward(run.Values).Unicode, Is.EqualTo("y = x·Wᵀ,  y[t,n] = Σ_k x[t,k]·W[n,k]"));
        Assert.That(run.Explainer.Backward(run.Values, 1).Unicode, Is.EqualTo("dW = dyᵀ·x,  dW[n,k] = Σ_t dy[t,n]·x[t,k]"));
        Assert.That(run.Explainer.Rule(run.Values, 1, 5), Is.EqualTo(new Quantity[] { new("dW[1,2]", "Σ_t dy[t,1]·x[t,2]", -0.25), new("dW[1,2]", "0.5·(−1.5) + 2·0.25", -0.25) }));
        IReadOnlyList<Term> terms = run.Explainer.Terms(run.Values, 1, 5);
        Assert.That(terms.Select(term => term.Label), Is.EqualTo(new[] { "token 0", "token 1" }));
        Assert.That(terms[0].Factors, Is.EqualTo(new Factor[] { new("dy[0,1]", 0.5), new("x[0,2]", -1.5) }));
        Assert.That(run.Explainer.Describe(run.Values, 1, 5), Is.EqualTo("from input 2 to output 1"));
    }

    [Test]
    public void A_long_sum_shows_its_first_terms_and_counts_the_others()
    {
        using CpuBackend backend = new(threads: 1);
        using ExplainedRun run = new(backend, new OpExample(_ => new MatMul(), [new(2, 30, 3), new(4, 3)]));
        Quantity numbers = run.Explainer.Rule(run.Values, 1, 0)[^1];
        Assert.That(numbers.Expression, Does.EndWith(" + … (56 more)"));
        Assert.That(run.Explainer.Rule(run.Values, 1, 0)[0].Expression, Is.EqualTo("Σ_(b,t) dy[b,t,0]·x[b,t,0]"));
        Assert.That(run.Explainer.Terms(run.Values, 1, 0)[31].Label, Is.EqualTo("sequence 1, token 1"));
    }

    [Test]
    public void A_function_shows_its_slope_before_its_gradient()
    {
        using CpuBackend backend = new(threads: 1);
        using ExplainedRun run = new(backend, new OpExample(_ => new Map<Silu>(), [new(2)]), prepare: (inputs, dy) => (inputs[0][1], dy[1]) = (0f, -4f));
        Assert.That(run.Explainer.Rule(run.Values, 0, 1), Is.EqualTo(new Quantity[]
        {
            new("σ(x)", "1/(1 + e^(0))", 0.5), new("f′(x[1])", "σ(x)·(1 + x·(1 − σ(x)))", 0.5), new("dx[1]", "dy[1]·f′(x[1])", -2), new("dx[1]", "−4·0.5", -2),
        }));
    }

    [Test]
    public void A_scalar_has_no_indices()
    {
        using CpuBackend backend = new(threads: 1);
        using ExplainedRun run = new(backend, new OpExample(_ => new Multiply(), [new(), new()]), prepare: (inputs, dy) => (inputs[0][0], inputs[1][0], dy[0]) = (2f, -3f, 1f));
        Assert.That(run.Explainer.Rule(run.Values, 0, 0), Is.EqualTo(new Quantity[] { new("da", "dy·b", -3), new("da", "1·(−3)", -3) }));
        Assert.That(run.Explainer.ForwardRule(run.Values, 0), Is.EqualTo(new Quantity[] { new("y", "a·b", -6), new("y", "2·(−3)", -6) }));
    }

    [Test]
    public void A_tensor_that_is_both_inputs_gets_the_terms_of_both()
    {
        using CpuBackend backend = new(threads: 1);
        using TensorBuffer memory = backend.Allocate(4);
        View data = new(memory, 0, 2);
        backend.Write([3f, -5f], data);
        Tensor x = new("x", new Shape(2), data, new View(memory, 2, 2));
        using Tape tape = new(backend);
        Tensor y = tape.Apply(new Multiply(), x, x);
        foreach (Node _ in tape.BackwardSteps(y, data)) { }
        NodeValues values = new(backend, tape[0]);
        OpExplainer explainer = OpExplainers.For(tape[0].Op);
        Assert.That(explainer.Terms(values, 0, 1).Sum(term => term.Value), Is.EqualTo(25), "through one of the two");
        IReadOnlyList<Term> terms = explainer.TensorTerms(values, 0, 1);
        Assert.That(terms.Select(term => term.Label), Is.EqualTo(new[] { "as a: times the other", "as b: times the other" }));
        Assert.That(TermSum.Compare(explainer, values, 0, 1, terms, x.Grad.Span[1]).Passed);
        Assert.That(x.Grad.Span[1], Is.EqualTo(50));
        Assert.That(explainer.TensorRule(values, 0, 1)[^1], Is.EqualTo(new Quantity("da[1] + db[1]", "25 + 25", 50)));
    }

    [TestCase(-1.568934, "−1.56893")]
    [TestCase(0.5, "0.5")]
    [TestCase(0, "0")]
    [TestCase(-3.21e-7, "−3.21e−7")]
    [TestCase(1234567, "1234567")]
    [TestCase(12345678, "1.23457e7")]
    [TestCase(double.NaN, "NaN")]
    [TestCase(double.NegativeInfinity, "−∞")]
    public void Numbers_have_six_digits_and_a_real_minus(double value, string expected) => Assert.That(NumberText.Of(value), Is.EqualTo(expected));
}
