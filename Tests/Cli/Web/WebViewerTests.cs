using System.Net;
using System.Net.Sockets;
using PureLlm.Cli;

namespace PureLlm.Tests.Cli.Web;

public sealed class WebViewerTests
{
    [Test, CancelAfter(60_000)]
    public async Task Ctrl_C_ends_the_pages_with_success_and_gives_the_port_back(CancellationToken cancellation)
    {
        var interrupt = new Interrupt();
        using var runner = new CliRunner { Signals = interrupt };
        int port = FreePort();
        Task<int> command = Task.Run(() => runner.Run("step", "--demo", "residual", "--web", "--port", $"{port}"), cancellation);
        using (var client = new HttpClient())
        {
            Assert.That(await AnswerAsync(client, $"http://127.0.0.1:{port}/api/explain?cursor=0:s", command, cancellation), Does.Contain("demo residual"));
            Assert.That(command.IsCompleted, Is.False, "it serves until it is told to end");
            interrupt.Send();
            Assert.That(await command.WaitAsync(TimeSpan.FromSeconds(20), cancellation), Is.EqualTo(ExitCode.Ok));
        }
        Assert.That(runner.Out.ToString().Trim(), Is.EqualTo($"http://127.0.0.1:{port}/step/0/s"));
        Assert.That(interrupt.IsHeard, Is.False, "nobody listens any more");
        using var again = new TcpListener(IPAddress.Loopback, port);
        Assert.That(again.Start, Throws.Nothing);
    }

    /// <summary>The answer, once the server is there.</summary>
    private static async Task<string> AnswerAsync(HttpClient client, string address, Task<int> command, CancellationToken cancellation)
    {
        while (!command.IsCompleted)
        {
            try
            {
                return await client.GetStringAsync(address, cancellation);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(20, cancellation); // not listening yet
            }
        }
        return $"the command ended with {await command}";
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Interrupt : ISignals, IDisposable
    {
        private Action? handler;

        public bool IsHeard => Volatile.Read(ref handler) is not null;

        public void Send() => Volatile.Read(ref handler)?.Invoke();

        public IDisposable Listen(Action handler)
        {
            Volatile.Write(ref this.handler, handler);
            return this;
        }

        public void Dispose() => Volatile.Write(ref handler, null);
    }
}
