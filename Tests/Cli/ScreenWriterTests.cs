using PureLlm.Cli.Rendering;

namespace PureLlm.Tests.Cli;

public sealed class ScreenWriterTests
{
    [Test]
    public void What_is_sent_turns_one_picture_into_the_next()
    {
        using var output = new StringWriter();
        using var screen = new ScreenWriter(output, color: true);
        var terminal = new TinyTerminal(40, 6);
        for (int frame = 0; frame < 20; frame++)
        {
            Canvas canvas = Picture(40, 6, frame);
            screen.Show(canvas);
            terminal.Receive(Taken(output));
            Assert.That(terminal.Text, Is.EqualTo(canvas.ToString()), $"frame {frame}");
        }
        terminal.Resize(25, 4);
        Canvas smaller = Picture(25, 4, 3);
        screen.Show(smaller);
        terminal.Receive(Taken(output));
        Assert.That(terminal.Text, Is.EqualTo(smaller.ToString()));
    }

    [Test]
    public void A_picture_that_did_not_change_sends_nothing_and_one_line_sends_one_line()
    {
        using var output = new StringWriter();
        using var screen = new ScreenWriter(output, color: false);
        screen.Show(Picture(40, 6, 1));
        Taken(output);
        screen.Show(Picture(40, 6, 1));
        Assert.That(Taken(output), Is.Empty);
        Canvas changed = Picture(40, 6, 1);
        changed.Write(0, 5, "x");
        screen.Show(changed);
        Assert.That(Taken(output), Is.EqualTo("\e[6;1H\e[Kx"));
        screen.Invalidate();
        screen.Show(changed);
        Assert.That(Taken(output), Does.StartWith("\e[2J"));
    }

    [Test]
    public void The_terminal_is_given_back_once()
    {
        using var output = new StringWriter();
        var screen = new ScreenWriter(output, color: true);
        var terminal = new TinyTerminal(40, 6);
        screen.Show(Picture(40, 6, 1));
        terminal.Receive(Taken(output));
        Assert.That((terminal.IsAlternate, terminal.IsCursorShown), Is.EqualTo((true, false)));
        screen.Dispose();
        terminal.Receive(Taken(output));
        Assert.That((terminal.IsAlternate, terminal.IsCursorShown), Is.EqualTo((false, true)));
        screen.Dispose();
        screen.Show(Picture(40, 6, 2));
        Assert.That(Taken(output), Is.Empty, "nothing after the end");
    }

    [Test]
    public void A_screen_that_was_never_shown_sends_nothing()
    {
        using var output = new StringWriter();
        new ScreenWriter(output, color: true).Dispose();
        Assert.That(output.ToString(), Is.Empty);
    }

    private static Canvas Picture(int width, int height, int frame)
    {
        var canvas = new Canvas(width, height);
        canvas.Write(0, 0, "title that stays", Ink.Bold);
        canvas.Write(0, 1, new string('#', frame % width), Ink.Cyan);
        canvas.Write(frame % 7, 2, $"frame {frame}");
        canvas.Write(0, 3, new string('-', width), frame % 2 == 0 ? Ink.Dim : Ink.Red);
        return canvas;
    }

    private static string Taken(StringWriter output)
    {
        string text = output.ToString();
        output.GetStringBuilder().Clear();
        return text;
    }
}
