using System.Xml.Linq;
using PureLlm.Autograd;
using PureLlm.Autograd.Inspection;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Autograd.Inspection.Explanations;

/// <summary>What every explanation of a gradient promises: the terms add up to what the kernels made and to what a finite difference finds.</summary>
[TestFixture]
public sealed class NoLiesTests
{
    /// <summary>Random shapes for each op.</summary>
    private const int Shapes = 8;

    /// <summary>Largest |Σ terms − difference| / largest |difference|. The terms read float32 values that the kernels kept.</summary>
    private const double DifferenceTolerance = 2e-6;

    private static readonly int[] ThreadCounts = [1, 2];

    private static readonly CpuBackend Naming = new(threads: 1);

    private static IEnumerable<TestCaseData> Examples =>
        OpCatalog.Examples.Select(entry => new TestCaseData(entry.Example).SetArgDisplayNames($"{entry.Example.Op(Naming).Name} {entry.Example.Label}".Trim()));

    private static IEnumerable<Type> OpTypes => typeof(Op).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Op)) && !type.IsAbstract);

    private static IEnumerable<TestCaseData> RandomOps =>
        from type in RandomExamples.Types from seed in Enumerable.Range(1, Shapes) select new TestCaseData(type, seed).SetArgDisplayNames(type.Name, $"{seed}");

    [TestCaseSource(nameof(Examples))]
    public void Terms_add_up_to_the_kernels_gradient_and_to_the_difference(OpExample example) => Check(example, seed: 1);

    [TestCaseSource(nameof(RandomOps))]
    public void Terms_add_up_at_random_shapes(Type op, int seed) => Check(RandomExamples.Make(op, (ulong)seed), (ulong)seed);

    [TestCaseSource(nameof(Examples))]
    public void Terms_add_up_where_functions_are_flat_tiny_or_overflow(OpExample example)
    {
        using CpuBackend backend = new(threads: 1);
        bool isFunction = example.Op(backend).GetType().IsGenericType;
        using ExplainedRun run = new(backend, isFunction ? example with { Low = -130f, High = 130f } : example with { Low = 20f * example.Low, High = 20f * example.High }, seed: 3);
        foreach (int input in run.Explained)
        {
            double[] share = run.Share(input);
            for (int element = 0; element < share.Length; element++)
            {
                TermSum sum = run.Compare(input, element, share[element]);
                Assert.That(sum.Passed, $"{run.Node.Op.Name}, input {input}, element {element}: {sum}");
            }
        }
    }

    [TestCaseSource(nameof(OpTypes))]
    public void Every_op_is_explained_and_tried_at_random_shapes(Type op)
    {
        Assert.That(RandomExamples.Types, Does.Contain(op));
        using CpuBackend backend = new(threads: 1);
        Assert.That(() => OpExplainers.For(RandomExamples.Make(op, 1).Op(backend)), Throws.Nothing);
    }

    [TestCaseSource(nameof(Examples))]
    public void Rules_end_in_the_sum_of_the_terms(OpExample example)
    {
        using CpuBackend backend = new(threads: 1);
        using ExplainedRun run = new(backend, example);
        foreach (int input in run.Explained)
        {
            for (int element = 0; element < run.Inputs[input].Shape.Length; element++)
            {
                double sum = run.Explainer.Terms(run.Values, input, element).Sum(term => term.Value);
                IReadOnlyList<Quantity> rule = run.Explainer.Rule(run.Values, input, element);
                Assert.That(rule[^1].Value, Is.EqualTo(sum).Within(1e-12 + (1e-9 * Math.Abs(sum))), $"input {input}, element {element}: {rule[^1]}");
                Assert.That(rule.All(line => line.Name.Length > 0 && line.Expression.Length > 0));
            }
        }
    }

    [TestCaseSource(nameof(Examples))]
    public void Forward_rules_end_in_the_kernels_output(OpExample example)
    {
        using CpuBackend backend = new(threads: 1);
        using ExplainedRun run = new(backend, example);
        float[] y = run.Values.Output.ToArray();
        double scale = y.Max(Math.Abs);
        for (int element = 0; element < y.Length; element++)
        {
            IReadOnlyList<Quantity> rule = run.Explainer.ForwardRule(run.Values, element);
            Assert.That(rule[^1].Value, Is.EqualTo(y[element]).Within(2e-6 * scale), $"element {element}: {rule[^1]}");
            Assert.That(rule.All(line => line.Name.Length > 0 && line.Expression.Length > 0));
        }
    }

    [TestCaseSource(nameof(Examples))]
    public void Formulas_symbols_and_sources_are_there(OpExample example)
    {
        using CpuBackend backend = new(threads: 1);
        using ExplainedRun run = new(backend, example);
        List<Formula> formulas = [run.Explainer.Forward(run.Values)];
        foreach (int input in run.Explained)
        {
            formulas.Add(run.Explainer.Backward(run.Values, input));
            string symbol = run.Explainer.Symbol(run.Values, input);
            Assert.That(formulas[^1].Unicode, Does.StartWith($"d{symbol}").Or.StartWith($"∂{symbol}"), "the rule is that of this input");
            Assert.That(formulas[0].Unicode, Does.Contain(symbol));
            IReadOnlyList<SourcePlace> places = run.Explainer.Source(run.Values, input);
            Assert.That(places[0].Path, Does.StartWith("Autograd/Ops/"));
            Assert.That(places.Any(place => place.Path.StartsWith("Kernels/", StringComparison.Ordinal)), "the kernel is shown too");
            foreach (SourcePlace place in places) { Assert.That(SourceFiles.Read(place.Path)[place.Line - 1], Does.EndWith(place.Text[0])); }
            foreach (Term term in run.Explainer.Terms(run.Values, input, 0))
            {
                Assert.That(term.Label, Is.Not.Empty);
                Assert.That(term.Factors, Is.Not.Empty.And.All.Matches<Factor>(factor => factor.Name.Length > 0));
            }
        }
        foreach (Formula formula in formulas)
        {
            Assert.That(NotationSymbols.OfMathMl(formula.MathMl), Is.EquivalentTo(NotationSymbols.OfUnicode(formula.Unicode)), formula.MathMl);
            Assert.That(NotationSymbols.OfLatex(formula.Latex), Is.EquivalentTo(NotationSymbols.OfUnicode(formula.Unicode)), formula.Latex);
            Assert.That(XElement.Parse(formula.MathMl).Name.LocalName, Is.EqualTo("math"));
        }
    }

    [TestCaseSource(nameof(Examples))]
    public void Values_that_are_not_finite_are_explained_too(OpExample example)
    {
        float[] planted = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, float.MaxValue, 1e-42f];
        using CpuBackend backend = new(threads: 1);
        foreach (float value in planted)
        {
            using ExplainedRun run = new(backend, example, prepare: (inputs, dy) =>
            {
                foreach (float[] input in inputs) { input[input.Length / 2] = value; }
                dy[^1] = value;
            });
            foreach (int input in run.Explained)
            {
                for (int element = 0; element < run.Inputs[input].Shape.Length; element += Math.Max(1, run.Inputs[input].Shape.Length / 20))
                {
                    string[] texts =
                    [
                        .. run.Explainer.Rule(run.Values, input, element).SelectMany(line => new[] { line.Name, line.Expression }),
                        .. run.Explainer.Terms(run.Values, input, element).Select(term => term.Label),
                        .. run.Explainer.Observe(run.Values, input, element).SelectMany(remark => new[] { remark.Kind, remark.Text }),
                    ];
                    Assert.That(texts, Is.Not.Empty.And.All.Not.Empty);
                    Assert.That(string.Concat(texts), Does.Not.Contain("Infinity").And.Not.Contain("E-"));
                    Assert.That(run.Explainer.Describe(run.Values, input, element), Is.Not.Null);
                }
            }
            for (int element = 0; element < run.Values.OutputShape.Length; element++) { Assert.That(run.Explainer.ForwardRule(run.Values, element), Is.Not.Empty); }
        }
    }

    private static void Check(OpExample example, ulong seed)
    {
        foreach (int threads in ThreadCounts)
        {
            foreach (float start in (float[])[0f, 3f])
            {
                using CpuBackend backend = new(threads);
                using ExplainedRun run = new(backend, example, seed, start);
                foreach (int input in run.Explained) { CheckInput(run, input, withDifference: threads == 1 && start == 0); }
            }
        }
    }

    private static void CheckInput(ExplainedRun run, int input, bool withDifference)
    {
        double[] share = run.Share(input), sums = new double[share.Length], differences = new double[share.Length];
        for (int element = 0; element < share.Length; element++)
        {
            TermSum sum = run.Compare(input, element, share[element]);
            Assert.That(sum.Passed, $"{run.Node.Op.Name} {run.Node.Output.Shape}, input {input}, element {element}: {sum}");
            sums[element] = sum.Sum;
            if (withDifference) { differences[element] = run.Difference(input, element); }
        }
        if (!withDifference) { return; }
        double scale = Math.Max(differences.Max(Math.Abs), 1e-3);
        for (int element = 0; element < share.Length; element++)
        {
            Assert.That(sums[element], Is.EqualTo(differences[element]).Within(DifferenceTolerance * scale), $"{run.Node.Op.Name}, input {input}, element {element}");
        }
    }
}
