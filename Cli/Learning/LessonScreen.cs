using PureLlm.Cli.Rendering;

namespace PureLlm.Cli.Learning;

/// <summary>Lessons on a terminal: pages, examples that run where they stand, questions.</summary>
internal sealed class LessonScreen(CommandContext context, Lesson first)
{
    private const string Keys = "space/b page · Tab next · Enter run · 1-4 answer · s step · n/p lesson · q quit";

    private readonly Dictionary<Lesson, LessonProgress> progress = [];
    private readonly TextStyle style = context.Style;
    private Lesson lesson = first;
    private List<StyledLine> lines = [];
    private LessonPart? current;
    private int top;
    private string status = "";
    private ExampleRunner? runner;
    private bool isStepping;

    /// <summary>Until q or Ctrl-C.</summary>
    public void Show()
    {
        try
        {
            while (ShowUntilLeft())
            {
                CommandLineApp.Run(["step", .. lesson.Step], context.Host);
            }
        }
        finally
        {
            runner?.Dispose();
        }
    }

    /// <summary>True where the step viewer is asked for, false at the end.</summary>
    private bool ShowUntilLeft()
    {
        isStepping = false;
        using var screen = new ScreenWriter(context.Host.Out, style.Color);
        using IDisposable? listening = context.Host.Signals?.Listen(() =>
        {
            screen.Dispose();
            context.Host.Terminate(ExitCode.Interrupted);
        });
        ScreenSize size = default;
        bool isChanged = true, isOpen = true;
        while (isOpen && !isStepping)
        {
            if (context.Host.Size() != size || isChanged)
            {
                size = context.Host.Size();
                Draw(screen, size);
                isChanged = false;
            }
            if (context.Host.Keyboard!.Read() is not { } key)
            {
                Thread.Sleep(20);
                continue;
            }
            isChanged = true;
            isOpen = Press(key, size, screen);
        }
        return isStepping;
    }

    private void Draw(ScreenWriter screen, ScreenSize size)
    {
        lines = new LessonText(size.Columns - 2, style).Render(lesson, Progress);
        int rows = Math.Max(1, size.Rows - 2);
        top = Math.Clamp(top, 0, Math.Max(0, lines.Count - rows));
        var canvas = new Canvas(size.Columns, size.Rows);
        for (int y = 0; y < rows && top + y < lines.Count; y++)
        {
            StyledLine line = lines[top + y];
            int x = canvas.Write(0, y, line.Part is not null && ReferenceEquals(line.Part, current) ? style.Signs("▌ ") : "  ", Ink.Yellow);
            foreach (Span span in line.Spans) { x = canvas.Write(x, y, span.Text, span.Ink); }
        }
        int seen = lines.Count <= rows ? 100 : 100 * (top + rows) / lines.Count;
        canvas.Write(0, size.Rows - 2, style.Signs(FormattableString.Invariant($"── {lesson.Number} {lesson.Title} · {Math.Min(100, seen)} % ").PadRight(size.Columns, '─')), Ink.Dim);
        canvas.Write(0, size.Rows - 1, style.Signs(status.Length > 0 ? status : Keys), status.Length > 0 ? Ink.Yellow : Ink.Dim);
        screen.Show(canvas);
    }

    private bool Press(ConsoleKeyInfo key, ScreenSize size, ScreenWriter screen)
    {
        int page = Math.Max(1, size.Rows - 4);
        status = "";
        switch (key.Key)
        {
            case ConsoleKey.DownArrow: Scroll(1); return true;
            case ConsoleKey.UpArrow: Scroll(-1); return true;
            case ConsoleKey.PageDown: Scroll(page); return true;
            case ConsoleKey.PageUp: Scroll(-page); return true;
            case ConsoleKey.Home: Scroll(-lines.Count); return true;
            case ConsoleKey.End: Scroll(lines.Count); return true;
            case ConsoleKey.Tab: Choose(key.Modifiers.HasFlag(ConsoleModifiers.Shift) ? -1 : 1, size.Rows - 2); return true;
            case ConsoleKey.Enter: RunCurrent(size, screen); return true;
            case ConsoleKey.Escape: return false;
            default: break;
        }
        switch (key.KeyChar)
        {
            case ' ': Scroll(page); break;
            case 'b': Scroll(-page); break;
            case 'j': Scroll(1); break;
            case 'k': Scroll(-1); break;
            case 'g': Scroll(-lines.Count); break;
            case 'G': Scroll(lines.Count); break;
            case 'r': RunCurrent(size, screen); break;
            case 's': isStepping = true; break;
            case 'n': Turn(1); break;
            case 'p': Turn(-1); break;
            case >= '1' and <= '9': Answer(key.KeyChar - '1'); break;
            case 'q': return false;
            default: status = Keys; break;
        }
        return true;
    }

    private LessonProgress Progress
    {
        get
        {
            if (!progress.TryGetValue(lesson, out LessonProgress? known)) { progress[lesson] = known = new LessonProgress(); }
            return known;
        }
    }

    private void Scroll(int by) => top = Math.Max(0, top + by);

    private void Turn(int by)
    {
        int next = lesson.Number - 1 + by;
        if (next < 0 || next >= LessonBook.All.Count)
        {
            status = by > 0 ? "this is the last lesson" : "this is the first lesson";
            return;
        }
        runner?.Dispose();
        (runner, lesson, top, current) = (null, LessonBook.All[next], 0, null);
    }

    /// <summary>Goes to the next example or question and brings it onto the screen.</summary>
    private void Choose(int by, int rows)
    {
        List<LessonPart> parts = [.. lesson.Parts.Where(part => part is ExamplePart or QuizPart)];
        if (parts.Count == 0) { return; }
        int at = current is null ? (by > 0 ? parts.FindIndex(part => First(part) >= top) : parts.Count - 1) : parts.FindIndex(part => ReferenceEquals(part, current)) + by;
        current = parts[((at % parts.Count) + parts.Count) % parts.Count];
        if (First(current) < top || First(current) + Math.Min(8, rows) > top + rows) { top = Math.Max(0, First(current) - 3); }
    }

    private int First(LessonPart part) => lines.FindIndex(line => ReferenceEquals(line.Part, part));

    private void RunCurrent(ScreenSize size, ScreenWriter screen)
    {
        if (current is not ExamplePart) { current = OnScreen<ExamplePart>(size) ?? current; }
        if (current is not ExamplePart example)
        {
            status = "no example here: Tab goes to the next one";
            return;
        }
        status = "running …";
        Draw(screen, size);
        runner ??= new ExampleRunner(lesson);
        (Progress.Outputs[example.Number], int code) = runner.Run(example);
        status = code == example.ExitCode ? "" : FormattableString.Invariant($"it ended with {code}");
    }

    private void Answer(int choice)
    {
        if (current is not QuizPart) { current = OnScreen<QuizPart>(context.Host.Size()) ?? current; }
        if (current is not QuizPart quiz || choice >= quiz.Choices.Count)
        {
            status = "no question here with that answer: Tab goes to the next one";
            return;
        }
        Progress.Choices[quiz] = choice;
    }

    private TPart? OnScreen<TPart>(ScreenSize size) where TPart : LessonPart => lines.Skip(top).Take(Math.Max(1, size.Rows - 2)).Select(line => line.Part).OfType<TPart>().FirstOrDefault();
}
