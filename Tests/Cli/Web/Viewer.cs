using Microsoft.Playwright;
using PureLlm.Cli.Web;
using PureLlm.Engine.Inspection;

namespace PureLlm.Tests.Cli.Web;

/// <summary>The viewer of a source, open in a real browser; whatever its console says against it is kept.</summary>
internal sealed class Viewer : IAsyncDisposable
{
    private readonly List<string> problems = [];
    private readonly Task warm;

    private Viewer(StepSession session, StepServer server, IPage page)
    {
        (Session, Server, Page) = (session, server, page);
        warm = WarmUp.Begin(session, session.Start, server.Stopping);
    }

    public StepSession Session { get; }

    public StepServer Server { get; }

    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, and exceptions that nobody caught.</summary>
    public IReadOnlyList<string> Problems => problems;

    public static async Task<Viewer> OpenAsync(IBrowser browser, StepSource source, string cursor = "", BrowserNewPageOptions? options = null)
    {
        var session = new StepSession(source);
        session.Explain(session.Start);
        StepServer server = await StepServer.StartAsync(session, session.Start, port: 0);
        var viewer = new Viewer(session, server, await browser.NewPageAsync(options ?? new() { ViewportSize = new() { Width = 1400, Height = 900 } }));
        viewer.Page.Console += (_, message) => { if (message.Type is "error" or "warning") { viewer.problems.Add(message.Text); } };
        viewer.Page.PageError += (_, error) => viewer.problems.Add(error);
        viewer.Page.SetDefaultTimeout(15_000);
        await viewer.GoAsync(cursor);
        return viewer;
    }

    /// <summary>Opens the page of a cursor and waits until it is shown.</summary>
    public async Task GoAsync(string cursor)
    {
        await Page.GotoAsync(new Uri(Server.Address, cursor.Length == 0 ? "/" : StepApi.PageOf(Cursor.Parse(cursor))).ToString());
        await ShownAsync("");
    }

    /// <summary>Presses a key and waits until the page has answered.</summary>
    public async Task PressAsync(string key)
    {
        string turn = await TurnAsync();
        await Page.Keyboard.PressAsync(key);
        await ShownAsync(turn);
    }

    /// <summary>Does something that makes the page show a cursor, and waits until it has.</summary>
    public async Task AfterAsync(Func<Task> action)
    {
        string turn = await TurnAsync();
        await action();
        await ShownAsync(turn);
    }

    /// <summary>Loads the page of the current address again.</summary>
    public async Task ReloadAsync()
    {
        await Page.ReloadAsync();
        await ShownAsync("");
    }

    public Task<string> CursorAsync() => Page.EvaluateAsync<string>("() => document.body.dataset.cursor");

    /// <summary>What the server would say at the page's cursor.</summary>
    public async Task<StepView> ViewAsync() => Session.Explain(Cursor.Parse(await CursorAsync()));

    public async ValueTask DisposeAsync()
    {
        await Page.CloseAsync();
        await Server.DisposeAsync();
        await warm;
        Session.Dispose();
    }

    private Task<string> TurnAsync() => Page.EvaluateAsync<string>("() => document.body.dataset.turn ?? ''");

    /// <summary>Waits until another turn than this one is over, and the page knows its keys: before that, what is shown next may be of an earlier press.</summary>
    private Task ShownAsync(string turn) =>
        Page.WaitForFunctionAsync("turn => document.body.dataset.turn && document.body.dataset.turn !== turn && performance.getEntriesByName('ready').length > 0", turn);
}
