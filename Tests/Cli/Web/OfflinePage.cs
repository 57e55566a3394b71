using Microsoft.Playwright;

namespace PureLlm.Tests.Cli.Web;

/// <summary>A file on the disk, open in a browser without a network; what it asks for and what the console says against it is kept.</summary>
internal sealed class OfflinePage : IAsyncDisposable
{
    private readonly List<string> requests = [], problems = [];
    private readonly IBrowserContext context;
    private readonly string address;

    private OfflinePage(IBrowserContext context, IPage page, string address) => (this.context, Page, this.address) = (context, page, address);

    public IPage Page { get; }

    public static async Task<OfflinePage> OpenAsync(IBrowser browser, string path)
    {
        IBrowserContext context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1400, Height = 900 } });
        await context.SetOfflineAsync(true);
        var file = new OfflinePage(context, await context.NewPageAsync(), new Uri(path).ToString());
        file.Page.Request += (_, request) => file.requests.Add(request.Url);
        file.Page.Console += (_, message) => { if (message.Type is "error" or "warning") { file.problems.Add(message.Text); } };
        file.Page.PageError += (_, error) => file.problems.Add(error);
        file.Page.SetDefaultTimeout(15_000);
        await file.Page.GotoAsync(file.address);
        await file.Page.WaitForFunctionAsync("() => document.body.dataset.cursor === '0:s'");
        return file;
    }

    /// <summary>Presses a key that leads to another place.</summary>
    public Task PressAsync(string key) => AfterAsync(() => Page.Keyboard.PressAsync(key));

    /// <summary>Shows a cursor, as its link would.</summary>
    public async Task GoAsync(string cursor)
    {
        await Page.EvaluateAsync("cursor => { location.hash = cursor; }", cursor);
        await Page.WaitForFunctionAsync("cursor => document.body.dataset.cursor === cursor", cursor);
    }

    public Task<string> CursorAsync() => Page.EvaluateAsync<string>("() => document.body.dataset.cursor");

    /// <summary>It asked for itself and for nothing else, and nothing went wrong.</summary>
    public void AssertQuiet()
    {
        Assert.That(requests, Is.EqualTo(new[] { address }), "the file itself, and nothing else");
        Assert.That(problems, Is.Empty);
    }

    public async ValueTask DisposeAsync() => await context.CloseAsync();

    private async Task AfterAsync(Func<Task> action)
    {
        string before = await CursorAsync();
        await action();
        await Page.WaitForFunctionAsync("before => document.body.dataset.cursor !== before", before);
    }
}
