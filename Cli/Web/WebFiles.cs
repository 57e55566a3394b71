using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace PureLlm.Cli.Web;

/// <summary>The files of the viewer, embedded in the program.</summary>
public static class WebFiles
{
    private const string Prefix = "web/";

    private static readonly FrozenDictionary<string, (byte[] Bytes, string Type, string Tag)> Files = Load();

    /// <summary>Names of all files: "app.js", "index.html".</summary>
    public static IEnumerable<string> Names => Files.Keys.Order(StringComparer.Ordinal);

    /// <summary>Bytes of a file.</summary>
    /// <exception cref="FileNotFoundException">There is none of that name.</exception>
    public static ReadOnlyMemory<byte> Read(string name) => Files.TryGetValue(name, out var file) ? file.Bytes : throw new FileNotFoundException($"The viewer has no file '{name}'.", name);

    /// <summary>Adds their routes: /step/… is the page whatever the cursor, /app/… are its parts.</summary>
    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/step/{**cursor}", context => Send(context, "index.html"));
        routes.MapGet("/app/{name}", context => Send(context, (string)context.Request.RouteValues["name"]!));
        routes.MapGet("/favicon.ico", context => Send(context, "icon.svg"));
    }

    /// <summary>Answers with a file.</summary>
    internal static RequestDelegate Page(string name) => context => Send(context, name);

    private static async Task Send(HttpContext context, string name)
    {
        if (!Files.TryGetValue(name, out (byte[] Bytes, string Type, string Tag) file))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        context.Response.Headers.CacheControl = name == "icon.svg" ? "max-age=86400" : "no-cache"; // browsers ask for the icon again at every change of the address
        context.Response.Headers.ETag = file.Tag;
        if (context.Request.Headers.IfNoneMatch == file.Tag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        context.Response.ContentType = file.Type;
        context.Response.ContentLength = file.Bytes.Length;
        await context.Response.Body.WriteAsync(file.Bytes, context.RequestAborted).ConfigureAwait(false);
    }

    private static FrozenDictionary<string, (byte[], string, string)> Load()
    {
        Dictionary<string, (byte[], string, string)> files = [];
        foreach (string resource in typeof(WebFiles).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using Stream stream = typeof(WebFiles).Assembly.GetManifestResourceStream(resource)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            files[resource[Prefix.Length..]] = (bytes, TypeOf(resource), $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\"");
        }
        return files.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        string other => throw new InvalidOperationException($"The viewer's file '{name}' has the unknown type '{other}'."),
    };
}
