using System.Reflection;
using PureLlm.Autograd;
using PureLlm.Autograd.Inspection;
using PureLlm.Autograd.Ops;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;
using PureLlm.Tests.Kernels;

namespace PureLlm.Tests.Autograd;

/// <summary>What every operation promises, checked on every example that it declares.</summary>
[TestFixture]
public sealed class OpCatalogTests
{
    private static readonly int[] ThreadCounts = [1, 2, 3, 7];

    private static IEnumerable<TestCaseData> Examples =>
        OpCatalog.Examples.Select(entry => new TestCaseData(entry.Example).SetArgDisplayNames($"{entry.Declarer.Name} {entry.Example.Label}".Trim()));

    [TestCaseSource(nameof(Examples))]
    public void Gradients_agree_with_float64_differences(OpExample example)
    {
        using CpuBackend backend = new(threads: 2);
        foreach (GradientCheckResult result in GradientCheck.Run(backend, example))
        {
            Assert.That(result.RelativeError, Is.LessThanOrEqualTo(GradientCheck.Tolerance), result.ToString());
        }
    }

    [TestCaseSource(nameof(Examples))]
    public void Bits_are_the_same_on_every_width_and_thread_count(OpExample example)
    {
        float[]? expected = null;
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            foreach (int threads in ThreadCounts)
            {
                using CpuBackend backend = new(threads, width);
                float[] results = ForwardAndBackward(backend, example);
                expected ??= results;
                Assert.That(results.AsSpan().SequenceEqual(expected), $"{width} on {threads} threads differs.");
            }
        }
    }

    [TestCaseSource(nameof(Examples))]
    public void Results_agree_with_the_textbook_loops(OpExample example)
    {
        using PlainBackend plain = new();
        using CpuBackend backend = new(threads: 2);
        float[] expected = ForwardAndBackward(plain, example), actual = ForwardAndBackward(backend, example);
        float scale = expected.Max(MathF.Abs);
        for (int i = 0; i < expected.Length; i++) { Assert.That(actual[i], Is.EqualTo(expected[i]).Within(1e-5f * scale), $"element {i}"); }
    }

    [TestCaseSource(nameof(Examples))]
    public void Backward_adds_to_what_the_gradients_held(OpExample example)
    {
        using CpuBackend backend = new(threads: 1);
        float[] once = ForwardAndBackward(backend, example), onTop = ForwardAndBackward(backend, example, startGradient: 3f);
        int compared = 0;
        for (int i = OutputLength(backend, example); i < once.Length; i++, compared++)
        {
            Assert.That(onTop[i] - 3f, Is.EqualTo(once[i]).Within(1e-5f * (3f + MathF.Abs(once[i]))));
        }
        Assert.That(compared, Is.Positive);
    }

    [TestCaseSource(nameof(Examples))]
    public void A_fresh_backward_overwrites_what_the_gradients_held(OpExample example)
    {
        using CpuBackend backend = new(threads: 2);
        using ExampleRun zeros = new(backend, example), rubbish = new(backend, example, startGradient: float.NaN);
        zeros.Step();
        rubbish.Step(isFresh: true);
        Assert.That(rubbish.Results(), Is.EqualTo(zeros.Results()));
    }

    [TestCaseSource(nameof(Examples))]
    public void Backward_reads_only_the_values_that_it_declares(OpExample example)
    {
        using CpuBackend backend = new(threads: 2);
        using ExampleRun whole = new(backend, example), forgetful = new(backend, example);
        whole.Step();
        forgetful.Step(forgets: true);
        int outputs = OutputLength(backend, example);
        Assert.That(forgetful.Results()[outputs..], Is.EqualTo(whole.Results()[outputs..]));
    }

    [TestCaseSource(nameof(Examples))]
    public void A_warmed_step_allocates_nothing(OpExample example)
    {
        using CpuBackend backend = new(threads: 1);
        using ExampleRun run = new(backend, example);
        for (int i = 0; i < 3; i++) { run.Step(); }
        long before = GC.GetAllocatedBytesForCurrentThread();
        run.Step();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void A_loss_in_chunks_of_any_size_has_the_same_bits()
    {
        using CpuBackend backend = new(threads: 2);
        float[][] results = [.. from rows in (int[])[1, 2, 3, 5] select ForwardAndBackward(backend, new OpExample(b => new LinearCrossEntropy(Embedding.Ids(b, 1, 5, [0, 12, 5, 5, 1]), rows), [new(1, 5, 6), new(13, 6)]))];
        Assert.That(results, Has.All.EqualTo(results[0]));
    }

    [Test]
    public void Every_operation_has_examples()
    {
        HashSet<string> shown = OpCatalog.Examples
            .Select(entry => Definition(entry.Example.Op(new CpuBackend(1)).GetType())).ToHashSet();
        string[] missing = typeof(Op).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Op)) && !type.IsAbstract)
            .Select(Definition).Where(name => !shown.Contains(name)).ToArray();
        Assert.That(missing, Is.Empty);
        Assert.That(shown, Has.Count.GreaterThan(10));
    }

    [Test]
    public void Operation_names_are_unique_among_types()
    {
        using CpuBackend backend = new(1);
        var names = OpCatalog.Examples.Select(entry => entry.Example.Op(backend)).Select(op => (op.Name, Type: op.GetType())).Distinct().ToArray();
        Assert.That(names.Select(entry => entry.Name), Is.Unique);
    }

    private static string Definition(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).Name;

    private static int OutputLength(Backend backend, OpExample example)
    {
        using ExampleRun run = new(backend, example);
        run.Step();
        return run.Output.Shape.Length;
    }

    private static float[] ForwardAndBackward(Backend backend, OpExample example, float startGradient = 0f)
    {
        using ExampleRun run = new(backend, example, startGradient);
        run.Step();
        return run.Results();
    }
}
