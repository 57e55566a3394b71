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
        ("[ ]", "module"), ("c", "continue"), ("m", "heat"), ("/", "find"), ("b", "backward"), (". ,", "step"), (":", "go to"), ("space", "more"), ("g G", "ends"),
    ];

    /// <summary>The viewer's own keys, beside those of <see cref="StepKeys"/>.</summary>
    public static IReadOnlyList<(string Key, string Meaning)> Own { get; } =
    [
        ("→ ←", "the same as n and p"), ("↑ ↓", "the same as k and j"), ("enter", "the same as i"), ("backspace", "back to where you were"), ("space", "all of it, page after page"),
        ("1 … 9", "go to the cause of a remark"), ("s", "line search: the loss further along the update"), ("T", "loss of each token"), ("A", "attention map; again: the next head"), ("L", "lens: what the model would say after each part"),
        (":", "go to a place: 500:b41?el=1,2"), ("/", "find a tensor, a module, an operation"), ("?", "this help"), ("q", "quit; also Esc and Ctrl-C"),
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
        sheet.Line("moves", Ink.Bold);
        foreach ((string key, StepCommand _, string meaning) in StepKeys.All) { Entry(key, meaning); }
        sheet.Line();
        sheet.Line("the viewer", Ink.Bold);
        foreach ((string key, string meaning) in Own) { Entry(key, meaning); }

        void Entry(string key, string meaning) => sheet.Line("  ").Add(key, Ink.Cyan).To(13).Add(meaning);
    }
}
