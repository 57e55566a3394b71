using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Web;

/// <summary>Serves the steps of a session to a browser on this machine: pages, and the views as JSON.</summary>
/// <remarks>Listens on 127.0.0.1 alone. Reads neither configuration files nor environment variables, writes no log.</remarks>
public sealed class StepServer : IAsyncDisposable
{
    /// <summary>The port where none is asked for.</summary>
    public const int DefaultPort = 5177;

    private readonly WebApplication application;

    private StepServer(WebApplication application, int port)
    {
        this.application = application;
        Address = new Uri($"http://127.0.0.1:{port}/");
    }

    /// <summary>Where the pages are.</summary>
    public Uri Address { get; }

    /// <summary>Ends when the server is stopped.</summary>
    public CancellationToken Stopping => application.Lifetime.ApplicationStopping;

    /// <summary>Starts serving; the session stays the caller's.</summary>
    /// <param name="session">Where the views come from.</param>
    /// <param name="start">Where the browser begins.</param>
    /// <param name="port">0: any free one.</param>
    /// <param name="more">Adds further routes.</param>
    /// <exception cref="CliException">S001: the port is taken or not allowed.</exception>
    public static async Task<StepServer> StartAsync(StepSession session, Cursor start, int port = DefaultPort, Action<IEndpointRouteBuilder>? more = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => Limit(options, port));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, OwnLifetime>();
        WebApplication application = builder.Build();
        application.Use(RequestGuard.Check);
        application.UseRouting();
        WebFiles.Map(application);
        new StepApi(session, start).Map(application);
        more?.Invoke(application);
        application.UseEndpoints(_ => { });
        try
        {
            await application.StartAsync().ConfigureAwait(false);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw PortProblem($"port {port} is in use, perhaps by another viewer", port);
        }
        catch (System.Net.Sockets.SocketException exception)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw PortProblem($"port {port} cannot be opened: {exception.Message}", port);
        }
        return new StepServer(application, new Uri(application.Urls.First()).Port);
    }

    public async ValueTask DisposeAsync()
    {
        using (var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(1)))
        {
            await application.StopAsync(hurry.Token).ConfigureAwait(false);
        }
        await application.DisposeAsync().ConfigureAwait(false);
    }

    private static CliException PortProblem(string what, int port)
    {
        int next = port is > 0 and < 65535 ? port + 1 : DefaultPort;
        return new CliException(ExitCode.Input, $"step --web: {what}", "pure-llm step … --web --port 0    any free port", $"pure-llm step … --web --port {next}") { Code = "S001" };
    }

    private static void Limit(KestrelServerOptions options, int port)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = RequestGuard.MostBodyBytes;
        options.Limits.MaxRequestLineSize = 8 * 1024;
        options.Limits.MaxConcurrentConnections = 100;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        options.Listen(IPAddress.Loopback, port);
    }

    /// <summary>Signals are the command's affair, not the server's.</summary>
    private sealed class OwnLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
