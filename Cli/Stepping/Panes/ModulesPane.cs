using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>The tree of modules with their share of the gradient's squared norm.</summary>
internal static class ModulesPane
{
    private const int Bar = 20;

    public static void Write(Sheet sheet, StepView view)
    {
        if (view.Modules.Count == 0) { return; }
        int name = Math.Min(Math.Max(10, view.Modules.Max(module => (2 * module.Depth) + module.Path.Length)), Math.Max(10, sheet.Width - Bar - 22));
        sheet.Line("modules", Ink.Bold).Right(name + 12, "‖∂L‖", Ink.Dim).Right(name + 20, "share", Ink.Dim).Add("  of the squared norm", Ink.Dim);
        foreach (ModuleView module in view.Modules)
        {
            int filled = (int)Math.Round(Math.Clamp(module.Share, 0, 1) * Bar);
            string path = module.Path.Length == 0 ? "(model)" : module.Path;
            sheet.Line(module.IsCurrent ? "▶ " : "  ", Ink.Cyan).Add(new string(' ', 2 * module.Depth)).Add(path, module.IsCurrent ? Ink.Bold : Ink.Plain)
                .Right(name + 12, Figures.Of(module.Norm, 4)).Right(name + 20, FormattableString.Invariant($"{100 * module.Share:0.0} %"), Ink.Dim).Add("  " + new string('█', filled), Ink.Cyan);
        }
    }
}
