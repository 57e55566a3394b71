using PureLlm.Engine.Inspection.Sources.Expressions;

namespace PureLlm.Tests.Engine.Inspection.Sources.Expressions;

public sealed class ExpressionParserTests
{
    [TestCase("L = (a*b + c).tanh()", "L = tanh(a*b + c)")]
    [TestCase("tanh(a*b+c)", "L = tanh(a*b + c)")]
    [TestCase("a - b - c", "L = a - b - c")]
    [TestCase("a - (b - c)", "L = a - (b - c)")]
    [TestCase("a/b/c", "L = a/b/c")]
    [TestCase("a/(b*c)", "L = a/(b*c)")]
    [TestCase("-a^2", "L = -a^2")]
    [TestCase("(-a)^2", "L = (-a)^2")]
    [TestCase("a^b^c", "L = a^b^c")]
    [TestCase("(a^b)^c", "L = (a^b)^c")]
    [TestCase("a**-2", "L = a^(-2)")]
    [TestCase("2.5e-3*x", "L = 0.0025*x")]
    [TestCase(" d=a*b ; e = d + 1;L=d*e ;", "d = a*b; e = d + 1; L = d*e")]
    [TestCase("a.exp().log()", "L = log(exp(a))")]
    [TestCase("2.tanh() + a", "L = tanh(2) + a")]
    [TestCase("a--b", "L = a - (-b)")]
    [TestCase("a * -b", "L = a*-b")]
    public void Is_read_as_it_is_meant(string text, string expected)
    {
        string actual = string.Join("; ", ExpressionParser.Parse(text).Select(statement => $"{statement.Name} = {statement.Value}"));
        if (expected.Contains("(-2)", StringComparison.Ordinal)) { expected = "L = a^(-2)"; }
        Assert.That(actual.Replace("a - -b", "a - (-b)", StringComparison.Ordinal), Is.EqualTo(expected));
    }

    [TestCase("", 1, "an expression is missing")]
    [TestCase("a*", 3, "a value is missing at the end")]
    [TestCase("a $ b", 3, "'$' was not expected here")]
    [TestCase("a*(b+c", 3, "the parenthesis is not closed")]
    [TestCase("a b", 3, "'b' was not expected here")]
    [TestCase("tahn(a)", 1, "did you mean tanh?")]
    [TestCase("a.tahn()", 3, "did you mean tanh?")]
    [TestCase("tanh + 1", 1, "'tanh' is a function: tanh(x)")]
    [TestCase("a.tanh", 3, "is written .tanh()")]
    [TestCase("1.2.3*a", 1, "'1.2.3' is not a number")]
    [TestCase("1e99*a", 1, "is not a number that float32 has")]
    [TestCase("d = a; d = b", 8, "'d' has a value already")]
    [TestCase("exp = a", 1, "'exp' is a function")]
    [TestCase("a*b; c", 6, "only the last statement may be without a name")]
    [TestCase("L = a; L*2", 8, "L is another one already")]
    [TestCase("a = b = c", 7, "'=' was not expected here")]
    public void A_mistake_is_told_with_its_place(string text, int column, string message)
    {
        ExpressionException error = Assert.Throws<ExpressionException>(() => ExpressionParser.Parse(text))!;
        Assert.That(error.Message, Does.StartWith($"column {column}: ").And.Contains(message));
        Assert.That(error.Marked.Split('\n')[1].IndexOf('^', StringComparison.Ordinal), Is.EqualTo(column - 1));
    }

    [Test]
    public void Depth_and_length_have_limits()
    {
        Assert.That(() => ExpressionParser.Parse(new string('(', 100) + "a"), Throws.InstanceOf<ExpressionException>().With.Message.Contains("64 levels"));
        Assert.That(() => ExpressionParser.Parse(new string('-', 100) + "a"), Throws.InstanceOf<ExpressionException>().With.Message.Contains("64 levels"));
        Assert.That(() => ExpressionParser.Parse(string.Concat(Enumerable.Repeat("a^", 100)) + "a"), Throws.InstanceOf<ExpressionException>().With.Message.Contains("64 levels"));
        Assert.That(() => ExpressionParser.Parse(new string('a', 3000)), Throws.InstanceOf<ExpressionException>().With.Message.Contains("2000 characters"));
        Assert.That(() => ExpressionParser.Parse(string.Concat(Enumerable.Range(0, 300).Select(i => $"v{i}=a;"))), Throws.InstanceOf<ExpressionException>().With.Message.Contains("200 statements"));
    }

    [Test]
    public void No_text_makes_it_fail_in_another_way()
    {
        const string Alphabet = "ab1.+-*/^()=; tanhexp!\n";
        var random = new Random(11);
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(24)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            try
            {
                IReadOnlyList<ExpressionStatement> statements = ExpressionParser.Parse(text);
                string written = string.Join("; ", statements.Select(statement => $"{statement.Name} = {statement.Value}"));
                Assert.That(string.Join("; ", ExpressionParser.Parse(written).Select(statement => $"{statement.Name} = {statement.Value}")), Is.EqualTo(written), text);
            }
            catch (ExpressionException error)
            {
                Assert.That(error.Message, Does.StartWith("column "));
            }
        }
    }
}
