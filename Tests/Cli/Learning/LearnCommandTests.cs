using PureLlm.Cli;
using PureLlm.Cli.Learning;

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
