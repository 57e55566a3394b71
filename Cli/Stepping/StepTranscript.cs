using System.Text.Json;
using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Cli.Stepping.Panes;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping;

/// <summary>Views as text without any escape sequence, one block for each key: the same bytes every time.</summary>
internal static class StepTranscript
{
    private const int Width = 100;

    /// <summary>The view of the beginning, then one for each key.</summary>
    public static int Write(CommandContext context, StepWalk walk, string script)
    {
        WriteView(context, walk);
        foreach ((string word, IReadOnlyList<string> keys) in StepKeyNames.OfScript(script))
        {
            Press(walk, word, keys);
            if (walk.HasEnded) { break; }
            context.Out.WriteLine();
            context.Out.WriteLine($"{(context.Modes.Ascii ? "==" : "══")} {word}");
            WriteView(context, walk);
        }
        return ExitCode.Ok;
    }

    /// <summary>One JSON object for the beginning, then one for each key.</summary>
    public static int WriteJson(CommandContext context, StepWalk walk, string? script)
    {
        Object();
        foreach ((string word, IReadOnlyList<string> keys) in StepKeyNames.OfScript(script ?? ""))
        {
            Press(walk, word, keys);
            if (walk.HasEnded) { break; }
            Object();
        }
        return ExitCode.Ok;

        void Object()
        {
            JsonElement view = JsonSerializer.SerializeToElement(walk.View, StepViewJson.Options);
            context.WriteJson("step", json =>
            {
                foreach (JsonProperty property in view.EnumerateObject()) { property.WriteTo(json); }
            });
        }
    }

    /// <summary>A terminal that cannot be drawn on: a line of keys, then the view, until q or the end of the input.</summary>
    public static int Ask(CommandContext context, StepWalk walk)
    {
        WriteView(context, walk);
        while (!walk.HasEnded)
        {
            context.Out.Write("keys (enter: n, ?: help, q: quit) > ");
            context.Out.Flush();
            if (context.Host.In.ReadLine() is not { } line) { break; }
            foreach ((string word, IReadOnlyList<string> keys) in StepKeyNames.OfScript(line.Trim().Length == 0 ? "n" : line))
            {
                foreach (string key in keys) { walk.Press(key); }
                if (keys.Count == 0) { context.Out.WriteLine($"no key {word}: ? lists them"); }
            }
            if (!walk.HasEnded) { WriteView(context, walk); }
        }
        return ExitCode.Ok;
    }

    private static void Press(StepWalk walk, string word, IReadOnlyList<string> keys)
    {
        if (keys.Count == 0)
        {
            throw new CliException(ExitCode.Usage, $"step: --script: no key '{word}'", $"keys: {string.Join(' ', StepKeys.All.Select(item => item.Key))} q, and :PLACE /WORD eVALUE zANSWER");
        }
        foreach (string key in keys) { walk.Press(key); }
    }

    private static void WriteView(CommandContext context, StepWalk walk)
    {
        bool ascii = context.Modes.Ascii;
        StepView view = walk.View;
        var head = new Sheet(Width, ascii);
        head.Lines.Add(StepLayout.Title(view, Width, ascii));
        head.Line("at ").Add(view.Cursor);
        if (walk.Status.Length > 0) { head.Line(walk.Status); }
        head.Line();
        IEnumerable<Line> lines = head.Lines;
        if (walk.Overlay is { } overlay)
        {
            var sheet = new Sheet(Width, ascii);
            overlay.Write(sheet);
            lines = lines.Concat(sheet.Lines);
        }
        else
        {
            bool isFirst = true;
            foreach (Section section in StepPage.Sections(view, Width, ascii).Concat(WhyPane.Sections(view, Width, ascii)).Where(section => section.Lines.Count > 0))
            {
                if (!isFirst) { lines = lines.Append(new Line(ascii)); }
                lines = lines.Concat(section.Lines);
                isFirst = false;
            }
        }
        foreach (Line line in lines) { context.Out.WriteLine(line.Text.TrimEnd()); }
    }
}
