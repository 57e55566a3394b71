using PureLlm.Cli.Stepping;

namespace PureLlm.Tests.Cli.Stepping;

public sealed class StepWalkTests
{
    private readonly StepScreens screens = new();

    [OneTimeTearDown]
    public void Close() => screens.Dispose();

    [TestCase("n", "0:b6")]
    [TestCase("right", "0:b6")]
    [TestCase("n p", "0:s")]
    [TestCase("n left", "0:s")]
    [TestCase("n n n backspace backspace", "0:b6")]
    [TestCase(":b1", "0:b1")]
    [TestCase(":0:b1?tensor=W1", "0:b1?tensor=W1")]
    [TestCase("/W1", "0:b1?tensor=W1")]
    [TestCase("/a0.0", "0:a0.0")]
    [TestCase("/relu2 1", "0:f2")]
    [TestCase("/largest 3", "0:b1?tensor=W1&el=2,1")]
    [TestCase("/dead", "0:f2?el=3")]
    [TestCase("? n", "0:b6")]
    public void Keys_lead_to_places(string script, string cursor) => Assert.That(screens.Walk("0:s", script).Cursor.ToString(), Is.EqualTo(cursor));

    [TestCase("y", "no key y")]
    [TestCase("backspace", "where you began")]
    [TestCase(":b99", "no frame 'b99'")]
    [TestCase(":0:b1?what=1", "none of tensor=")]
    [TestCase("/nowhere", "nothing is called nowhere")]
    [TestCase("/nan", "no nan in this step")]
    [TestCase("w", "--demo residual --at 0:s --web")]
    [TestCase("9", "no remark 9")]
    public void A_key_that_can_do_nothing_says_why_and_moves_nowhere(string script, string status)
    {
        StepWalk walk = screens.Walk("0:s", script);
        Assert.That(walk.Status, Does.Contain(status));
        Assert.That(walk.Cursor.ToString(), Is.EqualTo("0:s"));
    }

    [Test]
    public void What_is_typed_can_be_corrected_and_given_up()
    {
        StepWalk walk = screens.Walk();
        foreach (string key in new[] { ":", "b", "2", "backspace", "1" }) { walk.Press(key); }
        Assert.That(walk.Prompt, Is.EqualTo(":b1"));
        walk.Press("esc");
        Assert.That((walk.Prompt, walk.Cursor.ToString(), walk.HasEnded), Is.EqualTo(((string?)null, "0:s", false)));
        walk.Press("q");
        Assert.That(walk.HasEnded);
    }

    [Test]
    public void The_help_lists_every_key_of_the_moves()
    {
        StepWalk walk = screens.Walk("0:s", "?");
        string help = screens.Screen(walk);
        foreach ((string key, _, string meaning) in PureLlm.Engine.Inspection.StepKeys.All) { Assert.That(help, Does.Contain($" {key} ").And.Contain(meaning)); }
        foreach ((string key, string meaning) in KeyHelp.Own) { Assert.That(help, Does.Contain($" {key} ").And.Contain(meaning), "all on one screen"); }
        walk.Press("q");
        Assert.That((walk.Overlay, walk.HasEnded), Is.EqualTo(((StepOverlay?)null, false)), "q closes the help alone");
    }

    [Test]
    public void A_place_is_shared_as_a_command_line() =>
        Assert.That(screens.Walk("0:s", "/W1").Share, Is.EqualTo("pure-llm step --demo residual --at \"0:b1?tensor=W1\""));

    [TestCase("e-0.37", "were −0.370000")]
    [TestCase("e+=0.01", "were −0.370000")]
    [TestCase("e−=0.01", "were −0.390000")]
    public void Another_value_of_a_number_shows_what_follows_from_it(string edit, string what)
    {
        StepWalk walk = screens.Walk("0:s", $"/W1 {edit}");
        string screen = screens.Screen(walk, 120, 50);
        Assert.That(screen, Does.Contain(what).And.Contain("predicted").And.Contain("what changes"), walk.Status);
        walk.Press("esc");
        Assert.That((walk.Overlay, walk.HasEnded, walk.Cursor.ToString()), Is.EqualTo(((StepOverlay?)null, false, "0:b1?tensor=W1")));
    }

    [Test]
    public void A_place_is_compared_with_the_marked_one()
    {
        string screen = screens.Screen(screens.Walk("0:b1?tensor=W1", "= . d"), 120, 50);
        Assert.That(screen, Does.Contain("cos(A, B)").And.Contain("0:b1?tensor=W1").And.Contain("1:b1?tensor=W1").And.Contain("B − A"));
    }

    [TestCase("d", "nothing is marked")]
    [TestCase("ex", "'x' is no number")]
    public void What_can_not_be_compared_or_edited_says_why(string script, string status)
    {
        StepWalk walk = screens.Walk("0:b1?tensor=W1", script);
        Assert.That((walk.Status, walk.Overlay), Is.EqualTo((walk.Status, (StepOverlay?)null)));
        Assert.That(walk.Status, Does.Contain(status));
    }

    [Test]
    public void A_question_hides_the_gradient_until_it_is_found_or_given_up()
    {
        StepWalk walk = screens.Walk("0:b1?tensor=W1&el=2,1&level=element");
        Assert.That(screens.Screen(walk), Does.Contain("−0.30405"));
        walk.Press("z");
        string hidden = screens.Screen(walk);
        Assert.That(hidden, Does.Contain("What is ∂L/∂").And.Contain("dW = dyᵀ·x").And.Not.Contain("0.304").And.Not.Contain("NaN"));
        foreach (string key in new[] { "0", ".", "3", "0", "4", "0", "5", "enter" }) { walk.Press(key); }
        Assert.That(walk.Status, Does.StartWith("✗").And.Contain("sign"));
        Assert.That(screens.Screen(walk), Does.Not.Contain("−0.304"), "a wrong answer shows nothing");
        foreach (string key in new[] { "z", "-", "0", ".", "3", "0", "4", "0", "5", "enter" }) { walk.Press(key); }
        Assert.That(walk.Status, Does.StartWith("✓"));
        Assert.That(screens.Screen(walk), Does.Contain("−0.30405"));
        walk.Press("Z");
        Assert.That(walk.Prompt, Is.EqualTo("z"));
        walk.Press("enter");
        Assert.That(screens.Screen(walk), Does.Contain("kernel"), "given up: all of it is shown");
    }
}
