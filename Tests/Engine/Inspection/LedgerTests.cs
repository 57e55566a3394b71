using PureLlm.Autograd;
using PureLlm.Engine.Inspection;
using PureLlm.Kernels;

namespace PureLlm.Tests.Engine.Inspection;

/// <summary>Σ ledger rows is the gradient, of every tensor (C2).</summary>
public sealed class LedgerTests
{
    [TestCase(true)]
    [TestCase(false)]
    public void The_rows_of_every_tensor_of_a_transformer_add_up_to_its_gradient(bool tied)
    {
        using StepTrace trace = new(new TransformerSubject(tied));
        int tensors = 0, shared = 0;
        foreach (TraceTensor tensor in trace.Tensors.Where(tensor => tensor.Tensor.NeedsGradient && trace.ContributorsOf(tensor).Length > 0))
        {
            float[] gradient = trace.Gradient(tensor.Tensor);
            Frame last = trace.Frames.Last(frame => frame.Kind == FrameKind.Backward && trace.Receivers(frame.Node).Contains(tensor));
            for (int element = 0; element < gradient.Length; element += Math.Max(5, gradient.Length / 6))
            {
                LedgerView ledger = At(trace, last, tensor, element).Ledger!;
                int column = ledger.Elements.ToList().IndexOf(ElementText.Of(tensor.Tensor.Shape, element));
                Assert.That(ledger.Rows.Sum(row => row.Values[column]), Is.EqualTo((double)gradient[element]), $"{tensor.Id}[{element}]");
                Assert.That(ledger.Proof.Passed, Is.True, $"{tensor.Id}[{element}]: {ledger.Proof}");
                Assert.That(ledger.Gradient[column], Is.EqualTo((double)gradient[element]));
            }
            Assert.That(trace.ContributorsOf(tensor), Has.Length.EqualTo(tensor.Consumers.Select(consumer => consumer.Node).Distinct().Count()));
            tensors++;
            shared += trace.ContributorsOf(tensor).Length > 1 ? 1 : 0;
        }
        Assert.That(tensors, Is.GreaterThan(35));
        Assert.That(shared, Is.EqualTo(tied ? 5 : 4), "the residual stream is read twice in each half of a block; a tied embedding by both ends");
    }

    [Test]
    public void A_tied_embedding_has_a_row_of_each_end_and_says_so()
    {
        using StepTrace trace = new(new TransformerSubject());
        TraceTensor table = trace.FindTensor("embedding.weight")!;
        StepView view = At(trace, trace.Find("b0")!, table, 0);
        Assert.That(view.Ledger!.Rows.Select(row => row.From), Is.EqualTo(new[] { "zero", "linear_cross_entropy (head)", "embedding" }));
        Assert.That(view.Notes.Select(note => note.Kind), Does.Contain("tied"));
        Assert.That(At(trace, trace.Find("a0.0")!, table, 0).Ledger!.Rows.Select(row => row.IsPending), Is.All.False);
        Assert.That(view.Ledger.Rows.Select(row => row.IsPending), Is.EqualTo(new[] { false, false, true }), "its own share is added in the next frame");
    }

    [Test]
    public void An_operation_that_reads_a_tensor_twice_has_one_row_with_both()
    {
        using StepTrace trace = new(new SquareSubject());
        StepView view = At(trace, trace.Find("b0")!, trace.FindTensor("w")!, 2);
        Assert.That(view.Ledger!.Rows.Select(row => row.From), Is.EqualTo(new[] { "zero", "add", "multiply" }));
        Assert.That(view.Element!.Terms, Has.Count.EqualTo(2), "w·dy through each of its two inputs");
        Assert.That(view.Element.Proof!.Passed, Is.True);
        Assert.That(view.Element.Kernel, Is.EqualTo(view.Ledger.Rows[2].Values[2]));
        Assert.That(view.Ledger.Proof.Passed, Is.True);
        Assert.That(view.Ledger.FiniteDifference, Is.EqualTo(view.Ledger.Gradient).Within(1e-6));
    }

    [Test]
    public void A_parameter_that_nothing_reads_has_the_row_of_zero_alone()
    {
        using StepTrace trace = new(new SquareSubject());
        LedgerView ledger = At(trace, trace.Find("z")!, trace.FindTensor("unused")!, 0).Ledger!;
        Assert.That(ledger.Rows.Select(row => row.From), Is.EqualTo(new[] { "zero" }));
        Assert.That(ledger.Total, Is.EqualTo(ledger.Gradient));
        Assert.That(ledger.Total, Is.All.EqualTo(0.0));
    }

    [TestCase("w", "b0")]
    [TestCase("add.1", "b2")]
    public void A_gradient_that_was_tampered_with_loses_its_ticks(string name, string frame)
    {
        using StepTrace trace = new(new SquareSubject());
        TraceTensor tensor = trace.FindTensor(name)!;
        double scale = trace.Gradient(tensor.Tensor).Max(MathF.Abs);
        View one = tensor.Tensor.Grad.Slice(1, 1);
        trace.Tape.Backend.Write([(float)(trace.Gradient(tensor.Tensor)[1] + (0.001 * scale))], one);
        StepView view = At(trace, trace.Find(frame)!, tensor, 1);
        Assert.That(view.Element!.Proof!.Passed, Is.False, "Σ terms");
        Assert.That(view.Ledger!.Proof.Passed, Is.False, "Σ rows");
        Assert.That(view.Proofs.Single(proof => proof.Name == "finite difference").Passed, Is.False);
        view = StepExplainer.Explain(trace, new Cursor(0, frame, Tensor: name, View: "check-tensor"));
        Assert.That(view.Proofs, Has.Count.GreaterThanOrEqualTo(2));
        Assert.That(view.Proofs.Where(proof => proof.Name.Contains("tensor", StringComparison.Ordinal)).Select(proof => proof.Passed), Is.All.False, "found among all elements");
        Assert.That(view.Proofs[^1].Detail, Does.Contain("worst at 1"));
    }

    [Test]
    public void At_a_corner_of_the_loss_any_slope_between_both_sides_is_right_and_said_to_be_one()
    {
        using StepTrace trace = new(new ReluSubject());
        StepView view = At(trace, trace.Find("b0")!, trace.FindTensor("w")!, 0);
        ProofView proof = view.Proofs.Single(proof => proof.Name == "finite difference");
        Assert.That(proof.Passed, Is.True, proof.Detail);
        Assert.That(proof.Detail, Does.Contain("a corner: slope 0 to the left"));
        using StepTrace other = new(new ReluSubject());
        other.Tape.Backend.Write([3f], other.FindTensor("w")!.Tensor.Grad.Slice(0, 1));
        Assert.That(At(other, other.Find("b0")!, other.FindTensor("w")!, 0).Proofs[0].Passed, Is.False, "3 is not between");
    }

    [TestCase(3e-5f, "ε = 1e−5")]
    [TestCase(-3e-5f, "ε = 1e−5")]
    [TestCase(1e-3f, "ε = 1e−4")]
    public void Near_a_corner_of_the_loss_it_is_measured_from_nearer_by(float first, string expected)
    {
        using StepTrace trace = new(new ReluSubject(first));
        ProofView proof = At(trace, trace.Find("b0")!, trace.FindTensor("w")!, 0).Proofs.Single(proof => proof.Name == "finite difference");
        Assert.That(proof.Passed, Is.True, proof.Detail);
        Assert.That(proof.Detail, Does.Contain(expected));
    }

    private static StepView At(StepTrace trace, Frame frame, TraceTensor tensor, int element) =>
        StepExplainer.Explain(trace, new Cursor(0, frame.Id, Tensor: tensor.Id, Element: ElementText.Of(tensor.Tensor.Shape, element)));
}
