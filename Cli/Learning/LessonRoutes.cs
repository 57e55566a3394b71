using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace PureLlm.Cli.Learning;

/// <summary>The lessons on the viewer's server: /learn lists them, /learn/4 is one, with the viewer beside the lesson whose step it shows.</summary>
internal static class LessonRoutes
{
    /// <summary>Adds the pages.</summary>
    /// <param name="routes">Of the server.</param>
    /// <param name="open">The lesson whose step the server shows; null: none.</param>
    /// <param name="viewer">The viewer's page at the place of the lesson.</param>
    public static void Map(IEndpointRouteBuilder routes, Lesson? open, string viewer)
    {
        routes.MapGet("/learn", context => Send(context, LessonPage.RenderList(), "text/html"));
        routes.MapGet("/learn/{lesson}", context => LessonBook.Find((string)context.Request.RouteValues["lesson"]!) is { } lesson
            ? Send(context, LessonPage.RenderServed(lesson, lesson == open ? viewer : ""), "text/html") : NotFound(context));
        routes.MapGet("/learn/page/{name}", context => (string)context.Request.RouteValues["name"]! switch
        {
            "lesson.css" => Send(context, LessonPage.File("lesson.css"), "text/css"),
            "lesson.js" => Send(context, LessonPage.File("lesson.js"), "text/javascript"),
            _ => NotFound(context),
        });
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static Task Send(HttpContext context, string text, string type)
    {
        byte[] body = Encoding.UTF8.GetBytes(text);
        context.Response.ContentType = $"{type}; charset=utf-8";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
