using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Comparing;
using PureLlm.Engine.Inspection.Quizzes;

namespace PureLlm.Cli.Web;

/// <summary>The session's answers as JSON: /api/explain, /api/move, /api/frames, /api/find, /api/keys, /api/compare, /api/whatif, /api/quiz.</summary>
internal sealed class StepApi(StepSession session, Cursor start)
{
    private const int MostFound = 40, MostKeyCharacters = 16, MostFindCharacters = 200, MostAnswerCharacters = 2000;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", context =>
        {
            context.Response.Redirect(PageOf(start));
            return Task.CompletedTask;
        });
        routes.MapGet("/api/explain", context => RequestGuard.WriteJson(context, session.Explain(CursorOf(context, "cursor"))));
        routes.MapGet("/api/move", context => RequestGuard.WriteJson(context, session.Explain(session.Move(CursorOf(context, "cursor"), KeyOf(context)))));
        routes.MapGet("/api/frames", context => RequestGuard.WriteJson(context, session.With(CursorOf(context, "cursor").Step, trace => StepTimeline.Of(trace, session.Breakpoints))));
        routes.MapGet("/api/find", context => RequestGuard.WriteJson(context, Find(CursorOf(context, "cursor"), Query(context, "q", MostFindCharacters))));
        routes.MapGet("/api/keys", context => RequestGuard.WriteJson(context, StepKeys.All.Select(item => new KeyView(item.Key, item.Command.ToString(), item.Meaning))));
        routes.MapGet("/api/compare", context => RequestGuard.WriteJson(context, Compare(CursorOf(context, "a"), CursorOf(context, "b"))));
        routes.MapGet("/api/quiz", context => RequestGuard.WriteJson(context, Ask(CursorOf(context, "cursor"), Query(context, "seed", MostKeyCharacters))));
        routes.MapPost("/api/quiz", async context => await RequestGuard.WriteJson(context, Judge(await RequestGuard.ReadJson<Answer>(context).ConfigureAwait(false))).ConfigureAwait(false));
        routes.MapPost("/api/whatif", async context => await RequestGuard.WriteJson(context, Evaluate(await RequestGuard.ReadJson<Change>(context).ConfigureAwait(false))).ConfigureAwait(false));
    }

    /// <summary>The page of a cursor: "500:b41?el=1,2" is /step/500/b41?el=1,2.</summary>
    public static string PageOf(Cursor cursor)
    {
        string[] halves = cursor.ToString().Split('?', 2);
        return $"/step/{halves[0].Replace(':', '/')}{(halves.Length > 1 ? "?" + halves[1] : "")}";
    }

    internal sealed record KeyView(string Key, string Command, string Meaning);

    /// <summary>An element of a tensor and the value that it is given, at a cursor's step.</summary>
    internal sealed record Change(string Cursor, string Tensor, string Element, double Value);

    /// <summary>An answer to the question at a cursor.</summary>
    internal sealed record Answer(string Cursor, string Text);

    internal sealed record FoundView(string Cursor, string Kind, string Text, string Module);

    private FoundView[] Find(Cursor cursor, string query) => session.With(cursor.Step, trace => StepFinds.Find(trace, query, MostFound)
        .Select(found => (found, frame: trace.Find(found.Cursor.Frame)!))
        .Select(item => new FoundView(item.found.Cursor.ToString(), item.frame.Kind.ToString().ToLowerInvariant(), item.found.Text.Trim(), item.frame.Module)).ToArray());

    private StepDiffView Compare(Cursor a, Cursor b) => session.With(a.Step, first => session.With(b.Step, second => StepDiff.Compare(first, a, second, b)));

    private WhatIfView Evaluate(Change change) => session.With(Cursor.Parse(change.Cursor).Step, trace => WhatIf.Evaluate(trace, change.Tensor, change.Element, change.Value));

    /// <summary>The question at a cursor, or with a seed one that is drawn.</summary>
    private QuestionView Ask(Cursor cursor, string seed) => session.With(cursor.Step, trace => Quiz.Ask(trace,
        seed.Length == 0 ? cursor : ulong.TryParse(seed, NumberStyles.None, CultureInfo.InvariantCulture, out ulong draw) ? Quiz.Draw(trace, draw) : throw new FormatException($"seed: '{seed}' is no whole number")));

    private VerdictView Judge(Answer answer)
    {
        if (answer.Text.Length > MostAnswerCharacters) { throw new FormatException($"the answer has {answer.Text.Length} characters, at most {MostAnswerCharacters} are read"); }
        Cursor cursor = Cursor.Parse(answer.Cursor);
        return session.With(cursor.Step, trace => Quiz.Judge(trace, cursor, answer.Text));
    }

    private Cursor CursorOf(HttpContext context, string name) => context.Request.Query[name].ToString() is { Length: > 0 } text ? Cursor.Parse(text) : start;

    private static StepCommand KeyOf(HttpContext context)
    {
        string key = Query(context, "key", MostKeyCharacters);
        return StepKeys.Find(key) ?? throw new FormatException($"'{key}' is no key of a move; /api/keys lists them");
    }

    private static string Query(HttpContext context, string name, int longest)
    {
        string value = context.Request.Query[name].ToString();
        return value.Length <= longest ? value : throw new FormatException($"'{name}' has {value.Length} characters, at most {longest} are read");
    }
}
