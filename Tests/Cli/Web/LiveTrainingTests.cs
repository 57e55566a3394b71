using System.Net;
using System.Net.Sockets;
using Microsoft.Playwright;
using PureLlm.Cli;

namespace PureLlm.Tests.Cli.Web;

/// <summary>W5: a run in the browser: its curve grows, its sample changes, it is paused, its next step opens, it goes on.</summary>
public sealed class LiveTrainingTests : BrowserFixture
{
    private static readonly string Config = SmallConfig.Text(steps: 100_000, evaluateEvery: 50);

    [Test, CancelAfter(90_000)]
    public async Task A_run_is_watched_paused_stepped_through_and_resumed()
    {
        var interrupt = new Interrupt();
        using var runner = new CliRunner { Signals = interrupt };
        runner.Write("live.toml", Config);
        int port = FreePort();
        Task<int> training = Task.Run(() => runner.Run("train", "live.toml", "--web", "--port", $"{port}", "--plain"));
        try
        {
            string address = $"http://127.0.0.1:{port}/live";
            await AnswersAsync(address, training);
            IPage page = await Browser.NewPageAsync(new() { ViewportSize = new() { Width = 1400, Height = 900 } });
            List<string> problems = [];
            page.Console += (_, message) => { if (message.Type is "error" or "warning") { problems.Add(message.Text); } };
            page.PageError += (_, problem) => problems.Add(problem);
            page.SetDefaultTimeout(30_000);
            await page.GotoAsync(address);

            await page.WaitForSelectorAsync("#chart svg");
            int points = await PointsAsync(page);
            string sample = await page.InnerTextAsync("#samples li:first-child");
            await page.WaitForFunctionAsync("points => Number(document.querySelector('#chart svg').dataset.points) > points", points);
            await page.WaitForFunctionAsync("sample => document.querySelector('#samples li').innerText !== sample", sample);

            await page.Keyboard.PressAsync("p");
            await page.WaitForSelectorAsync("#state[data-state=paused]");
            string link = (await page.GetAttributeAsync("#open", "href"))!;
            await page.ScreenshotAsync(new() { Path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "live.png"), FullPage = true });
            await page.ClickAsync("#open");
            await page.WaitForFunctionAsync("() => document.body.dataset.cursor");
            string cursor = await page.EvaluateAsync<string>("() => document.body.dataset.cursor");
            Assert.That($"/step/{cursor.Replace(':', '/')}", Is.EqualTo(link));

            await page.GoBackAsync();
            await page.ClickAsync("#resume");
            await page.WaitForSelectorAsync("#state[data-state=training]");
            int paused = await PointsAsync(page);
            await page.WaitForFunctionAsync("points => Number(document.querySelector('#chart svg').dataset.points) > points", paused);
            Assert.That(problems, Is.Empty);
            await page.CloseAsync();
        }
        finally
        {
            interrupt.Send();
            Assert.That(await training, Is.EqualTo(ExitCode.Interrupted));
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task AnswersAsync(string address, Task<int> training)
    {
        using var client = new HttpClient();
        while (!training.IsCompleted)
        {
            try
            {
                using HttpResponseMessage answer = await client.GetAsync(address);
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50); // not listening yet
            }
        }
        Assert.Fail($"the run ended before its page was there, with {await training}");
    }

    private sealed class Interrupt : ISignals, IDisposable
    {
        private Action? handler;

        public void Send() => Volatile.Read(ref handler)?.Invoke();

        public IDisposable Listen(Action handler)
        {
            Volatile.Write(ref this.handler, handler);
            return this;
        }

        public void Dispose() => Volatile.Write(ref handler, null);
    }

    private static async Task<int> PointsAsync(IPage page) => await page.EvaluateAsync<int>("() => Number(document.querySelector('#chart svg')?.dataset.points ?? 0)");
}
