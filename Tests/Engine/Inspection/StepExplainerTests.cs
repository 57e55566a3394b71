using PureLlm.Autograd;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Inspection;

public sealed class StepExplainerTests
{
    [Test]
    public void Views_depend_on_the_cursor_alone_and_not_on_what_was_seen_before()
    {
        using StepTrace there = new(new TransformerSubject()), back = new(new TransformerSubject());
        Cursor[] cursors = [.. Cursors(there)];
        string[] first = Array.ConvertAll(cursors, cursor => StepViewJson.Write(StepExplainer.Explain(there, cursor)));
        string[] second = [.. Enumerable.Reverse(Array.ConvertAll(Enumerable.Reverse(cursors).ToArray(), cursor => StepViewJson.Write(StepExplainer.Explain(back, cursor))))];
        Assert.That(second, Is.EqualTo(first));
        Assert.That(StepViewJson.Write(StepExplainer.Explain(there, cursors[9])), Is.EqualTo(first[9]), "again");
        Assert.That(first.Distinct().Count(), Is.EqualTo(first.Length), "no two are the same");
        foreach (string json in first) { Assert.That(StepViewJson.Write(StepViewJson.Read(json)), Is.EqualTo(json)); }
    }

    [Test]
    public void Every_frame_of_every_demo_has_a_full_view_and_every_proof_holds()
    {
        foreach (Demo demo in DemoSource.All)
        {
            using CpuBackend backend = new(1);
            using DemoSource source = new(demo.Name, backend);
            using StepTrace trace = new(source.Open(0));
            foreach (Frame frame in trace.Frames)
            {
                StepView view = StepExplainer.Explain(trace, new Cursor(0, frame.Id));
                string place = $"{demo.Name} {frame.Id} {frame.Text}";
                Assert.That(view.Frame.IsCurrent && view.Nearby.Count(near => near.IsCurrent) == 1, place);
                if (frame.Kind is FrameKind.Forward or FrameKind.Backward or FrameKind.Accumulate)
                {
                    Assert.That(view.Subject, Is.Not.Null, place);
                    Assert.That(view.Formula, Is.Not.Null, place);
                    Assert.That(view.Element!.Lines, Is.Not.Empty, place);
                    Assert.That(view.Code, Is.Not.Empty, place);
                    Assert.That(view.ReadAs, Is.Not.Empty, place);
                    Assert.That(view.Graph!.Nodes, Has.Count.InRange(1, 15), place);
                    Assert.That(view.Proofs, Is.Not.Empty, $"{place}: a demo is cheap enough to be proved unasked");
                }
                if (!double.IsFinite(trace.Loss)) { continue; }
                Assert.That(view.Proofs.Where(proof => !proof.Passed), Is.Empty, place);
                Assert.That(view.Element?.Proof?.Passed, Is.Not.False, $"{place}: {view.Element?.Proof}");
                Assert.That(view.Ledger?.Proof.Passed, Is.Not.False, $"{place}: {view.Ledger?.Proof}");
            }
        }
    }

    [Test]
    public void A_weight_is_explained_to_its_last_digit()
    {
        using CpuBackend backend = new(1);
        using DemoSource source = new("residual", backend);
        using StepTrace trace = new(source.Open(0));
        StepView view = StepExplainer.Explain(trace, Cursor.Parse("0:b1?tensor=W1&el=2,1&level=term"));
        Assert.That(view.Element!.Kernel, Is.EqualTo(-0.30405).Within(5e-6));
        Assert.That(view.Element.Terms, Has.Count.EqualTo(1), "one row");
        Assert.That(view.Element.Terms[0].Factors.Select(factor => factor.Value), Is.EqualTo(new[] { 0.19380, -1.56893 }).Within(6e-6));
        Assert.That(view.Element.Proof!.Passed && view.Element.Proof.Unit == "ULP");
        Assert.That(view.Element.Terms[0].Factors.Select(factor => factor.Cursor), Is.EqualTo(new[] { "0:b2?tensor=h&el=2", "0:f0?tensor=n&el=1" }), "where they come from");
        ProofView difference = view.Proofs.Single(proof => proof.Name == "finite difference");
        Assert.That(difference.Passed);
        Assert.That(difference.Expected, Is.EqualTo(-0.30405).Within(5e-6));
        Assert.That(difference.Detail, Does.Match(@"^L\(w\+ε\) = 1\.5613886\d*, L\(w−ε\) = 1\.5614494\d*, ε = 1e−4$"));
        Assert.That(view.ReadAs, Does.Contain("raising W1[2,1] by 0.01 lowers the loss by about 0.00304"));
        Assert.That(view.Notes.Any(note => note.Text.Contains("relu² was off", StringComparison.Ordinal) || note.Kind == "dead unit"), string.Join("; ", view.Notes));
    }

    [Test]
    public void Two_paths_are_read_out_with_what_each_of_them_does()
    {
        using CpuBackend backend = new(1);
        using DemoSource source = new("residual", backend);
        using StepTrace trace = new(source.Open(0));
        StepView view = StepExplainer.Explain(trace, Cursor.Parse("0:a0.0?tensor=x&el=1"));
        Assert.That(view.ReadAs[0], Does.Match(@"^the skip path pulls ∂L/∂x\[1\] down a lot \(−0\.\d+\), the rms_norm path pulls it up a little \(\+0\.\d+\)$"));
        Assert.That(view.Ledger!.Rows.Select(row => row.Frame), Is.EqualTo(new[] { "z", "a4.0", "a0.0" }));
        Assert.That(view.Ledger.FiniteDifference, Has.Count.EqualTo(4));
    }

    [Test]
    public void A_module_has_its_operations_and_its_parameters_by_their_share()
    {
        using StepTrace trace = new(new TransformerSubject());
        Frame frame = trace.Frames.First(frame => frame.Kind == FrameKind.Backward && frame.Module == "blocks.0.attention.qkv");
        StepView view = StepExplainer.Explain(trace, new Cursor(0, frame.Id, StepLevel.Module));
        Assert.That(view.Module!.Path, Is.EqualTo("blocks.0.attention.qkv"));
        Assert.That(view.Module.Parameters.Select(parameter => parameter.Name), Does.Contain("blocks.0.attention.qkv.weight"));
        Assert.That(view.Module.Operations.Select(operation => operation.Kind), Is.All.EqualTo("backward").Or.EqualTo("accumulate"));
        double norm = Math.Sqrt(trace.Parameters.Sum(parameter => trace.Gradient(parameter.Tensor).Sum(value => (double)value * value)));
        StepView run = StepExplainer.Explain(trace, new Cursor(0, "s", StepLevel.Run));
        Assert.That(run.Facts.Single(fact => fact.Name == "‖g‖").Value, Is.EqualTo(norm).Within(1e-12));
        Assert.That(run.Modules.Where(module => module.Depth == 0).Sum(module => module.Share), Is.EqualTo(1).Within(1e-9));
        Assert.That(run.Modules.Single(module => module.Path == "blocks").Share, Is.EqualTo(run.Modules.Where(module => module.Path is "blocks.0" or "blocks.1").Sum(module => module.Share)).Within(1e-12));
    }

    [Test]
    public void Rows_of_a_batch_are_named_by_their_tokens()
    {
        using StepTrace trace = new(new TransformerSubject());
        Assert.That(StepExplainer.Explain(trace, new Cursor(0, "f0", Element: "0,2,5")).Element!.Meaning, Is.EqualTo("token 2 (\"w0\"), channel 5"));
        StepView view = StepExplainer.Explain(trace, new Cursor(0, "b0", Tensor: "embedding.weight", Element: "3,1"));
        Assert.That(view.Element!.Terms.Select(term => term.Label), Has.All.Match("\\(\"w3\"\\)"));
    }

    [Test]
    public void A_gradient_above_the_clip_and_an_unused_row_are_remarked_on()
    {
        using StepTrace trace = new(new TransformerSubject(tie: false, width: 64, vocabulary: 50, time: 16));
        StepView view = StepExplainer.Explain(trace, new Cursor(0, "b0", Tensor: "embedding.weight"));
        Assert.That(trace.Modules.Norm, Is.GreaterThan(0.5));
        NoteView clipped = view.Notes.Single(note => note.Kind == "clipped");
        Assert.That(clipped.Cursor, Is.EqualTo("0:c"));
        Assert.That(view.Notes.Single(note => note.Kind == "zero rows").Text, Does.Match("^[0-9]+ of 50 rows of .* exactly 0"));
        Assert.That(view.Proofs, Is.Empty, "no finite difference was asked for, so none is claimed");
        view = StepExplainer.Explain(trace, new Cursor(0, "b0", Tensor: "embedding.weight", View: "check"));
        Assert.That(view.Proofs.Single().Passed, Is.True);
    }

    [Test]
    public void A_number_that_is_not_finite_is_linked_to_the_frame_that_made_it()
    {
        using StepTrace trace = new(new SquareSubject(first: 1e30f));
        StepView view = StepExplainer.Explain(trace, new Cursor(0, "b0"));
        NoteView note = view.Notes.First(note => note.Kind == "not finite");
        Assert.That(note.Cursor, Is.EqualTo("0:f0?el=0"), note.Text);
        Assert.That(view.Proofs.Single(proof => proof.Name == "finite difference").Passed, Is.False, "NaN is no slope");
        Assert.That(StepViewJson.Read(StepViewJson.Write(view)).Subject!.Stats.NaNs, Is.EqualTo(view.Subject!.Stats.NaNs).And.GreaterThan(0));
    }

    private static IEnumerable<Cursor> Cursors(StepTrace trace)
    {
        foreach (Frame frame in trace.Frames)
        {
            yield return new Cursor(0, frame.Id);
            if (frame.Kind == FrameKind.Backward)
            {
                foreach (TraceTensor tensor in trace.Receivers(frame.Node)) { yield return new Cursor(0, frame.Id, StepLevel.Term, tensor.Id, ElementText.Of(tensor.Tensor.Shape, 1), 1, "check"); }
            }
        }
    }
}
