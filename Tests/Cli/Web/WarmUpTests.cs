using PureLlm.Cli.Web;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Cli.Web;

public sealed class WarmUpTests
{
    [Test]
    public async Task It_views_every_operation_both_ways_and_ends_by_itself()
    {
        using var backend = new CpuBackend(1, CpuFeatures.Width);
        using var session = new StepSession(new DemoSource("residual", backend));
        Cursor[] places = WarmUp.Places(session, session.Start);
        string[] shown = [.. places.Select(place => session.Explain(place).Frame).Select(frame => $"{frame.Kind} {frame.Op}")];
        string[] all = session.With(0, trace => trace.Frames.Where(frame => frame.Kind is FrameKind.Forward or FrameKind.Backward)
            .Select(frame => $"{frame.Kind.ToString().ToLowerInvariant()} {trace.Tape[frame.Node].Op.Name}").Distinct().ToArray());
        Assert.That(all, Has.Length.GreaterThan(6).And.SubsetOf(shown));
        Assert.That(shown, Is.Unique);
        Assert.That(shown.Where(text => text.StartsWith("update", StringComparison.Ordinal)), Is.Empty, "these compute the whole step");
        await WarmUp.Begin(session, session.Start, CancellationToken.None);
    }

    [Test]
    public async Task It_ends_when_it_is_told_to()
    {
        using var backend = new CpuBackend(1, CpuFeatures.Width);
        using var session = new StepSession(new DemoSource("residual", backend));
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        Task warm = WarmUp.Begin(session, session.Start, stop.Token);
        Assert.That(await Task.WhenAny(warm, Task.Delay(TimeSpan.FromSeconds(10))), Is.SameAs(warm));
        Assert.That(warm.IsCompletedSuccessfully);
    }
}
