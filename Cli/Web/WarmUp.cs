using System.Diagnostics;
using System.Text.Json;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Web;

/// <summary>Asks once for a view of every kind of operation before somebody waits for it: .NET compiles what makes a view when it is first needed.</summary>
internal static class WarmUp
{
    /// <summary>What takes longer is not compilation: such a model computes its views when they are asked for.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);

    /// <summary>Begins on a thread of the pool; ends by itself or when it is told to. The step at which one begins is open already.</summary>
    public static Task Begin(StepSession session, Cursor start, CancellationToken stop) => Task.Run(() => Run(session, start, stop), CancellationToken.None);

    private static void Run(StepSession session, Cursor start, CancellationToken stop)
    {
        foreach (Cursor cursor in Places(session, start).SelectMany(place => new[] { place, place with { Level = StepLevel.Element }, session.Move(place, StepCommand.Next) }))
        {
            if (stop.IsCancellationRequested) { return; }
            long began = Stopwatch.GetTimestamp();
            JsonSerializer.SerializeToUtf8Bytes(session.Explain(cursor), StepViewJson.Options);
            if (Stopwatch.GetElapsedTime(began) > Longest) { return; }
        }
    }

    /// <summary>The first frame of each operation, forward and backward. The optimizer's are left out: they compute the whole step again.</summary>
    internal static Cursor[] Places(StepSession session, Cursor start) => session.With(start.Step, trace => trace.Frames
        .Where(frame => frame.Kind is FrameKind.Zero or FrameKind.Forward or FrameKind.Seed or FrameKind.Backward or FrameKind.Accumulate)
        .DistinctBy(frame => (frame.Kind, frame.Node < 0 ? "" : trace.Tape[frame.Node].Op.Name))
        .Select(frame => start with { Frame = frame.Id }).ToArray());
}
