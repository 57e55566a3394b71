using System.Globalization;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Quizzes;
using PureLlm.Tests.Engine.Inspection.Updates;

namespace PureLlm.Tests.Engine.Inspection.Quizzes;

public sealed class QuizTests
{
    private StepTrace trace = null!;

    [OneTimeSetUp]
    public void Record() => trace = new StepTrace(new ResidualSubject(new TrainSection()));

    [OneTimeTearDown]
    public void Forget() => trace.Dispose();

    /// <summary>The head's matrix [5, 4]; its rule is dW[n,k] = Σ dy[t,n]·x[t,k] over three rows.</summary>
    private Cursor Head => new(0, "b5", Tensor: "head", Element: "2,1");

    /// <summary>The input: the norm and the way around both send back to it.</summary>
    private Cursor Input => new(0, "b4", Tensor: "x", Element: "1,2");

    [Test]
    public void The_question_names_what_can_be_used_and_not_the_answer()
    {
        QuestionView question = Quiz.Ask(trace, Head);
        Assert.That(question.Text, Is.EqualTo("What is ∂L/∂head[2,1]?"));
        Assert.That((question.Terms, question.Consumers.Count), Is.EqualTo((3, 1)));
        Assert.That(question.Names.Select(name => name.Name), Is.SupersetOf(new[] { "dy[0,2]", "dy[1,2]", "x[2,1]" }));
        double truth = Gradient("head", 9);
        Assert.That(question.Names.Select(name => name.Value), Has.None.EqualTo(truth).Within(1e-6));
        Assert.That(Quiz.Ask(trace, Input).Text, Is.EqualTo("What is ∂L/∂x[1,2], all 2 consumers together?"));
    }

    [TestCase("dy[0,2]*x[0,1] + dy[1,2]*x[1,1] + dy[2,2]*x[2,1]")]
    [TestCase("sum(t: dy[t,2]*x[t,1])")]
    [TestCase("sum(i, dy[i, 2] · x[i, 1])")]
    [TestCase("-(-dy[0,2])*x[0,1]+(dy[1,2]*x[1,1]) − −dy[2,2]*x[2,1]")]
    public void An_expression_of_the_true_terms_is_exact(string answer)
    {
        VerdictView verdict = Quiz.Judge(trace, Head, answer);
        Assert.That((verdict.Verdict, verdict.Passed), Is.EqualTo(("exact", true)), verdict.Text);
        Assert.That(verdict.Given, Is.EqualTo(Gradient("head", 9)).Within(1e-6));
        Assert.That(verdict.Expected, Is.EqualTo(verdict.Given).Within(1e-9));
    }

    [Test]
    public void A_number_is_exact_to_the_digits_that_were_typed_and_close_within_a_hundredth()
    {
        double truth = Gradient("head", 9);
        Assert.That(Judge(Head, truth), Is.EqualTo("exact"));
        Assert.That(Quiz.Judge(trace, Head, truth.ToString("F4", CultureInfo.InvariantCulture).Replace('-', '−')).Verdict, Is.EqualTo("exact"));
        Assert.That(Judge(Head, truth * 1.006), Is.EqualTo("close"));
        Assert.That(Judge(Head, truth * 1.137), Is.EqualTo("wrong"));
    }

    [Test]
    public void A_flipped_sign_is_found() => Assert.That(Judge(Head, -Gradient("head", 9)), Is.EqualTo("sign flipped"));

    [Test]
    public void The_share_of_one_consumer_alone_is_a_missing_accumulation()
    {
        double[] shares = [.. new[] { 4, 0 }.Select(node => trace.Share(trace.FindTensor("x")!, node)[6])];
        Assert.That(shares.Sum(), Is.EqualTo(Gradient("x", 6)).Within(1e-6));
        foreach (double share in shares)
        {
            VerdictView verdict = Quiz.Judge(trace, Input, share.ToString("R", CultureInfo.InvariantCulture));
            Assert.That(verdict.Verdict, Is.EqualTo("missing accumulation"), verdict.Text);
            Assert.That(verdict.Expected, Is.Null, "the answer is not given away");
            Assert.That(verdict.Text, Does.Contain("+="));
        }
        Assert.That(Judge(Input, shares.Sum()), Is.EqualTo("exact"));
        Assert.That(Quiz.Judge(trace, Input, (-shares[0]).ToString("R", CultureInfo.InvariantCulture)).Text, Does.Contain("+=").And.EndsWith("the sign is flipped"));
    }

    [Test]
    public void The_element_across_the_diagonal_is_a_transposition()
    {
        VerdictView verdict = Quiz.Judge(trace, Head, Gradient("head", 6).ToString("R", CultureInfo.InvariantCulture));
        Assert.That(verdict.Verdict, Is.EqualTo("transposed"));
        Assert.That(verdict.Text, Does.Contain("[1,2]"));
    }

    [TestCase("dy[0,2]*x[0,1] + dy[1,2]*x[1,1]", "is missing")]
    [TestCase("dy[1,2]*x[1,1] + dy[2,2]*x[2,1]", "is missing")]
    [TestCase("dy[1,2]*x[1,1]", "that is one of 3 terms")]
    public void A_term_that_is_missing_is_named(string answer, string text)
    {
        VerdictView verdict = Quiz.Judge(trace, Head, answer);
        Assert.That(verdict.Verdict, Is.EqualTo("forgot a term"));
        Assert.That(verdict.Text, Does.Contain(text));
    }

    [TestCase(3.0, "mean over 3 tokens")]
    [TestCase(2.0, "2 times too large")]
    [TestCase(0.25, "4 times too small")]
    public void A_forgotten_scale_is_found(double factor, string text)
    {
        VerdictView verdict = Quiz.Judge(trace, Head, $"{factor.ToString(CultureInfo.InvariantCulture)} * sum(t: dy[t,2]*x[t,1])");
        Assert.That(verdict.Verdict, Is.EqualTo("wrong scale"));
        Assert.That(verdict.Text, Does.Contain(text));
    }

    /// <summary>No right answer of this step is taken for a mistake, and no mistake for right.</summary>
    [Test]
    public void Every_true_gradient_passes_and_its_double_does_not()
    {
        foreach (Frame frame in trace.Frames.Where(frame => frame.Kind == FrameKind.Backward))
        {
            foreach (TraceTensor tensor in trace.Receivers(frame.Node))
            {
                for (int e = 0; e < tensor.Tensor.Shape.Length; e++)
                {
                    double truth = Gradient(tensor.Id, e);
                    Cursor cursor = new(0, frame.Id, Tensor: tensor.Id, Element: ElementText.Of(tensor.Tensor.Shape, e));
                    Assert.That(Judge(cursor, truth), Is.EqualTo("exact"), $"{tensor.Id} {cursor.Element}");
                    if (truth != 0) { Assert.That(Judge(cursor, truth * 2), Is.Not.EqualTo("exact").And.Not.EqualTo("close")); }
                }
            }
        }
    }

    [Test]
    public void Of_a_dead_unit_only_zero_is_right()
    {
        float[] gradient = trace.Gradient(trace.FindTensor("blocks.0.up")!.Tensor);
        int dead = Array.IndexOf(gradient, 0f);
        Cursor cursor = new(0, "b1", Tensor: "blocks.0.up", Element: $"{dead / 4},{dead % 4}");
        Assert.That(Judge(cursor, 0), Is.EqualTo("exact"));
        Assert.That(Judge(cursor, 1e-3), Is.EqualTo("wrong"));
    }

    [TestCase("", "ends where")]
    [TestCase("dy[0,2", "ends where ']'")]
    [TestCase("dq[0,2]", "there is no 'dq[0,2]' here")]
    [TestCase("dy[9,2]", "there is no 'dy[9,2]' here")]
    [TestCase("foo(1)", "there is no function 'foo'")]
    [TestCase("1 2", "where an operator or the end is expected")]
    [TestCase("sum(t: 1)", "has no end")]
    [TestCase("sum(t: dq[t,2])", "is empty")]
    [TestCase("dy[t,2]", "'t' is no index here")]
    public void What_can_not_be_read_says_where(string answer, string text)
    {
        VerdictView verdict = Quiz.Judge(trace, Head, answer);
        Assert.That((verdict.Verdict, verdict.Given), Is.EqualTo(("unreadable", (double?)null)));
        Assert.That(verdict.Text, Does.Contain(text));
    }

    [Test]
    public void Long_and_deep_answers_are_refused_at_once()
    {
        Assert.That(Quiz.Judge(trace, Head, new string('(', 400)).Text, Does.Contain("nested"));
        Assert.That(Quiz.Judge(trace, Head, new string('1', 600)).Text, Does.Contain("at most 500"));
        Assert.That(Quiz.Judge(trace, Head, "2^" + string.Concat(Enumerable.Repeat("2^", 200)) + "2").Text, Does.Contain("nested"));
        Assert.That(Quiz.Judge(trace, Head, "1/0").Verdict, Is.EqualTo("wrong"));
    }

    [TestCase("2 + 3*4", 14)]
    [TestCase("-2^2", -4)]
    [TestCase("2^-1", 0.5)]
    [TestCase("Math.Sqrt(16) / 2f", 2)]
    [TestCase("pow(2, 10) − 1e3", 24)]
    [TestCase("1.5e−3 × 2", 0.003)]
    [TestCase("(1 + 2) ÷ 4", 0.75)]
    public void Expressions_are_read_as_in_csharp(string text, double value) =>
        Assert.That(AnswerReader.Evaluate(text, (_, _) => null), Is.EqualTo(value).Within(1e-15));

    [Test]
    public void A_drawn_question_can_be_answered_and_repeats_with_its_seed()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            Cursor cursor = Quiz.Draw(trace, seed);
            Assert.That(Quiz.Draw(trace, seed), Is.EqualTo(cursor));
            Assert.That(Quiz.Ask(trace, cursor).Tensor, Is.EqualTo(cursor.Tensor));
        }
        Assert.That(Enumerable.Range(0, 20).Select(seed => Quiz.Draw(trace, (ulong)seed)).Distinct().Count(), Is.GreaterThan(8));
    }

    [Test]
    public void A_hidden_view_does_not_hold_the_answer()
    {
        StepView view = StepExplainer.Explain(trace, Head with { Level = StepLevel.Term });
        string number = view.Element!.Kernel.ToString("R", CultureInfo.InvariantCulture);
        Assert.That(StepViewJson.Write(view), Does.Contain(number));
        Assert.That(StepViewJson.Write(Quiz.Hide(view)), Does.Not.Contain(number).And.Not.Contain(number[..Math.Min(number.Length, 8)]));
    }

    [Test]
    public void There_is_nothing_to_ask_where_no_gradient_is() =>
        Assert.That(() => Quiz.Ask(trace, new Cursor(0, "k")), Throws.ArgumentException.With.Message.Contains("no gradient to ask for"));

    private double Gradient(string tensor, int element) => trace.Gradient(trace.FindTensor(tensor)!.Tensor)[element];

    private string Judge(Cursor cursor, double answer) => Quiz.Judge(trace, cursor, answer.ToString("R", CultureInfo.InvariantCulture)).Verdict;
}
