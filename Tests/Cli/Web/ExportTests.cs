using PureLlm.Cli;
using PureLlm.Cli.Web.Export;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Cli.Web;

/// <summary>W6: an exported file opens from a disk, offline, and shows what the server shows.</summary>
public sealed class ExportTests : BrowserFixture
{
    [Test]
    public async Task An_exported_file_opens_from_a_disk_without_a_request_or_an_error_and_shows_the_same_ledger()
    {
        using var session = new StepSession(Residual());
        StepExport.Written file = StepExport.Create(session, session.Start, [], 5_000_000, new Dictionary<string, string> { ["made by"] = "a test" });
        Assert.That(file.Bytes, Has.Length.LessThan(5_000_000));
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "residual.html");
        await File.WriteAllBytesAsync(path, file.Bytes);

        await using OfflinePage offline = await OfflinePage.OpenAsync(Browser, path);
        string frame = session.With(0, trace => trace.Frames.Last(item => item.Kind == FrameKind.Backward && item.Text.Contains("rms_norm", StringComparison.Ordinal)).Id);
        int steps = session.With(0, trace => trace.Find(frame)!.Index - trace.Find("s")!.Index);
        for (int i = 0; i < steps; i++) { await offline.PressAsync("n"); }
        Assert.That(await offline.CursorAsync(), Is.EqualTo($"0:{frame}"));
        await using Viewer served = await Viewer.OpenAsync(Browser, Residual(), $"0:{frame}");
        Assert.That(await offline.Page.InnerTextAsync("#ledger"), Is.EqualTo(await served.Page.InnerTextAsync("#ledger")));
        offline.AssertQuiet();
    }

    /// <summary>What <c>pure-llm step tiny.toml --export out.html</c> writes, in full.</summary>
    [Test, Explicit("half a minute"), Category("Slow")]
    public async Task The_exported_step_of_a_model_opens_offline_and_shows_the_ledgers_that_the_server_shows()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("new", "tiny", "."), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Run("step", "tiny.toml", "--export", "out.html"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        string path = Path.Combine(cli.Folder, "out.html"), config = Path.Combine(cli.Folder, "tiny.toml");
        Assert.That(new FileInfo(path).Length, Is.LessThanOrEqualTo(5_000_000));
        TestContext.Out.WriteLine(FormattableString.Invariant($"{new FileInfo(path).Length / 1e6:0.0} MB"));

        await using OfflinePage offline = await OfflinePage.OpenAsync(Browser, path);
        using var backend = new CpuBackend(2);
        await using Viewer served = await Viewer.OpenAsync(Browser, ModelSource.OfConfig("tiny.toml", ConfigLoader.Load(config, []).Config, backend, BatchCut.Microscope));
        string[] frames = served.Session.With(0, trace => trace.Frames.Where(frame => frame.Kind is FrameKind.Backward or FrameKind.Accumulate).Select(frame => frame.Id).Where((_, i) => i % 2 == 0).ToArray());
        Assert.That(frames, Has.Length.GreaterThan(8));
        int ledgers = 0;
        foreach (string frame in frames)
        {
            await offline.GoAsync($"0:{frame}");
            StepView view = served.Session.Explain(Cursor.Parse($"0:{frame}"));
            double[] cells = await offline.Page.EvaluateAsync<double[]>("() => [...document.querySelectorAll('#ledger:not([hidden]) td .num')].map((cell) => Number(cell.dataset.value))");
            double[] expected = view.Ledger is not { } ledger ? [] : [.. ledger.Rows.SelectMany(row => row.Values), .. ledger.Total, .. ledger.Gradient, .. ledger.FiniteDifference ?? []];
            Assert.That(cells, Is.EqualTo(expected), frame);
            ledgers += expected.Length > 0 ? 1 : 0;
            await served.GoAsync($"0:{frame}");
            Assert.That(await offline.Page.InnerTextAsync("#ledger"), Is.EqualTo(await served.Page.InnerTextAsync("#ledger")), frame);
        }
        Assert.That(ledgers, Is.GreaterThan(8));
        offline.AssertQuiet();
    }

    [Test]
    public void Frames_can_be_chosen_and_a_small_budget_leaves_elements_out()
    {
        using var session = new StepSession(Residual());
        StepExport.Written all = StepExport.Create(session, session.Start, [], 50_000_000, new Dictionary<string, string>());
        StepExport.Written few = StepExport.Create(session, session.Start, ["s", "b6", "b5"], 50_000_000, new Dictionary<string, string>());
        StepExport.Written small = StepExport.Create(session, session.Start, [], all.Bytes.Length - 1, new Dictionary<string, string>());
        StepExport.Written tooSmall = StepExport.Create(session, session.Start, [], 10, new Dictionary<string, string>());
        Assert.Multiple(() =>
        {
            Assert.That(few.Frames, Is.EqualTo(3));
            Assert.That(few.Bytes, Has.Length.LessThan(all.Bytes.Length));
            Assert.That(small.Places, Is.LessThan(all.Places));
            Assert.That(tooSmall.Remark, Does.Contain("--frames"));
        });
    }
}
