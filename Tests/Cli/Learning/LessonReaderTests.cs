using PureLlm.Cli.Learning;

namespace PureLlm.Tests.Cli.Learning;

public sealed class LessonReaderTests
{
    private const string Head = "---\ntitle: T\ngoal: do: it\nminutes: 5\nstep: --demo residual --at \"0:b3\"\n---\n";

    [Test]
    public void A_file_is_prose_examples_and_questions_in_order()
    {
        (Lesson lesson, IReadOnlyList<Figure> figures) = LessonReader.Read("07-adamw.md", Head + "# T\n\n```run\npure-llm doctor \\\n  --ascii\n```\n```output\na\n…\n```\n\nIt is {{0.5}}.\n\n```quiz\nWhich?\n- [ ] one\n- [x] {{2 = 1+1}}\nSo it is.\n```\nEnd.\n");
        Assert.That((lesson.Number, lesson.Name, lesson.Goal), Is.EqualTo((7, "adamw", "do: it")));
        Assert.That(lesson.Step, Is.EqualTo(new[] { "--demo", "residual", "--at", "0:b3" }));
        Assert.That(lesson.Parts.Select(part => part.GetType()), Is.EqualTo(new[] { typeof(ProsePart), typeof(ExamplePart), typeof(ProsePart), typeof(QuizPart), typeof(ProsePart) }));
        ExamplePart example = lesson.Examples.Single();
        Assert.That(example.Arguments, Is.EqualTo(new[] { "doctor", "--ascii" }));
        Assert.That(example.Output, Is.EqualTo(new[] { "a", "…" }));
        Assert.That(((ProsePart)lesson.Parts[2]).Markdown, Does.Contain("It is 0.5."));
        var quiz = (QuizPart)lesson.Parts[3];
        Assert.That((quiz.Question, quiz.Choices[1], quiz.Answer, quiz.Reason), Is.EqualTo(("Which?", "2", 1, "So it is.")));
        Assert.That(figures.Select(figure => (figure.Text, figure.Expression, figure.Example, figure.Line)), Is.EqualTo(new[] { ("0.5", "", 1, 18), ("2", "1+1", 1, 23) }));
    }

    [Test]
    public void Other_code_is_left_as_it_is()
    {
        (Lesson lesson, IReadOnlyList<Figure> figures) = LessonReader.Read("01-a.md", Head + "```csharp\nvar x = {{1}};\n```\n");
        Assert.That(((ProsePart)lesson.Parts.Single()).Markdown, Does.Contain("var x = {{1}};"));
        Assert.That(figures, Is.Empty);
    }

    [TestCase("1-a.md", Head, "1-a.md:1: a lesson's file is called like")]
    [TestCase("01-a.md", "# T\n", "the first line must be '---'")]
    [TestCase("01-a.md", "---\ntitle: T", "does not end")]
    [TestCase("01-a.md", "---\ntitle: T\n---\n", "the head has no 'goal:'")]
    [TestCase("01-a.md", Head + "```run\nls\n```\n", "01-a.md:7: an example is a command line")]
    [TestCase("01-a.md", Head + "```run\npure-llm x\n", "is not closed")]
    [TestCase("01-a.md", Head + "```output\nx\n```\n", "an output block follows its run block")]
    [TestCase("01-a.md", Head + "```quiz\nq\n- [x] a\n- [x] b\nr\n```\n", "01-a.md:10: a second right choice")]
    [TestCase("01-a.md", Head + "```quiz\nq\n- [ ] a\n- [ ] b\nr\n```\n", "a quiz is")]
    public void What_is_no_lesson_says_where_and_why(string file, string text, string message) =>
        Assert.That(() => LessonReader.Read(file, text), Throws.TypeOf<FormatException>().With.Message.Contains(message));

    [TestCase("a  'b c' \"d\"e \"\"", new[] { "a", "b c", "de", "" })]
    [TestCase("a \\\n b", new[] { "a", "b" })]
    public void A_command_line_is_split_as_a_shell_does(string line, string[] words) => Assert.That(CommandWords.Split(line), Is.EqualTo(words));

    [Test]
    public void An_open_quote_is_told() => Assert.That(() => CommandWords.Split("a 'b"), Throws.TypeOf<FormatException>());
}
