using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Lenses;
using PureLlm.Tests.Engine.Inspection.Updates;
using PureLlm.Tests.Engine.Modules;

namespace PureLlm.Tests.Engine.Inspection.Lenses;

public sealed class LogitLensTests
{
    private static IEnumerable<TestCaseData> Models =>
    [
        new TestCaseData(TestModel.Small).SetArgDisplayNames("RMSNorm"),
        new TestCaseData(TestModel.Small with { Norm = NormKind.LayerNorm, Bias = false, Tie = false }).SetArgDisplayNames("LayerNorm"),
        new TestCaseData(TestModel.Small with { NormPosition = NormPosition.Post }).SetArgDisplayNames("norms after"),
    ];

    [TestCaseSource(nameof(Models))]
    public void The_last_row_is_what_the_model_says(ModelConfig config)
    {
        using StepTrace trace = new(new ModelStep(config));
        StepView view = StepExplainer.Explain(trace, new Cursor(0, "s", View: "lens")), tokens = StepExplainer.Explain(trace, new Cursor(0, "s", View: "tokens"));
        Assert.That(view.Lens!.Layers, Is.EqualTo(new[] { "embedding", "blocks.0.attention", "blocks.0.mlp", "blocks.1.attention", "blocks.1.mlp" }));
        Assert.That(view.Lens.Cells, Has.Count.EqualTo(5 * ModelStep.Time));
        foreach (LensCellView cell in view.Lens.Cells.Where(cell => cell.Layer == 4))
        {
            Assert.That(-Math.Log(cell.TargetProbability), Is.EqualTo(tokens.TokenLosses[cell.Position]).Within(1e-5));
            Assert.That(cell.Probability, Is.AtLeast(cell.TargetProbability));
        }
    }

    [TestCaseSource(nameof(Models))]
    public void Contributions_add_up_to_the_targets_logit(ModelConfig config)
    {
        using StepTrace trace = new(new ModelStep(config));
        ResidualStream stream = ResidualStream.Find(trace.Tape)!;
        IReadOnlyList<LensPoint>[] layers = new LogitLens(trace, stream, 0, ModelStep.Batch * ModelStep.Time).Look();
        int[] targets = ((ModelStep)trace.Subject).TargetIds;
        IReadOnlyList<double> hidden = trace.Twin.ValuesOf(trace.Tape[trace.Tape.Count - 1].Inputs[0]), head = trace.Twin.ValuesOf(stream.Head);
        for (int row = 0; row < targets.Length; row++)
        {
            double logit = 0;
            for (int c = 0; c < 16; c++) { logit += hidden[(row * 16) + c] * head[(targets[row] * 16) + c]; }
            Assert.That(layers.Sum(layer => layer[row].Contribution), Is.EqualTo(logit).Within(2e-5), $"row {row}");
        }
    }

    [Test]
    public void Every_row_is_the_stream_through_the_final_norm_and_the_head()
    {
        using StepTrace trace = new(new ModelStep(TestModel.Small with { Norm = NormKind.RmsNorm }));
        StepView view = StepExplainer.Explain(trace, new Cursor(0, "s", View: "lens"));
        float[] x = trace.Read(trace.FindTensor("blocks.0.mlp_residual.add")!.Tensor.Data), w = trace.Read(trace.FindTensor("norm.weight")!.Tensor.Data), head = trace.Read(trace.Subject.Model!.Head.Tensor.Data);
        const int Position = 3, Width = 16;
        double r = 1 / Math.Sqrt((Enumerable.Range(0, Width).Sum(c => (double)x[(Position * Width) + c] * x[(Position * Width) + c]) / Width) + trace.Subject.Model.Config.NormEpsilon);
        double[] logits = [.. Enumerable.Range(0, TestModel.Vocabulary).Select(v => Enumerable.Range(0, Width).Sum(c => x[(Position * Width) + c] * r * w[c] * head[(v * Width) + c]))];
        double sum = logits.Sum(Math.Exp);
        LensCellView cell = view.Lens!.Cells.Single(cell => cell.Layer == 2 && cell.Position == Position);
        Assert.That(cell.Probability, Is.EqualTo(Math.Exp(logits.Max()) / sum).Within(1e-6));
        Assert.That(cell.Token, Is.EqualTo($"t{Array.IndexOf(logits, logits.Max())}"));
        Assert.That(cell.TargetProbability, Is.EqualTo(Math.Exp(logits[((ModelStep)trace.Subject).TargetIds[Position]]) / sum).Within(1e-6));
        float[] g = trace.Gradient(trace.FindTensor("blocks.0.mlp_residual.add")!.Tensor);
        Assert.That(cell.GradientNorm, Is.EqualTo(Math.Sqrt(Enumerable.Range(0, Width).Sum(c => (double)g[(Position * Width) + c] * g[(Position * Width) + c]))).Within(1e-9).And.Not.Zero);
    }

    [Test]
    public void The_losses_of_the_tokens_have_the_loss_as_their_mean()
    {
        using StepTrace trace = new(new ModelStep(TestModel.Small));
        StepView view = StepExplainer.Explain(trace, new Cursor(0, "s", View: "tokens"));
        Assert.That(view.TokenLosses, Has.Count.EqualTo(10));
        Assert.That(view.TokenLosses.Average(), Is.EqualTo(trace.Loss).Within(1e-6));
        Assert.That(view.ReadAs[^1], Does.Contain("the hardest is the one after token"));
    }

    [Test]
    public void A_step_without_a_model_says_what_is_missing()
    {
        using StepTrace trace = new(new ResidualSubject(new TrainSection()));
        StepView view = StepExplainer.Explain(trace, new Cursor(0, "s", View: "lens"));
        Assert.That(view.Lens, Is.Null);
        Assert.That(view.Notes.Select(note => note.Kind), Has.Member("no model"));
        Assert.That(StepExplainer.Explain(trace, new Cursor(0, "s", View: "tokens")).TokenLosses, Has.Count.EqualTo(3), "a cross-entropy is enough for these");
    }
}
