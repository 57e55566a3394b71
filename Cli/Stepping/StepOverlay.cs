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

    /// <summary>Frames that a search found.</summary>
    public static StepOverlay Found(string query, IReadOnlyList<Frame> frames, Cursor origin) => new($"found: {query}", sheet =>
    {
        for (int i = 0; i < frames.Count; i++)
        {
            sheet.Line(i < 9 ? $"{i + 1}" : " ", Ink.Cyan).To(3).Right(8, FormattableString.Invariant($"{frames[i].Index}"), Ink.Dim).Add("  ").Add(frames[i].Text).To(44).Add(frames[i].Module, Ink.Cyan).To(74).Add(frames[i].Id, Ink.Dim);
        }
        sheet.Line();
        sheet.Line("a digit goes there; : goes to any by its name", Ink.Dim);
    })
    {
        Targets = [.. frames.Take(9).Select(frame => origin with { Frame = frame.Id, Tensor = "", Element = "", View = "" })],
    };
}
