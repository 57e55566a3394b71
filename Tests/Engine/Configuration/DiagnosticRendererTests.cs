using PureLlm.Engine.Configuration;

namespace PureLlm.Tests.Engine.Configuration;

public class DiagnosticRendererTests
{
    [Test]
    public void The_caret_stands_under_its_text_after_tabs_wide_and_combining_characters()
    {
        var source = new SourceText("t.toml", "\tn = \"日本 e\u0301\" # x\r\nb");
        string text = DiagnosticRenderer.Render(new Diagnostic("C006", "m", new SourceSpan(source, source.Text.IndexOf('#'), 1), "here"));
        Assert.That(text, Is.EqualTo("error[C006]: m\n  ┌─ t.toml:1:14\n 1│  n = \"日本 e\u0301\" # x\n  │               ^ here\n"));
    }

    [Test]
    public void Plain_ascii_and_a_wide_gutter_are_possible()
    {
        var source = new SourceText("t", string.Concat(Enumerable.Repeat("\n", 1233)) + "abc");
        var diagnostic = new Diagnostic("C010", "m", new SourceSpan(source, 1234, 2)) { Secondary = [new DiagnosticLabel(new SourceSpan(source, 1233, 1), "too")], Help = "one\ntwo" };
        Assert.That(DiagnosticRenderer.Render(diagnostic, ascii: true), Is.EqualTo(
            "error[C010]: m\n    --> t:1234:2\n1234| abc\n    |  ^^\n    --> t:1234:1\n1234| abc\n    | - too\n    = help: one\n            two\n"));
    }

    [Test]
    public void A_long_line_is_cut_around_the_place()
    {
        var source = new SourceText("t", new string('x', 5000) + "HERE" + new string('y', 5000));
        string[] lines = DiagnosticRenderer.Render(new Diagnostic("C006", "m", new SourceSpan(source, 5000, 4))).Split('\n');
        Assert.That(lines[2].Length, Is.LessThan(200));
        Assert.That(lines[2].IndexOf("HERE", StringComparison.Ordinal), Is.EqualTo(lines[3].IndexOf('^')));
        Assert.That(lines[3].Count(c => c == '^'), Is.EqualTo(4));
    }

    [Test]
    public void A_place_at_the_end_of_the_text_and_no_place_at_all_are_shown()
    {
        var source = new SourceText("t", "a =\n");
        Assert.That(DiagnosticRenderer.Render(new Diagnostic("C006", "m", new SourceSpan(source, 4, 1))), Does.Contain("t:2:1").And.Contain("^"));
        Assert.That(DiagnosticRenderer.Render(new Diagnostic("C011", "gone", default(SourceSpan))), Is.EqualTo("error[C011]: gone\n"));
    }

    [Test]
    public void Columns_count_characters_and_not_code_units()
    {
        var source = new SourceText("t", "😀x\ny");
        Assert.That((source.ColumnOf(2), source.ColumnOf(4), source.LineOf(4), source.Lines), Is.EqualTo((2, 1, 2, 2)));
        Assert.That(source.Line(1), Is.EqualTo("😀x"));
    }
}
