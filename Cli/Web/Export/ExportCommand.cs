using System.Globalization;
using PureLlm.Cli.Stepping;
using PureLlm.Engine.Formats;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Web.Export;

/// <summary><c>step … --export FILE</c>: the step as one page.</summary>
internal static class ExportCommand
{
    /// <summary>Writes the file and says what is in it.</summary>
    /// <exception cref="CliException">The frames are none, or the file cannot be written.</exception>
    public static int Run(CommandContext context, StepSession session, Cursor start, StepOptions options)
    {
        string path = options.Export!;
        if (!(options.MaximumMegabytes > 0)) { throw new CliException(ExitCode.Usage, "step: --max-mb must be more than 0"); }
        if (options is { AllFrames: true, Frames: not null }) { throw new CliException(ExitCode.Usage, "step: --all and --frames are two answers to one question; give one of them"); }
        IReadOnlyList<string> frames = options.Frames is null ? [] : session.With(start.Step, trace => Choose(options.Frames, [.. trace.Frames.Select(frame => frame.Id)]));
        StepView view = session.Explain(start);
        StepExport.Written file = StepExport.Create(session, start, frames, (long)Math.Min(1e12, options.MaximumMegabytes * 1e6), Facts(session, view, options));
        try
        {
            AtomicFile.Write(path, file.Bytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Input, $"step: {context.ShownPath(path)} cannot be written: {error.Message}") { Code = "R004" };
        }
        context.Out.WriteLine(context.ShownPath(path));
        context.Note(string.Create(CultureInfo.InvariantCulture, $"{file.Bytes.Length / 1e6:0.0} MB · {file.Frames} of {view.FrameCount} frames, {file.Places:N0} places · opens without a network"));
        if (file.Remark.Length > 0) { context.Note(file.Remark); }
        return ExitCode.Ok;
    }

    /// <summary>"16..27" as the ids of these frames.</summary>
    private static List<string> Choose(string text, IReadOnlyList<string> ids)
    {
        string[] ends = text.Split("..", 2);
        bool isRange = int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first) & int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int last);
        return isRange && first <= last && last < ids.Count ? [.. ids.Skip(first).Take(last - first + 1)]
            : throw new CliException(ExitCode.Usage, $"step: --frames {text}: the step has the frames 0..{ids.Count - 1}; write --frames 16..27");
    }

    private static SortedDictionary<string, string> Facts(StepSession session, StepView view, StepOptions options)
    {
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["made by"] = ProductVersion.Line,
            ["of"] = FormattableString.Invariant($"{view.Title}, step {view.Step}, loss {view.Loss:R}"),
            ["opens again with"] = FormattableString.Invariant($"{options.CommandLine} --at {view.Step}"),
        };
        foreach ((string name, string text) in session.Source.Provenance) { facts[name] = text; }
        return facts;
    }
}
