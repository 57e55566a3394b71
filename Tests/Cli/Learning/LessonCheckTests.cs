using PureLlm.Cli.Learning;

namespace PureLlm.Tests.Cli.Learning;

public sealed class LessonCheckTests
{
    private const string Output = "frame 19/27\nx   −0.30405  ✓\ntotal 1,234\nrate 3.0e-03\n";

    [TestCase("frame 19/27\nx   −0.30405  ✓\ntotal 1,234\nrate 3.0e-03")]
    [TestCase("…\ntotal 1,234\n…")]
    [TestCase("frame …/27\n…\nrate 3.0e-03")]
    [TestCase("…\nrate …")]
    public void What_is_shown_may_leave_out_what_is_marked(string shown) => Assert.That(OutputPattern.Mismatch(shown.Split('\n'), Output), Is.Null);

    [TestCase("…\ntotal 1,235\n…", "no line of the output is 'total 1,235'")]
    [TestCase("total 1,234\n…", "also others")]
    [TestCase("…\ntotal 1,234", "also others")]
    [TestCase("…\ntotal 1,234\n…\nframe 19/27\n…", "another order")]
    [TestCase("…\ntotal 1,23\n…", "no line")]
    [TestCase("", "no line")]
    public void What_is_not_so_is_found(string shown, string reason) => Assert.That(OutputPattern.Mismatch(shown.Split('\n'), Output), Does.Contain(reason));

    [TestCase("−0.30405")]
    [TestCase("−0.304")]
    [TestCase("19")]
    [TestCase("1,234")]
    [TestCase("3.0e-3")]
    [TestCase("frame 19")]
    [TestCase("0.0030", "−0.01 * [−0.30405]")]
    [TestCase("50 %", "100 * 1/2")]
    [TestCase("1.2e-2", "0.04*[−0.30405]*−1")]
    public void A_true_figure_passes(string text, string expression = "") => Assert.That(FigureCheck.Mismatch(new Figure(1, text, expression, 1), Output), Is.Null);

    [TestCase("0.304", "", Description = "the sign counts")]
    [TestCase("−0.305")]
    [TestCase("−0.30406")]
    [TestCase("9")]
    [TestCase("123")]
    [TestCase("frame 20")]
    [TestCase("0.0031", "−0.01 * [−0.30405]")]
    [TestCase("0.0030", "−0.01 * [−0.30415]")]
    public void A_false_figure_does_not(string text, string expression = "") => Assert.That(FigureCheck.Mismatch(new Figure(1, text, expression, 1), Output), Is.Not.Null);

    [TestCase("1 + 2*3 - -4", 11)]
    [TestCase("2^3^2", 512)]
    [TestCase("-2^2", -4)]
    [TestCase("(1+2)/4", 0.75)]
    [TestCase("sqrt(9) * exp(0) + ln 1 + abs(-2)", 5)]
    [TestCase("1e-3·2", 0.002)]
    public void Arithmetic_follows_the_usual_rules(string expression, double value) => Assert.That(Arithmetic.Evaluate(expression), Is.EqualTo(value).Within(1e-15));

    [TestCase("1 +")]
    [TestCase("(1")]
    [TestCase("foo(1)")]
    [TestCase("1 2")]
    [TestCase("")]
    public void What_is_no_calculation_is_refused(string expression) => Assert.That(() => Arithmetic.Evaluate(expression), Throws.TypeOf<FormatException>());

    [Test]
    public void A_lesson_that_claims_what_is_not_so_is_told_line_by_line()
    {
        (Lesson lesson, _) = LessonReader.Read("01-gradient.md", "---\ntitle: T\ngoal: g\nminutes: 1\nstep: x\n---\n```run\npure-llm gradcheck softmax\n```\n```output\n…\n0 of 2 agree …\n```\n```run 2\npure-llm gradcheck nonsense\n```\n```output\n…\n```\n```run\npure-llm gradcheck nonsense\n```\n");
        string[] wrong = [.. LessonCheck.Run(lesson).Where(line => line.Contains(":7:", StringComparison.Ordinal) || line.Contains(":14:", StringComparison.Ordinal) || line.Contains(":20:", StringComparison.Ordinal))];
        Assert.That(wrong, Has.Length.EqualTo(2));
        Assert.That(wrong[0], Does.StartWith("01-gradient.md:7: no line of the output is '0 of 2 agree …'"));
        Assert.That(wrong[1], Does.StartWith("01-gradient.md:20: ended with 2, not 0"));
    }
}
