using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Training;

namespace PureLlm.Cli.Web.Live;

/// <summary>A training run in the browser: /api/events streams it, /api/training holds it between two steps and lets it go on.</summary>
/// <param name="feed">Its events.</param>
/// <param name="pause">Holds it.</param>
/// <param name="hold">Pauses it and opens the step that comes next.</param>
internal sealed class LiveRoutes(LiveFeed feed, TrainingPause pause, Action hold)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim one = new(1);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/live", WebFiles.Page("live.html"));
        routes.MapGet("/api/events", Stream);
        routes.MapGet("/api/training", context => RequestGuard.WriteJson(context, State()));
        routes.MapPost("/api/training/pause", context => InTurn(context, hold));
        routes.MapPost("/api/training/resume", context => InTurn(context, pause.Resume));
    }

    /// <summary>Whether it stands still or has ended, the steps that are done, and the page of the step that comes next.</summary>
    internal sealed record TrainingState(bool Paused, bool Ended, long Step, string? Page);

    private TrainingState State() => new(pause.IsPaused, pause.HasEnded, pause.StepsDone, pause.IsPaused && !pause.HasEnded ? StepApi.PageOf(new Cursor(pause.StepsDone, "s")) : null);

    /// <summary>One request at a time changes the run.</summary>
    private async Task InTurn(HttpContext context, Action change)
    {
        await one.WaitAsync(context.RequestAborted).ConfigureAwait(false);
        try
        {
            await Task.Run(change).ConfigureAwait(false);
        }
        finally
        {
            one.Release();
        }
        await RequestGuard.WriteJson(context, State()).ConfigureAwait(false);
    }

    /// <summary>Server-sent events: what went before, then each event as it comes, and a comment now and then so that a broken line is noticed.</summary>
    private async Task Stream(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        (IReadOnlyList<string> past, ChannelReader<string> coming, IDisposable registration) = feed.Subscribe();
        using (registration)
        {
            try
            {
                foreach (string line in past) { await Send(context, $"data: {line}\n\n").ConfigureAwait(false); }
                await Send(context, "event: caught-up\ndata: {}\n\n").ConfigureAwait(false);
                while (true)
                {
                    using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
                    patience.CancelAfter(Heartbeat);
                    try
                    {
                        if (!await coming.WaitToReadAsync(patience.Token).ConfigureAwait(false)) { return; }
                    }
                    catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
                    {
                        await Send(context, ": still here\n\n").ConfigureAwait(false);
                        continue;
                    }
                    while (coming.TryRead(out string? line)) { await Send(context, $"data: {line}\n\n").ConfigureAwait(false); }
                }
            }
            catch (OperationCanceledException)
            {
                return; // the reader has gone
            }
        }
    }

    private static async Task Send(HttpContext context, string text)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
