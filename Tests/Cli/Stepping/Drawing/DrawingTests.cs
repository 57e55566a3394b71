using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;

namespace PureLlm.Tests.Cli.Stepping.Drawing;

public sealed class DrawingTests
{
    [TestCase(-0.304050, "−0.304050")]
    [TestCase(1.3074412, "1.30744")]
    [TestCase(0, "0")]
    [TestCase(-0.0, "0")]
    [TestCase(9.9999999, "10.0000")]
    [TestCase(123456.7, "123457")]
    [TestCase(3.14159e-7, "3.142e-7")]
    [TestCase(-2.5e12, "−2.500e12")]
    [TestCase(double.NaN, "NaN")]
    [TestCase(double.NegativeInfinity, "−∞")]
    public void Six_significant_digits(double value, string text) => Assert.That(Figures.Of(value), Is.EqualTo(text));

    [TestCase(-0.5769, 4, "−0.5769")]
    [TestCase(0.5769, 4, "+0.5769")]
    [TestCase(0, 4, "0.0000")]
    [TestCase(3e-9, 4, "+3.00e-9")]
    [TestCase(-1e12, 2, "−1.00e12")]
    public void Fixed_decimals_never_show_a_number_as_zero(double value, int decimals, string text) => Assert.That(Figures.Fixed(value, decimals, plus: true), Is.EqualTo(text));

    [TestCase("∂L/∂W = dyᵀ·x − ε", "dL/dW = dy^T*x - eps")]
    [TestCase("x² · 10⁻¹²", "x^2 * 10^-12")]
    [TestCase("m̂ ≤ √v̂ ✓", "m^ <= sqrtv^ ok")]
    [TestCase("plain", "plain")]
    public void Formulas_have_a_form_in_ascii(string text, string ascii) => Assert.That(AsciiForm.Of(text), Is.EqualTo(ascii));

    [Test]
    public void A_line_that_does_not_fit_ends_with_an_ellipsis()
    {
        var canvas = new Canvas(20, 3);
        new Line(false).Add("0123456789").Add("abcdef", Ink.Red).Draw(canvas, 2, 0, 12);
        new Line(false).Add("0123456789").Add("ab").Draw(canvas, 2, 1, 12);
        new Line(true).Add("0123456789").Add("∂∂∂").Draw(canvas, 2, 2, 12);
        Assert.That(canvas.ToString(), Is.EqualTo("  0123456789a…\n  0123456789ab\n  012345678..."));
    }

    [Test]
    public void The_least_important_part_is_shortened_then_left_out()
    {
        static Section Part(string name, int importance, int lines, int minimum) => new(name, importance, minimum, [.. Enumerable.Range(0, lines).Select(_ => new Line(false).Add(name))]);
        Section[] parts = [Part("a", 3, 4, 2), Part("b", 1, 6, 3), Part("c", 2, 5, 5)];
        (IReadOnlyList<Section> all, IReadOnlyList<string> none) = Section.Fit(parts, 17);
        Assert.That((all.Count, none.Count), Is.EqualTo((3, 0)));
        Assert.That(Section.Fit(parts, 14).Shown.Select(part => part.Lines.Count), Is.EqualTo(new[] { 4, 3, 5 }));
        (IReadOnlyList<Section> two, IReadOnlyList<string> cut) = Section.Fit(parts, 12);
        Assert.That(two.Select(part => part.Name), Is.EqualTo(new[] { "a", "c" }));
        Assert.That(cut, Is.EqualTo(new[] { "b" }));
        Assert.That(Section.Fit(parts, 3).Shown.Select(part => part.Lines.Count), Is.EqualTo(new[] { 3 }));
    }
}
