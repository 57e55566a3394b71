using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>Remarks, with the key that leads to the cause of each.</summary>
internal static class NotesPane
{
    /// <summary>Remarks that a digit leads to the cause of, at most nine.</summary>
    public static IReadOnlyList<NoteView> Linked(StepView view) => [.. view.Notes.Where(note => note.Cursor is not null).Take(9)];

    public static void Write(Sheet sheet, StepView view)
    {
        IReadOnlyList<NoteView> linked = Linked(view);
        foreach (NoteView note in view.Notes)
        {
            int number = linked.ToList().IndexOf(note) + 1;
            string text = number > 0 ? $"{note.Text}  [{number}: go there]" : note.Text;
            sheet.Paragraph(sheet.Line("● ", Ink.Yellow), 2, text);
        }
    }
}
