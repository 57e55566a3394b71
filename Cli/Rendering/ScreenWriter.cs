using System.Text;

namespace PureLlm.Cli.Rendering;

/// <summary>Shows canvases on the terminal's alternate screen, sending only the lines that changed; the terminal is given back as it was.</summary>
/// <remarks>Safe to close from any thread, such as a signal handler's, and more than once.</remarks>
internal sealed class ScreenWriter(TextWriter output, bool color) : IDisposable
{
    private readonly Lock gate = new();
    private readonly StringBuilder pending = new();
    private string[] shown = [];
    private int shownWidth;
    private bool isOpen, isClosed;

    /// <summary>Makes the next <see cref="Show"/> send every line: something else wrote on the screen.</summary>
    public void Invalidate()
    {
        lock (gate)
        {
            shown = [];
        }
    }

    public void Show(Canvas canvas)
    {
        lock (gate)
        {
            if (isClosed)
            {
                return;
            }
            if (!isOpen)
            {
                pending.Append("\e[?1049h\e[?25l");
                isOpen = true;
            }
            if (shown.Length != canvas.Height || shownWidth != canvas.Width)
            {
                pending.Append("\e[2J");
                shown = new string[canvas.Height];
                shownWidth = canvas.Width;
            }
            for (int y = 0; y < canvas.Height; y++)
            {
                string line = canvas.Line(y, color);
                if (shown[y] != line)
                {
                    pending.Append("\e[").Append(y + 1).Append(";1H\e[K").Append(line); // erased first: after the last column it would erase that
                    shown[y] = line;
                }
            }
            Send();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (isOpen && !isClosed)
            {
                pending.Append("\e[0m\e[?25h\e[?1049l");
                Send();
            }
            isClosed = true;
        }
    }

    private void Send()
    {
        if (pending.Length > 0)
        {
            output.Write(pending);
            output.Flush();
            pending.Clear();
        }
    }
}
