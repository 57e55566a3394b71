using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Web;

/// <summary>What every request must hold before it is believed, and what every answer says to the browser.</summary>
/// <remarks>The server is for the person at this machine. A page of a stranger may still reach it through the browser: under a name that it made point here
/// (so the Host header must be a loopback name), or by a request from its own origin (so Origin and Sec-Fetch-Site must not be foreign).</remarks>
internal static class RequestGuard
{
    public const int MostQueryCharacters = 2048, MostBodyBytes = 64 * 1024;

    private const string Policy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'";

    private static readonly JsonSerializerOptions Bodies = new(StepViewJson.Options) { RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true, MaxDepth = 8 };

    /// <summary>Refuses what is foreign or too large; turns a mistake in a request into JSON.</summary>
    public static async Task Check(HttpContext context, Func<Task> next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        if (!IsLoopback(context.Request.Host.Host))
        {
            await Refuse(context, StatusCodes.Status403Forbidden, $"the host '{Shortened(context.Request.Host.Host)}' is not this machine", "open http://127.0.0.1 or http://localhost with the port that was printed").ConfigureAwait(false);
            return;
        }
        if (IsForeign(context.Request))
        {
            await Refuse(context, StatusCodes.Status403Forbidden, "a page of another origin may not ask", "open the viewer itself").ConfigureAwait(false);
            return;
        }
        if (context.Request.QueryString.Value is { Length: > MostQueryCharacters } query)
        {
            await Refuse(context, StatusCodes.Status414UriTooLong, $"the query has {query.Length} characters, at most {MostQueryCharacters} are read", "").ConfigureAwait(false);
            return;
        }
        try
        {
            await next().ConfigureAwait(false);
            if (context.Response is { StatusCode: StatusCodes.Status404NotFound, HasStarted: false })
            {
                await Refuse(context, StatusCodes.Status404NotFound, $"there is no page '{Shortened(context.Request.Path)}'", "the viewer begins at /").ConfigureAwait(false);
            }
        }
        catch (BadHttpRequestException exception)
        {
            await Refuse(context, exception.StatusCode, exception.Message, $"a body has at most {MostBodyBytes} bytes").ConfigureAwait(false);
        }
        catch (JsonException exception)
        {
            await Refuse(context, StatusCodes.Status400BadRequest, $"the body is not the JSON that is asked for: {exception.Message}", "").ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or NotSupportedException)
        {
            await Refuse(context, StatusCodes.Status400BadRequest, exception.Message, "a cursor looks like 0:b12?el=1,2").ConfigureAwait(false);
        }
        catch (CliException exception)
        {
            await Refuse(context, StatusCodes.Status400BadRequest, exception.Message, string.Join('\n', exception.Help)).ConfigureAwait(false);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            await Refuse(context, StatusCodes.Status500InternalServerError, $"a mistake of the program: {exception.GetType().Name}: {exception.Message}", "the terminal shows the same place: copy the cursor into --at").ConfigureAwait(false);
        }
    }

    /// <summary>Writes {"error", "help"}.</summary>
    public static async Task Refuse(HttpContext context, int status, string error, string help)
    {
        if (context.Response.HasStarted) { return; }
        context.Response.StatusCode = status;
        await WriteJson(context, new Refusal(error, help)).ConfigureAwait(false);
    }

    /// <summary>Writes a value in the JSON of step views.</summary>
    public static Task WriteJson<T>(HttpContext context, T value)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(value, StepViewJson.Options);
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    /// <summary>Reads a body; every field must be there.</summary>
    /// <exception cref="JsonException">It is not the JSON that is asked for.</exception>
    /// <exception cref="FormatException">It is something else than JSON.</exception>
    public static async ValueTask<T> ReadJson<T>(HttpContext context)
    {
        if (!context.Request.HasJsonContentType()) { throw new FormatException("the body must be JSON: Content-Type: application/json"); }
        return await JsonSerializer.DeserializeAsync<T>(context.Request.Body, Bodies, context.RequestAborted).ConfigureAwait(false) ?? throw new JsonException("null is no answer");
    }

    internal sealed record Refusal(string Error, string Help);

    private static bool IsLoopback(string host) => host is "127.0.0.1" or "localhost" or "[::1]";

    private static bool IsForeign(HttpRequest request)
    {
        string? origin = request.Headers.Origin;
        if (!string.IsNullOrEmpty(origin) && origin != $"http://{request.Host.Value}") { return true; }
        return request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site" && request.Path.StartsWithSegments("/api", StringComparison.Ordinal);
    }

    private static string Shortened(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
