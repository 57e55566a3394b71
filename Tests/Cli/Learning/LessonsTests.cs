using System.Text.RegularExpressions;
using PureLlm.Cli.Learning;
using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;

namespace PureLlm.Tests.Cli.Learning;

/// <summary>Every lesson: its examples run, its numbers are true, it reads well at the width of a terminal.</summary>
public sealed partial class LessonsTests
{
    private static IEnumerable<string> Names => LessonBook.All.Select(lesson => lesson.Name);

    private static Lesson Of(string name) => LessonBook.Find(name)!;

    [Test]
    public void There_are_ten_in_order() => Assert.That(LessonBook.All.Select(lesson => lesson.Number), Is.EqualTo(Enumerable.Range(1, 10)));

    [TestCaseSource(nameof(Names))]
    public void Everything_that_a_lesson_says_is_so(string name) => Assert.That(LessonCheck.Run(Of(name)), Is.Empty);

    [TestCaseSource(nameof(Names))]
    public void A_lesson_shows_asks_and_lets_one_try(string name)
    {
        Lesson lesson = Of(name);
        Assert.That(lesson.Examples.Count(), Is.GreaterThanOrEqualTo(3));
        Assert.That(lesson.Examples.Select(example => example.Arguments[0]), Does.Contain("step"));
        Assert.That(lesson.Examples.Where(example => example.Output.Count == 0).Select(example => example.Line), Is.Empty, "every example shows its output");
        Assert.That(lesson.Parts.OfType<QuizPart>().Count(), Is.GreaterThanOrEqualTo(3));
        string prose = string.Concat(lesson.Parts.OfType<ProsePart>().Select(part => part.Markdown));
        Assert.That(prose, Does.Contain("## Exercise").And.Contain("> **Before"));
        Assert.That(LessonBook.Figures(lesson), Is.Not.Empty);
    }

    [TestCaseSource(nameof(Names))]
    public void Text_fits_80_columns(string name)
    {
        IEnumerable<StyledLine> lines = new LessonText(80, new TextStyle(false, false)).Render(Of(name), progress: null);
        Assert.That(lines.Where(line => line.Part is not ExamplePart && line.Text.EnumerateRunes().Sum(rune => DisplayWidth.Of(rune)) > 80).Select(line => line.Text), Is.Empty);
    }

    [TestCaseSource(nameof(Names))]
    public void Every_sign_has_an_ascii_form(string name)
    {
        List<StyledLine> unicode = new LessonText(200, new TextStyle(false, false)).Render(Of(name), progress: null), ascii = new LessonText(200, new TextStyle(false, true)).Render(Of(name), progress: null);
        string before = string.Concat(unicode.Select(line => line.Text)), after = string.Concat(ascii.Select(line => line.Text));
        Assert.That(after, Does.Match(@"\A[ -~]*\z"));
        Assert.That(after.Count(c => c == '?'), Is.EqualTo(before.Count(c => c == '?')), $"signs without an ASCII form: {string.Concat(before.Where(c => AsciiForm.Of($"{c}") == "?" && c != '?').Distinct())}");
    }

    [TestCaseSource(nameof(Names))]
    public void A_page_holds_the_whole_lesson_and_asks_for_nothing(string name)
    {
        string page = LessonPage.Render(Of(name));
        Assert.That(page, Does.Contain("<h1>").And.Contain("default-src 'none'").And.Not.Contain("{formula").And.Not.Contain("{{"));
        Assert.That(Regex.Count(page, "class=\"quiz\" data-answer"), Is.EqualTo(Of(name).Parts.OfType<QuizPart>().Count()));
        Assert.That(Addresses().Matches(page).Select(match => match.Value), Is.Empty);
    }

    [GeneratedRegex("(?:src|href)=\"[^\"]*\"")]
    private static partial Regex Addresses();
}
