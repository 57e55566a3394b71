using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>The frames around the current one, which is marked, as many as there are rows.</summary>
internal static class TapePane
{
    public static void Write(Sheet sheet, StepView view, int rows)
    {
        IReadOnlyList<FrameView> frames = view.Nearby;
        int current = Math.Max(0, frames.ToList().FindIndex(frame => frame.IsCurrent));
        int first = Math.Clamp(current - (rows * 2 / 3), 0, Math.Max(0, frames.Count - rows));
        int number = frames.Count == 0 ? 2 : Math.Max(2, frames.Max(frame => frame.Index).ToString(System.Globalization.CultureInfo.InvariantCulture).Length);
        for (int i = first; i < Math.Min(frames.Count, first + rows); i++)
        {
            FrameView frame = frames[i];
            bool isEdge = (i == first && frame.Index > 0 && first > 0) || (i == first + rows - 1 && i < frames.Count - 1);
            Line line = sheet.Line(frame.IsCurrent ? "▶" : " ", Ink.Cyan).Right(1 + number, frame.Index.ToString(System.Globalization.CultureInfo.InvariantCulture), frame.IsCurrent ? Ink.Bold : Ink.Dim).Add(" ");
            line.Add(isEdge && !frame.IsCurrent ? "·  …" : frame.Text, frame.IsCurrent ? Ink.Bold : KindInk(frame.Kind));
        }
    }

    private static Ink KindInk(string kind) => kind switch { "backward" or "accumulate" or "seed" => Ink.Plain, "update" or "clip" or "check" => Ink.Yellow, _ => Ink.Dim };
}
