using System.Text;
using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping;
using PureLlm.Engine.Inspection;

namespace PureLlm.Tests.Cli.Stepping;

public sealed class StepLayoutTests
{
    private readonly StepScreens screens = new();

    [OneTimeTearDown]
    public void Close() => screens.Dispose();

    [TestCase("screen-a", "0:b0?el=1", 100, 30, false, TestName = "A backward frame whose input has two consumers")]
    [TestCase("screen-b", "0:b1?tensor=W1&el=2,1&level=element&view=check", 100, 30, false, TestName = "One weight of a matrix product, its terms and its finite difference")]
    [TestCase("screen-c", "0:u0?el=2,1", 100, 30, false, TestName = "One weight's update")]
    [TestCase("screen-a-80x24", "0:b0?el=1", 80, 24, false, TestName = "The backward frame on a small screen")]
    [TestCase("screen-b-ascii", "0:b1?tensor=W1&el=2,1&level=element&view=check", 100, 30, true, TestName = "The weight in ASCII")]
    [TestCase("screen-b-wide", "0:b1?tensor=W1&el=2,1&level=element&view=check", 180, 45, false, TestName = "The weight on a wide screen")]
    public void Screens_are_as_kept(string name, string cursor, int columns, int rows, bool ascii) => GoldenText.Check(name, screens.Screen(cursor, columns, rows, ascii));

    [Test]
    public void Every_frame_fits_every_size_from_40_to_200_columns()
    {
        IReadOnlyList<string> ids = screens.Session.With(0, trace => trace.Frames.Select(frame => frame.Id).ToArray());
        foreach (string id in ids)
        {
            foreach (StepLevel level in Enum.GetValues<StepLevel>())
            {
                StepView view = screens.Session.Explain(new Cursor(0, id, level));
                for (int columns = 40; columns <= 200; columns += 32)
                {
                    for (int rows = 10; rows <= 60; rows += 25)
                    {
                        string[] lines = StepLayout.Compose(view, new(columns, rows), ascii: false).ToString().Split('\n');
                        Assert.That(lines, Has.Length.EqualTo(rows), $"{id} {level} {columns}×{rows}");
                        Assert.That(lines.Max(DisplayWidth.Of), Is.LessThanOrEqualTo(columns), $"{id} {level} {columns}×{rows}");
                        Assert.That(lines[^1], Does.Contain($"0:{id}"[..3]), "the cursor is on every screen");
                    }
                }
            }
        }
    }

    [TestCase(1, 1)]
    [TestCase(0, 0)]
    [TestCase(5, 3)]
    [TestCase(400, 200)]
    public void No_window_is_too_small_or_too_large(int columns, int rows) => Assert.That(screens.Screen("0:b1", columns, rows), Does.Contain("0:b1"));

    [Test]
    public void Ascii_screens_hold_ascii_alone()
    {
        IReadOnlyList<string> ids = screens.Session.With(0, trace => trace.Frames.Select(frame => frame.Id).ToArray());
        foreach (string id in ids)
        {
            string screen = screens.Screen($"0:{id}?level=element", 120, 50, ascii: true);
            Assert.That(Ascii.IsValid(screen), $"{id}: {string.Concat(screen.Where(c => c > 127).Distinct())}");
            Assert.That(screen, Does.Not.Contain("?]").And.Not.Contain("(?"), "a sign without a form in ASCII");
        }
    }

    [Test]
    public void What_does_not_fit_is_named_and_space_shows_it()
    {
        StepWalk walk = screens.Walk("0:b1");
        string first = screens.Screen(walk, 80, 24);
        Assert.That(first, Does.Contain("…").And.Contain(": space"));
        string all = "";
        for (int page = 1; page < 6; page++)
        {
            walk.Press("space");
            all += screens.Screen(walk, 80, 24);
        }
        Assert.That(all, Does.Contain("ledger").And.Contain("gradient of").And.Contain("CODE").And.Contain("page 2 of"));
    }

    [Test]
    public void The_sign_of_a_number_is_not_left_to_its_colour()
    {
        string screen = screens.Screen("0:b1?tensor=W1&level=element");
        Assert.That(screen, Does.Contain("−0.074").And.Contain("+0.177").And.Contain("▸−0.304◂").And.Contain(" · "));
    }
}
