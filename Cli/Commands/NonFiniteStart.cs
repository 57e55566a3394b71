using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;

namespace PureLlm.Cli.Commands;

/// <summary><c>--at nan</c>: the step and the frame in which numbers first went wrong.</summary>
internal static class NonFiniteStart
{
    /// <summary>Finds the place, tells it, and how to open it again.</summary>
    /// <param name="context">Where it is told.</param>
    /// <param name="session">What is searched.</param>
    /// <param name="command">The command line that opens the session, without a place.</param>
    /// <exception cref="CliException">Everything is finite.</exception>
    public static Cursor Find(CommandContext context, StepSession session, string command)
    {
        long step = StepOf(session) ?? throw new CliException(ExitCode.Input, $"step: --at nan: no step of {session.Source.Title} went wrong: loss and gradient are finite in all of {(session.Source.LastStep ?? 0) + 1}", "another place: --at 0, or a rule to stop at: --break \"gnorm > 10\"");
        (string text, Cursor cursor) = session.With(step, trace => StepOrigin.Find(trace) is { } origin ? (origin.ToString(), Before(origin)) : ("", default));
        if (text.Length == 0)
        {
            throw new CliException(ExitCode.Input, $"step: --at nan: loss or gradient of step {step} is not finite in training, and here it is", $"look at it: {command} --at {step}");
        }
        string[] lines = text.Split('\n');
        context.Note($"● break nan   {lines[0]}");
        foreach (string line in lines.Skip(1)) { context.Note($"  {line}"); }
        string tensor = cursor.Tensor.Length == 0 ? "" : $"?tensor={Uri.EscapeDataString(cursor.Tensor)}";
        context.Note($"  open it:  {command} --at {Quoted($"{cursor.Step}:{cursor.Frame}{tensor}")} --el {cursor.Element}");
        return cursor;
    }

    /// <summary>A word as a shell takes it.</summary>
    public static string Quoted(string word) => word.Length > 0 && word.All(letter => char.IsAsciiLetterOrDigit(letter) || "-_./=:,+".Contains(letter, StringComparison.Ordinal)) ? word : $"\"{word.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static long? StepOf(StepSession session)
    {
        if (session.Source is ModelSource model) { return model.FindNonFinite(); }
        for (long step = session.Source.FirstStep; step <= (session.Source.LastStep ?? session.Source.FirstStep); step++)
        {
            if (session.With(step, trace => StepOrigin.Find(trace) is not null)) { return step; }
        }
        return null;
    }

    /// <summary>The place; where a weight was not finite before the step, the update that made it so.</summary>
    private static Cursor Before(StepOrigin origin)
    {
        int parameter = origin.Reading.Tensor.Parameter;
        return origin.IsGiven && parameter >= 0 && origin.Trace.Subject.Step > 0
            ? new Cursor(origin.Trace.Subject.Step - 1, $"u{parameter}", Element: origin.Indices)
            : origin.Cursor;
    }
}
