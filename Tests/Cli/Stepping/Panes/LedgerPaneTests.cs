using System.Text.RegularExpressions;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Cli.Stepping.Panes;
using PureLlm.Engine.Inspection;

namespace PureLlm.Tests.Cli.Stepping.Panes;

public sealed partial class LedgerPaneTests
{
    private const string Long = "model.blocks.10.attention.projection.of.all.heads.together";

    [TestCase(false)]
    [TestCase(true)]
    public void A_name_never_touches_the_number_behind_it_however_long_and_however_late_its_frame(bool ascii)
    {
        using StepScreens screens = new();
        StepView view = screens.Session.Explain(Cursor.Parse("0:b1?tensor=W1"));
        LedgerView ledger = view.Ledger! with
        {
            Tensor = Long,
            Rows = [.. view.Ledger!.Rows.Select(row => row with { From = row.From == "zero" ? "zero" : $"matmul ({Long})", Index = row.Index + 12_340 })],
        };
        foreach (int width in new[] { 60, 80, 100, 180 })
        {
            Sheet sheet = new(width, ascii);
            LedgerPane.Write(sheet, view with { Subject = null, Ledger = ledger });
            string[] lines = [.. sheet.Lines.Select(line => line.Text)];
            Assert.That(lines, Has.Some.Match("0[.]3040"), $"{width} columns");
            foreach (string line in lines) { Assert.That(Touching().IsMatch(line), Is.False, $"{width} columns: {line}"); }
        }
    }

    [GeneratedRegex(@"(?:[^\s▸>+\-−0-9.<◂]|\.\.\.)[▸>]?[+\-−]?[0-9]+\.[0-9]{4}")]
    private static partial Regex Touching();
}
