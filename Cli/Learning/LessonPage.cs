using System.Net;
using System.Text;
using Markdig;
using Markdig.Extensions.Mathematics;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Cli.Web;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Learning;

/// <summary>A lesson as a page: one file that needs nothing else, or served beside the step viewer.</summary>
internal static class LessonPage
{
    /// <summary>Files of the page, embedded: "lesson.css".</summary>
    public static string File(string name)
    {
        using Stream stream = typeof(LessonPage).Assembly.GetManifestResourceStream($"lessons/page/{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>One file, for reading without a server.</summary>
    public static string Render(Lesson lesson) => Filled(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
        + $"<style>\n{File("lesson.css")}</style>", $"{lesson.Number} · {lesson.Title}", Article(lesson, hasNeighbours: false, viewer: ""), "", $"<script>\n{File("lesson.js")}</script>");

    /// <summary>Served at /learn/4: the lesson, and beside it the viewer where it has one open.</summary>
    /// <param name="lesson">What is read.</param>
    /// <param name="viewer">Address of the viewer's page; empty: none.</param>
    public static string RenderServed(Lesson lesson, string viewer) => Filled(
        "<link rel=\"stylesheet\" href=\"/learn/page/lesson.css\">", $"{lesson.Number} · {lesson.Title}", Article(lesson, hasNeighbours: true, viewer),
        viewer.Length > 0 ? $"<iframe id=\"viewer\" name=\"viewer\" title=\"step viewer\" src=\"{WebUtility.HtmlEncode(viewer)}\"></iframe>" : "", "<script src=\"/learn/page/lesson.js\"></script>");

    /// <summary>Served at /learn.</summary>
    public static string RenderList()
    {
        var list = new StringBuilder("<article><h1>Ten lessons</h1><ol class=\"lessons\">\n");
        foreach (Lesson lesson in LessonBook.All) { list.Append($"<li><a href=\"/learn/{lesson.Number}\">{Text(lesson.Title)}</a><br>{Text(lesson.Goal)}</li>\n"); }
        return Filled("<link rel=\"stylesheet\" href=\"/learn/page/lesson.css\">", "Lessons", list.Append("</ol></article>").ToString(), "", "");
    }

    private static string Filled(string head, string title, string article, string aside, string tail) => File("lesson.html")
        .Replace("{{HEAD}}", head, StringComparison.Ordinal).Replace("{{TITLE}}", Text(title), StringComparison.Ordinal)
        .Replace("{{ASIDE}}", aside, StringComparison.Ordinal).Replace("{{TAIL}}", tail, StringComparison.Ordinal).Replace("{{ARTICLE}}", article, StringComparison.Ordinal);

    /// <summary>The viewer's page of the place that an example looks at, if it is one of the lesson's own steps.</summary>
    private static string? PlaceOf(Lesson lesson, ExamplePart example)
    {
        if (example.Arguments is not ["step", ..]) { return null; }
        (string[] shown, string at) = Split(example.Arguments.Skip(1));
        return shown.SequenceEqual(Split(lesson.Step).Source) && at.Length > 0 ? StepApi.PageOf(Cursor.Parse(at)) : null;

        static (string[] Source, string At) Split(IEnumerable<string> words)
        {
            List<string> source = [.. words.Where(word => word != "--plain")];
            int at = source.IndexOf("--at");
            if (at < 0) { return ([.. source], ""); }
            string place = source[at + 1];
            source.RemoveRange(at, 2);
            return ([.. source], place);
        }
    }

    private static string Article(Lesson lesson, bool hasNeighbours, string viewer)
    {
        var html = new StringBuilder($"<article><p class=\"note\">Lesson {lesson.Number} of {LessonBook.All.Count} · {lesson.Minutes} minutes · after it you can {Text(lesson.Goal)}</p>\n");
        int question = 0;
        foreach (LessonPart part in lesson.Parts)
        {
            switch (part)
            {
                case ProsePart prose:
                    html.Append(OfMarkdown(prose.Markdown));
                    break;
                case ExamplePart example:
                    html.Append($"<figure class=\"example\"><pre class=\"command\"><code>{Text(example.CommandLine)}</code></pre><button type=\"button\" class=\"copy\">copy</button>\n<pre class=\"output\" tabindex=\"0\">{Text(string.Join('\n', example.Output))}</pre>");
                    if (viewer.Length > 0 && PlaceOf(lesson, example) is { } place) { html.Append($"<figcaption><a target=\"viewer\" href=\"{Text(place)}\">show it in the viewer</a></figcaption>"); }
                    html.Append("</figure>\n");
                    break;
                case QuizPart quiz:
                    html.Append(Quiz(quiz, ++question));
                    break;
                default:
                    throw new NotSupportedException(part.GetType().Name);
            }
        }
        if (hasNeighbours)
        {
            html.Append("<nav>");
            if (lesson.Number > 1) { html.Append($"<a rel=\"prev\" href=\"/learn/{lesson.Number - 1}\">← {Text(LessonBook.All[lesson.Number - 2].Title)}</a> "); }
            html.Append("<a href=\"/learn\">all lessons</a>");
            if (lesson.Number < LessonBook.All.Count) { html.Append($" <a rel=\"next\" href=\"/learn/{lesson.Number + 1}\">{Text(LessonBook.All[lesson.Number].Title)} →</a>"); }
            html.Append("</nav>\n");
        }
        return html.Append("</article>").ToString();
    }

    private static string Quiz(QuizPart quiz, int number)
    {
        var html = new StringBuilder($"<fieldset class=\"quiz\" data-answer=\"{quiz.Answer}\"><legend>{Inner(quiz.Question)}</legend>\n");
        for (int i = 0; i < quiz.Choices.Count; i++) { html.Append($"<label><input type=\"radio\" name=\"q{number}\" value=\"{i}\"> <span>{Inner(quiz.Choices[i])}</span></label>\n"); }
        return html.Append($"<p class=\"reason\" role=\"status\" hidden><strong></strong> {Inner(quiz.Reason)}</p></fieldset>\n").ToString();
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>One paragraph without its element.</summary>
    private static string Inner(string markdown) => OfMarkdown(markdown).Trim().Replace("<p>", "", StringComparison.Ordinal).Replace("</p>", "", StringComparison.Ordinal);

    private static string OfMarkdown(string markdown)
    {
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        MarkdownText.Pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<HtmlMathInlineRenderer>(new InlineFormula());
        renderer.ObjectRenderers.Replace<HtmlMathBlockRenderer>(new BlockFormula());
        renderer.Render(Markdown.Parse(LessonFormulas.Fill(markdown), MarkdownText.Pipeline));
        return writer.ToString();
    }

    private sealed class InlineFormula : HtmlObjectRenderer<MathInline>
    {
        protected override void Write(HtmlRenderer renderer, MathInline obj) => renderer.Write(Formula.Parse(obj.Content.ToString()).MathMl);
    }

    private sealed class BlockFormula : HtmlObjectRenderer<MathBlock>
    {
        protected override void Write(HtmlRenderer renderer, MathBlock obj) => renderer.Write("<p class=\"formula\">").Write(Formula.Parse(obj.Lines.ToString().Trim()).MathMl).WriteLine("</p>");
    }
}
