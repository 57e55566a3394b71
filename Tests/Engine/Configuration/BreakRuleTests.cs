using PureLlm.Engine.Configuration;

namespace PureLlm.Tests.Engine.Configuration;

public class BreakRuleTests
{
    private static readonly BreakValues Calm = new() { Step = 200, Loss = 1.5, Previous = 1.4, Best = 1.2, GradientNorm = 0.5, LearningRate = 1e-3, Tokens = 1e5, Seconds = 10 };

    [TestCase("nan", false)]
    [TestCase("inf", false)]
    [TestCase("gnorm > 100", false)]
    [TestCase("gnorm < 1", true)]
    [TestCase("loss > 2 * best", false)]
    [TestCase("loss > 1.2*best", true)]
    [TestCase("loss >= prev and step > 100", true)]
    [TestCase("loss >= prev && step > 1e3", false)]
    [TestCase("not (loss < best or step == 200)", false)]
    [TestCase("!nan", true)]
    [TestCase("nan or inf or step != 3", true)]
    [TestCase("-loss < -1 - 2 * -0.1 + 0.1", true)]
    [TestCase("8 / 2 / 2 == 2 and 8 - 2 - 2 == 4", true)]
    [TestCase("2 + 3 * 2 = 8", true)]
    [TestCase("val > 0", false, Description = "not measured")]
    [TestCase("val != 0", false, Description = "not measured")]
    public void Rules_are_evaluated_as_written(string text, bool expected) =>
        Assert.That(BreakRule.Parse(text).IsTrue(Calm), Is.EqualTo(expected));

    [Test]
    public void Nan_and_inf_look_at_loss_and_gradient_norm()
    {
        Assert.That(BreakRule.Parse("nan").IsTrue(Calm with { Loss = double.NaN }), Is.True);
        Assert.That(BreakRule.Parse("nan").IsTrue(Calm with { GradientNorm = double.NaN }), Is.True);
        Assert.That(BreakRule.Parse("inf").IsTrue(Calm with { GradientNorm = double.PositiveInfinity }), Is.True);
        Assert.That(BreakRule.Parse("loss > 2 * best").IsTrue(Calm with { Best = double.NaN }), Is.False, "there is no best before the first step");
    }

    [TestCase("", 0, 1, "missing")]
    [TestCase("loss >", 5, 1, "missing")]
    [TestCase("gnrom > 100", 0, 5, "did you mean 'gnorm'?")]
    [TestCase("loss > 2 * (best", 11, 1, "not closed")]
    [TestCase("loss > 2) ", 8, 1, "')'")]
    [TestCase("loss", 0, 4, "true or false")]
    [TestCase("loss + 1", 0, 8, "true or false")]
    [TestCase("nan > 1", 0, 3, "number is needed")]
    [TestCase("loss > 1 and 3", 13, 1, "join comparisons")]
    [TestCase("loss > 1.2.3", 7, 5, "not a number")]
    [TestCase("loss > 1 < 2", 9, 1, "'<'")]
    [TestCase("loss # 3", 5, 1, "'#'")]
    [TestCase("op=softmax", 0, 2, "pure-llm step --break")]
    [TestCase("gnorm > 1 and max(|grad|) > 1e3", 14, 3, "pure-llm step --break")]
    [TestCase("update/weight < 1e-5", 0, 6, "pure-llm step --break")]
    [TestCase("check-fails", 0, 5, "pure-llm step --break")]
    public void A_rule_that_cannot_be_read_is_refused_at_its_place(string text, int start, int length, string message)
    {
        Assert.That(BreakRule.TryParse(text, out BreakRule? rule, out BreakError error), Is.False);
        Assert.That(rule, Is.Null);
        Assert.That((error.Start, error.Length), Is.EqualTo((start, length)), error.Message);
        Assert.That(error.Message, Does.Contain(message));
        Assert.That(() => BreakRule.Parse(text), Throws.TypeOf<FormatException>());
    }

    [Test]
    public void Nodes_know_their_place()
    {
        var rule = (BreakBinary)BreakRule.Parse("loss > 2 * best").Expression;
        Assert.That((rule.Start, rule.Length), Is.EqualTo((0, 15)));
        Assert.That((rule.Right.Start, rule.Right.Length), Is.EqualTo((7, 8)));
    }

    [Test]
    public void Long_and_deep_rules_are_refused_and_do_not_overflow_the_stack()
    {
        Assert.That(BreakRule.TryParse(new string('(', 400) + "nan", out _, out BreakError deep), Is.False);
        Assert.That(deep.Message, Does.Contain("nesting"));
        Assert.That(BreakRule.TryParse("nan or " + new string('-', 490), out _, out _), Is.False);
        Assert.That(BreakRule.TryParse(new string('!', BreakRule.MaximumLength + 1), out _, out BreakError longer), Is.False);
        Assert.That(longer.Message, Does.Contain("500"));
        string chain = "nan" + string.Concat(Enumerable.Repeat(" or nan", 70));
        Assert.That(BreakRule.Parse(chain).IsTrue(Calm), Is.False);
    }

    [Test]
    public void Random_text_never_throws_anything_unexpected()
    {
        string[] words = ["nan", "loss", "best", " ", ">", "<=", "and", "or", "not", "!", "(", ")", "-", "*", "1", "2e", ".5", "é", "=="];
        var random = new Random(4);
        for (int i = 0; i < 5_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => words[random.Next(words.Length)] + " "));
            bool isRule = BreakRule.TryParse(text, out BreakRule? rule, out BreakError error);
            Assert.That(isRule ? rule!.IsTrue(Calm) || true : error.Message.Length > 0 && error.Start >= 0 && error.Start <= text.Length, Is.True);
        }
    }
}
