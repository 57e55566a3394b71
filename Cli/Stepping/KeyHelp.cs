using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping;

/// <summary>The keys: as many as fit at the foot of the screen, all of them in the help.</summary>
internal static class KeyHelp
{
    private static readonly (string Key, string Word)[] Words =
    [
        ("n", "next"), ("p", "prev"), ("i", "into"), ("o", "out"), ("hjkl", "element"), ("f", "check"), ("a", "ledger"), ("v", "code"), ("u", "update"), ("t", "tensor"),
        ("[ ]", "module"), ("c", "continue"), ("m", "heat"), ("/", "find"), ("e", "what-if"), ("=", "mark"), ("d", "diff"), ("z", "quiz"), ("b", "backward"), (". ,", "step"), (":", "go to"), ("space", "more"), ("g G", "ends"),
    ];

    /// <summary>The viewer's own keys, beside those of <see cref="StepKeys"/>.</summary>
    public static IReadOnlyList<(string Key, string Meaning)> Own { get; } =
    [
        ("→ ←", "as n and p"), ("↑ ↓", "as k and j"), ("enter", "as i"), ("backspace", "back to where you were"), ("space", "all of it, page by page"),
        ("1 … 9", "go to a remark's cause"), ("s", "line search of the update"), ("T", "loss of each token"), ("A", "attention map, head by head"), ("L", "lens: likeliest tokens"),
        ("z", "quiz: guess what is hidden"), ("Z", "quiz: a gradient by chance"), ("=", "mark this place"), ("d", "difference to the mark"), ("e", "what if it were another"), (":", "a place: 500:b41?el=1,2"), ("/", "find: W1, largest, nan, dead"), ("w x", "to the browser, to a file"), ("?", "this help"), ("q", "quit; also Esc and Ctrl-C"),
    ];

    public static void Draw(Canvas canvas, int y, int rows, StepView view, bool ascii)
    {
        Line end = new Line(ascii).Add("?", Ink.Cyan).Add(" help  ", Ink.Dim).Add("q", Ink.Cyan).Add(" quit", Ink.Dim);
        int next = 0;
        for (int row = 0; row < rows; row++)
        {
            int room = canvas.Width - 2 - (row == rows - 1 ? end.Width + 2 : 0);
            var line = new Line(ascii);
            while (next < Words.Length)
            {
                (string key, string word) = Words[next];
                if (line.Width + key.Length + 1 + word.Length + 2 > room) { break; }
                if (!(view.LastStep is null && key == ". ,")) { line.Add(key, Ink.Cyan).Add($" {word}  ", Ink.Dim); }
                next++;
            }
            if (row == rows - 1) { line.To(canvas.Width - 2 - end.Width).Add(end); }
            line.Draw(canvas, 1, y + row, canvas.Width - 2);
        }
    }

    /// <summary>All keys with what they do.</summary>
    public static void Write(Sheet sheet)
    {
        Sheet moves = new(sheet.Width, sheet.Ascii), viewer = new(sheet.Width, sheet.Ascii);
        foreach ((string key, StepCommand _, string meaning) in StepKeys.All) { Entry(moves, 5, key, meaning); }
        foreach ((string key, string meaning) in Own) { Entry(viewer, 11, key, meaning); }
        int left = moves.Lines.Max(line => line.Width) + 2;
        if (left + viewer.Lines.Max(line => line.Width) > sheet.Width)
        {
            sheet.Lines.AddRange([.. moves.Lines, sheet.Loose(), .. viewer.Lines]);
            return;
        }
        for (int i = 0; i < Math.Max(moves.Lines.Count, viewer.Lines.Count); i++)
        {
            Line line = sheet.Line();
            if (i < moves.Lines.Count) { line.Add(moves.Lines[i]); }
            if (i < viewer.Lines.Count) { line.To(left).Add(viewer.Lines[i]); }
        }

        static void Entry(Sheet to, int column, string key, string meaning) => to.Line(" ").Add(key, Ink.Cyan).To(column).Add(meaning);
    }
}
