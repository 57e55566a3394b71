using PureLlm.Cli.Rendering;

namespace PureLlm.Tests.Cli;

public sealed class CanvasTests
{
    [Test]
    public void Text_beyond_the_edges_is_left_out()
    {
        var canvas = new Canvas(5, 2);
        canvas.Write(3, 0, "abcdef");
        canvas.Write(-2, 1, "abcdef");
        canvas.Write(0, 9, "far");
        Assert.That(canvas.ToString(), Is.EqualTo("   ab\ncdef"));
    }

    [Test]
    public void What_could_move_the_cursor_or_hide_text_becomes_a_space()
    {
        var canvas = new Canvas(12, 1);
        canvas.Write(0, 0, "a\e[2Jb\rc\u202Ed");
        Assert.That(canvas.ToString(), Is.EqualTo("a [2Jb c d"));
    }

    [Test]
    public void A_wide_character_takes_two_columns_and_a_mark_none()
    {
        var canvas = new Canvas(6, 2);
        Assert.That(canvas.Write(0, 0, "語e\u0301x"), Is.EqualTo(4));
        Assert.That(canvas.Line(0, color: false), Is.EqualTo("語e\u0301x"));
        Assert.That(canvas.Write(5, 1, "語"), Is.EqualTo(6), "half a character is none");
        Assert.That(canvas.Line(1, color: false), Is.Empty);
    }

    [Test]
    public void Colours_are_switched_only_where_they_change()
    {
        var canvas = new Canvas(9, 1);
        int x = canvas.Write(0, 0, "ab", Ink.Red);
        x = canvas.Write(x, 0, "cd", Ink.Cyan);
        canvas.Write(x, 0, "e");
        Assert.That(canvas.Line(0, color: true), Is.EqualTo("\e[31mab\e[0m\e[36mcd\e[0me"));
        Assert.That(canvas.Line(0, color: false), Is.EqualTo("abcde"));
    }

    [TestCase("one two three", 7, "one two|three")]
    [TestCase("abcdefgh", 3, "abc|def|gh")]
    [TestCase("a\nb", 9, "a b")]
    [TestCase("", 9, "")]
    [TestCase("語語語", 4, "語語|語")]
    public void Text_wraps_at_spaces(string text, int width, string lines) =>
        Assert.That(string.Join('|', Canvas.Wrap(text, width)), Is.EqualTo(lines));
}
