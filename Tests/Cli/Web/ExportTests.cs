using Microsoft.Playwright;
using PureLlm.Cli.Web.Export;
using PureLlm.Engine.Inspection;

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

        await using IBrowserContext context = await Browser.NewContextAsync(new() { ViewportSize = new() { Width = 1400, Height = 900 } });
        await context.SetOfflineAsync(true);
        IPage page = await context.NewPageAsync();
        List<string> requests = [], problems = [];
        page.Request += (_, request) => requests.Add(request.Url);
        page.Console += (_, message) => { if (message.Type is "error" or "warning") { problems.Add(message.Text); } };
        page.PageError += (_, error) => problems.Add(error);
        await page.GotoAsync(new Uri(path).ToString());
        await page.WaitForFunctionAsync("() => document.body.dataset.cursor === '0:s'");

        string frame = session.With(0, trace => trace.Frames.Last(item => item.Kind == FrameKind.Backward && item.Text.Contains("rms_norm", StringComparison.Ordinal)).Id);
        int steps = session.With(0, trace => trace.Find(frame)!.Index - trace.Find("s")!.Index);
        for (int i = 0; i < steps; i++)
        {
            string before = await page.EvaluateAsync<string>("() => document.body.dataset.cursor");
            await page.Keyboard.PressAsync("n");
            await page.WaitForFunctionAsync("before => document.body.dataset.cursor !== before", before);
        }
        Assert.That(await page.EvaluateAsync<string>("() => document.body.dataset.cursor"), Is.EqualTo($"0:{frame}"));
        string ledger = await page.InnerTextAsync("#ledger");
        await using Viewer served = await Viewer.OpenAsync(Browser, Residual(), $"0:{frame}");
        Assert.Multiple(async () =>
        {
            Assert.That(ledger, Is.EqualTo(await served.Page.InnerTextAsync("#ledger")));
            Assert.That(requests, Is.EqualTo(new[] { new Uri(path).ToString() }), "the file itself, and nothing else");
            Assert.That(problems, Is.Empty);
        });
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
