using PureLlm.Cli;
using PureLlm.Cli.Learning;
using PureLlm.Cli.Web;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;

namespace PureLlm.Tests.Cli.Learning;

public sealed class LearnCommandTests
{
    [Test]
    public void Alone_it_lists_the_lessons_with_what_one_can_do_after_them()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("learn"), Is.EqualTo(ExitCode.Ok));
        string text = cli.Out.ToString();
        foreach (Lesson lesson in LessonBook.All) { Assert.That(text, Does.Contain($"{lesson.Number}  {lesson.Title}\n").And.Contain(lesson.Goal.Split(' ')[0])); }
        Assert.That(text, Does.Contain("pure-llm learn 1").And.Not.Contain("\e"));
        Assert.That(text.Split('\n').Max(line => line.Length), Is.LessThanOrEqualTo(80));
    }

    [TestCase("1")]
    [TestCase("01")]
    [TestCase("gradient")]
    public void A_lesson_is_found_by_number_or_name(string wanted)
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("learn", wanted), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Does.StartWith("Lesson 1 of").And.Contain("\nAnswers\n").And.Not.Contain("\e"));
    }

    [Test]
    public void Another_name_is_told_with_the_next_move()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("learn", "gradiant"), Is.EqualTo(ExitCode.Usage));
        Assert.That(cli.Error.ToString(), Does.Contain("did you mean gradient?").And.Contain("pure-llm learn"));
    }

    [TestCaseSource(nameof(Numbers))]
    public void Each_lesson_opens_the_viewer_where_it_looks(int number)
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("learn", $"{number}", "--step", "--plain"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        string[] step = [.. LessonBook.All[number - 1].Step];
        int at = Array.IndexOf(step, "--at");
        Assert.That(cli.Out.ToString(), Does.StartWith("pure-llm step").And.Contain($"at {(at < 0 ? "0:s" : step[at + 1])}"));
    }

    private static IEnumerable<int> Numbers => LessonBook.All.Select(lesson => lesson.Number);

    [Test]
    public void The_viewer_needs_a_lesson()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("learn", "--step"), Is.EqualTo(ExitCode.Usage));
        Assert.That(cli.Error.ToString(), Does.Contain("which lesson?"));
    }

    [Test]
    public async Task On_the_server_a_lesson_stands_beside_the_viewer()
    {
        using var backend = new PureLlm.Kernels.Cpu.CpuBackend(1);
        using var session = new StepSession(new DemoSource("residual", backend));
        Lesson lesson = LessonBook.Find("residual")!;
        await using StepServer server = await StepServer.StartAsync(session, session.Start, 0, routes => LessonRoutes.Map(routes, lesson, "/step/0/a0.0?el=1"));
        using var client = new HttpClient { BaseAddress = server.Address };
        Assert.That(await client.GetStringAsync("/learn"), Does.Contain("href=\"/learn/10\""));
        Assert.That(await client.GetStringAsync("/learn/6"), Does.Contain("src=\"/step/0/a0.0?el=1\"").And.Contain("/learn/page/lesson.css").And.Contain("<math"));
        string page = await client.GetStringAsync("/learn/6");
        foreach (string place in (string[])["/step/0/a4.0?el=1", "/step/0/a0.0?el=1&amp;view=check"]) { Assert.That(page, Does.Contain($"<a target=\"viewer\" href=\"{place}\">"), "an example of the lesson's step opens in the viewer beside it"); }
        Assert.That(await client.GetStringAsync("/learn/5"), Does.Not.Contain("<iframe").And.Not.Contain("target=\"viewer\"").And.Contain("rel=\"next\" href=\"/learn/6\""));
        Assert.That(await client.GetStringAsync("/learn/page/lesson.js"), Does.Contain("quiz"));
        using HttpResponseMessage missing = await client.GetAsync("/learn/99");
        Assert.That((int)missing.StatusCode, Is.EqualTo(404));
    }

    [Test]
    public void Ascii_output_is_ascii()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("learn", "1", "--ascii"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString(), Does.Match(@"\A[ -~\n]*\z"));
    }

    [Test]
    public void Json_lists_them_for_programs()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("learn", "--json"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString(), Does.StartWith("{\"schema\":\"pure-llm/learn/1\",\"lessons\":[{\"number\":1,\"name\":\"gradient\""));
    }

    [Test]
    public void A_page_is_written_where_it_is_asked_for()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("learn", "1", "--html", "one.html"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Read("one.html"), Does.StartWith("<!doctype html>"));
        Assert.That(cli.Error.ToString(), Does.Contain("wrote one.html"));
    }
}
