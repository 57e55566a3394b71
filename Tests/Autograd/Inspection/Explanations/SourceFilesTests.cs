using PureLlm.Autograd.Inspection.Explanations;

namespace PureLlm.Tests.Autograd.Inspection.Explanations;

public sealed class SourceFilesTests
{
    [Test]
    public void A_method_is_found_with_its_line_and_its_end()
    {
        SourcePlace place = SourceFiles.Method("Autograd/Ops/MatMul.cs", "void Backward(");
        Assert.That(place.Path, Is.EqualTo("Autograd/Ops/MatMul.cs"));
        Assert.That(SourceFiles.Read(place.Path)[place.Line - 1].Trim(), Is.EqualTo(place.Text[0]), "the line number is that of the file");
        Assert.That(place.Text[0], Is.EqualTo("public override void Backward(Backend backend, Node node)"));
        Assert.That(place.Text[^1], Is.EqualTo("}"));
        Assert.That(place.Text.Count(line => line.Contains("backend.MatMul(", StringComparison.Ordinal)), Is.EqualTo(2));
    }

    [Test]
    public void A_method_of_one_expression_ends_with_it()
    {
        SourcePlace place = SourceFiles.Method("Autograd/Ops/Multiply.cs", "void Forward(");
        Assert.That(place.Text, Has.Count.EqualTo(2));
        Assert.That(place.Text[1], Is.EqualTo("    backend.Multiply(node.Inputs[0].Data, node.Inputs[1].Data, node.Output.Data);"));
    }

    [Test]
    public void A_long_method_is_cut_and_says_so()
    {
        SourcePlace place = SourceFiles.Method("Autograd/Ops/Attention.cs", "double[] Reference(");
        Assert.That(place.Text, Has.Count.EqualTo(SourceFiles.Longest + 1));
        Assert.That(place.Text[^1], Is.EqualTo("…"));
    }

    [Test]
    public void Some_lines_from_a_marker_on_are_found() =>
        Assert.That(SourceFiles.Lines("Kernels/Functions/Silu.cs", "double Derivative64(").Text, Has.Count.EqualTo(1).And.All.Contain("Derivative64"));

    [Test]
    public void A_marker_that_is_not_there_once_is_refused()
    {
        Assert.That(() => SourceFiles.Method("Autograd/Ops/MatMul.cs", "void Sideways("), Throws.ArgumentException.With.Message.Contains("is in 0 lines"));
        Assert.That(() => SourceFiles.Method("Autograd/Ops/MatMul.cs", "backend.MatMul("), Throws.ArgumentException.With.Message.Contains("is in 3 lines"));
        Assert.That(() => SourceFiles.Method("Autograd/Ops/None.cs", "x"), Throws.ArgumentException.With.Message.Contains("not embedded"));
    }
}
