using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Updates;
using PureLlm.Engine.Modules;

namespace PureLlm.Tests.Engine.Inspection.Updates;

public sealed class StepUpdateTests
{
    private static readonly TrainSection Adam = new() { Optimizer = OptimizerKind.AdamW, Beta2 = 0.95, Decay = 0.1, Clip = 0 };
    private static readonly TrainSection Descent = new() { Optimizer = OptimizerKind.Sgd, Momentum = 0.9, Nesterov = false, Decay = 0.01, Clip = 0.5 };
    private static readonly TrainSection Nesterov = Descent with { Nesterov = true, Clip = 0 };
    private static readonly TrainSection Plain = Descent with { Momentum = 0 };
    private static readonly TrainSection Orthogonal = new() { Optimizer = OptimizerKind.Muon, Decay = 0.1, Clip = 0.7 };

    private static IEnumerable<TestCaseData> Optimizers =>
    [
        new TestCaseData(Adam).SetArgDisplayNames("AdamW"), new TestCaseData(Adam with { Clip = 0.3 }).SetArgDisplayNames("AdamW, clipped"),
        new TestCaseData(Descent).SetArgDisplayNames("SGD"), new TestCaseData(Nesterov).SetArgDisplayNames("Nesterov"), new TestCaseData(Plain).SetArgDisplayNames("SGD without momentum"),
        new TestCaseData(Orthogonal).SetArgDisplayNames("Muon"),
    ];

    [TestCaseSource(nameof(Optimizers))]
    public void The_update_is_taken_back_to_the_bit(TrainSection train)
    {
        using ResidualSubject subject = new(train, earlierSteps: 2, step: 2);
        using StepTrace trace = new(subject);
        string weights = subject.Slabs.Sha256();
        float[][] moments = [.. subject.Optimizer.State.Select(state => trace.Read(state.Slab))];
        float[] gradient = trace.Read(subject.Slabs.Gradients);
        Assert.That(trace.Update.Norm, Is.GreaterThan(0));
        Assert.That(trace.Update.LineSearch(), Has.Count.GreaterThan(4));
        Assert.That(subject.Slabs.Sha256(), Is.EqualTo(weights));
        Assert.That(subject.Optimizer.State.Select(state => trace.Read(state.Slab)), Is.EqualTo(moments));
        Assert.That(trace.Read(subject.Slabs.Gradients), Is.EqualTo(gradient));

        float[] promised = trace.Read(trace.Update.WeightsOf(subject.Parameter("head")).After);
        subject.Optimizer.Step(3, subject.LearningRate, trace.Update.ClipScale);
        Assert.That(trace.Read(subject.Parameter("head").Tensor.Data), Is.EqualTo(promised), "and is the one that the optimizer makes");
    }

    [TestCaseSource(nameof(Optimizers))]
    public void Every_shown_weight_is_the_stored_one_to_the_bit(TrainSection train)
    {
        foreach (int earlier in new[] { 0, 3 })
        {
            using StepTrace trace = new(new ResidualSubject(train, earlierSteps: earlier, step: earlier));
            foreach (Frame frame in trace.Frames.Where(frame => frame.Kind == FrameKind.Update))
            {
                Parameter parameter = trace.Subject.Slabs.Parameters[frame.Parameter];
                float[] after = trace.Read(trace.Update.WeightsOf(parameter).After);
                for (int e = 0; e < after.Length; e++)
                {
                    Cursor cursor = new(earlier, frame.Id, StepLevel.Term, Element: ElementIndexOf(e, parameter));
                    StepView view = StepExplainer.Explain(trace, cursor);
                    string where = $"{parameter.Name}[{view.Element!.Indices}] after {earlier} steps";
                    Assert.That(view.Element.Lines[^1].Value, Is.EqualTo((double)after[e]), where);
                    Assert.That(view.Proofs.Select(proof => proof.Passed), Is.All.True, $"{where}: {string.Join("; ", view.Proofs)}");
                }
            }
        }
    }

    [Test]
    public void The_shown_numbers_of_adamw_make_the_stored_weight()
    {
        using StepTrace trace = new(new ResidualSubject(Adam with { Clip = 0.3 }, earlierSteps: 3, step: 3));
        Frame frame = trace.Frames.First(frame => frame.Kind == FrameKind.Update && frame.Text.EndsWith("blocks.0.up", StringComparison.Ordinal));
        float[] after = trace.Read(trace.Update.WeightsOf(trace.Subject.Slabs.Parameters[frame.Parameter]).After);
        Cursor cursor = new(3, frame.Id, StepLevel.Term, Element: "4,2");
        Dictionary<string, float> shown = StepExplainer.Explain(trace, cursor).Element!.Lines.ToDictionary(line => line.Name, line => (float)line.Value);
        float m = MathF.FusedMultiplyAdd(shown["1 − β₁"], shown["g"] - shown["m before"], shown["m before"]);
        float v = MathF.FusedMultiplyAdd(shown["1 − β₂"], (shown["g"] * shown["g"]) - shown["v before"], shown["v before"]);
        float root = MathF.FusedMultiplyAdd(MathF.Sqrt(v), shown["1/√(1 − β₂ᵗ)"], shown["ε"]);
        float decayed = MathF.FusedMultiplyAdd(-shown["η·λ"], shown["w before"], shown["w before"]);
        float w = MathF.FusedMultiplyAdd(-shown["η/(1 − β₁ᵗ)"], m / root, decayed);
        Assert.That(BitConverter.SingleToInt32Bits(w), Is.EqualTo(BitConverter.SingleToInt32Bits(after[(4 * 4) + 2])));
    }

    [Test]
    public void The_lines_of_adamw_are_those_of_the_textbook()
    {
        using StepTrace trace = new(new ResidualSubject(Adam, learningRate: 0.003));
        Frame frame = trace.Frames.First(frame => frame.Kind == FrameKind.Update && frame.Text.EndsWith("head", StringComparison.Ordinal));
        Cursor cursor = new(0, frame.Id, StepLevel.Element, Element: "2,1");
        StepView view = StepExplainer.Explain(trace, cursor);
        Dictionary<string, double> lines = view.Element!.Lines.ToDictionary(line => line.Name, line => line.Value);
        double g = lines["g"], w = lines["w before"];
        Assert.That(g, Is.EqualTo((double)trace.Gradient(trace.Subject.Slabs.Parameters[frame.Parameter].Tensor)[9]));
        Assert.That(lines["m"], Is.EqualTo(0.1 * g).Within(1e-12));
        Assert.That(lines["v"], Is.EqualTo(0.05 * g * g).Within(1e-12));
        Assert.That(lines["m̂"], Is.EqualTo(g).Within(1e-12));
        Assert.That(lines["v̂"], Is.EqualTo(g * g).Within(1e-12));
        Assert.That(lines["adaptive step"], Is.EqualTo(-0.003 * Math.Sign(g)).Within(1e-9), "the first step is ±η");
        Assert.That(lines["decay"], Is.EqualTo(-0.0003 * w).Within(1e-12));
        Assert.That(lines["w after"], Is.EqualTo(w + lines["adaptive step"] + lines["decay"]).Within(1e-12));
        Assert.That(lines["update/weight"], Is.EqualTo(Math.Abs(lines["w after"] - w) / Math.Abs(w)).Within(1e-9));
        Assert.That(view.Notes.Select(note => note.Kind), Has.Member("first step"));
    }

    /// <summary>C6: predicted over observed goes to 1 as η goes to 0, as fast as η.</summary>
    [TestCaseSource(nameof(Optimizers))]
    public void The_predicted_change_of_the_loss_becomes_the_observed_one(TrainSection train)
    {
        double last = double.PositiveInfinity;
        foreach (double share in new[] { 1e-1, 1e-2, 1e-3, 1e-4 })
        {
            using StepTrace trace = new(new ResidualSubject(train, 0.003 * share));
            double distance = Math.Abs((trace.Update.Predicted / trace.Update.Observed) - 1);
            Assert.That(distance, Is.LessThan(0.1 * share * 10).And.LessThan(last), $"η × {share}");
            Assert.That(trace.Update.Arithmetic, Is.EqualTo("float64"));
            last = distance;
        }
        Assert.That(last, Is.LessThan(1e-4));
    }

    [Test]
    public void The_line_search_is_the_loss_of_a_larger_learning_rate()
    {
        using StepTrace trace = new(new ResidualSubject(Adam));
        PointView tenfold = trace.Update.LineSearch().Single(point => point.Factor == 10);
        using ResidualSubject bold = new(Adam, 0.03);
        using StepTrace moved = new(bold);
        Assert.That(tenfold.Loss, Is.EqualTo(moved.Update.LossAfter).Within(1e-5));
        Assert.That(trace.Update.LineSearch()[0], Is.EqualTo(new PointView(0, trace.Update.LossBefore)));
        Assert.That(trace.Update.LossBefore, Is.EqualTo(trace.Loss).Within(1e-6));
    }

    [Test]
    public void Where_the_twin_would_take_too_long_the_kernels_say_the_same([Values(-0.5, 0, 1, 10)] double factor)
    {
        using StepTrace trace = new(new ResidualSubject(Adam));
        string weights = trace.Subject.Slabs.Sha256();
        float[] gradients = trace.Read(trace.Subject.Slabs.Gradients);
        Assert.That(new LossProbe(trace, trace.Update, isExact: false).LossAt(factor), Is.EqualTo(trace.Update.LossAt(factor)).Within(2e-6));
        Assert.That(trace.Subject.Slabs.Sha256(), Is.EqualTo(weights));
        Assert.That(trace.Read(trace.Subject.Slabs.Gradients), Is.EqualTo(gradients));
    }

    [Test]
    public void The_clip_frame_tells_the_norm_and_who_makes_it()
    {
        using StepTrace trace = new(new ResidualSubject(Adam with { Clip = 0.3 }));
        StepView view = StepExplainer.Explain(trace, new Cursor(0, "c"));
        double square = trace.Read(trace.Subject.Slabs.Gradients).Sum(g => (double)g * g);
        Assert.That(view.Element!.Sum, Is.EqualTo(square).Within(1e-12));
        Assert.That(view.Update!.ClipScale, Is.EqualTo(0.3 / (Math.Sqrt(square) + 1e-6)).Within(1e-6));
        Assert.That(view.Element.Terms, Has.Count.EqualTo(5));
        Assert.That(view.Element!.Proof!.Passed);
        Assert.That(view.Notes.Select(note => note.Kind), Has.Member("clipped"));
    }

    [Test]
    public void The_check_frame_compares_the_promise_with_what_came()
    {
        using StepTrace trace = new(new ResidualSubject(Adam));
        StepView view = StepExplainer.Explain(trace, new Cursor(0, "k", View: "line-search"));
        double predicted = 0;
        foreach (Parameter parameter in trace.Subject.Slabs.Parameters)
        {
            float[] g = trace.Gradient(parameter.Tensor), after = trace.Read(trace.Update.WeightsOf(parameter).After), before = trace.Read(parameter.Tensor.Data);
            for (int i = 0; i < g.Length; i++) { predicted += g[i] * ((double)after[i] - before[i]); }
        }
        Assert.That(view.Update!.Predicted, Is.EqualTo(predicted).Within(1e-12).And.Negative);
        Assert.That(view.Element!.Sum, Is.EqualTo(predicted).Within(1e-12));
        Assert.That(view.Update.Observed, Is.EqualTo(view.Update.LossAfter - view.Update.LossBefore));
        Assert.That(view.Update.Linearity, Is.InRange(0.9, 1));
        Assert.That(view.Element!.Proof!.Passed);
        Assert.That(view.LineSearch, Has.Count.EqualTo(8));
    }

    private static string ElementIndexOf(int element, Parameter parameter) =>
        parameter.Shape.Rank == 1 ? $"{element}" : $"{element / parameter.Shape[1]},{element % parameter.Shape[1]}";
}
