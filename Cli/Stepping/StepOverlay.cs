using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping;

/// <summary>Something that stands in front of the view until a key closes it: the keys, what was found.</summary>
/// <param name="Title">What it is.</param>
/// <param name="Write">Writes it.</param>
internal sealed record StepOverlay(string Title, Action<Sheet> Write)
{
    /// <summary>Places that the digits lead to.</summary>
    public IReadOnlyList<Cursor> Targets { get; init; } = [];

    /// <summary>What a search found.</summary>
    public static StepOverlay Found(string query, IReadOnlyList<StepFind> found) => new($"found: {query}", sheet =>
    {
        for (int i = 0; i < found.Count; i++)
        {
            sheet.Line(i < 9 ? $"{i + 1}" : " ", Ink.Cyan).To(3).Add(found[i].Text).To(Math.Max(46, found[i].Text.Length + 5)).Add(found[i].Cursor.ToString(), Ink.Dim);
        }
        sheet.Line();
        sheet.Line("a digit goes there; : goes to any place by its name", Ink.Dim);
    })
    {
        Targets = [.. found.Take(9).Select(item => item.Cursor)],
    };
}
