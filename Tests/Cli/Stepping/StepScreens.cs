using PureLlm.Cli;
using PureLlm.Cli.Stepping;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Cli.Stepping;

/// <summary>The residual demo, opened once for all tests of a fixture, and its screens as text.</summary>
internal sealed class StepScreens : IDisposable
{
    private readonly Backend backend = new CpuBackend(1, CpuFeatures.Width);

    public StepScreens(string demo = "residual") => Session = new StepSession(new DemoSource(demo, backend));

    public StepSession Session { get; }

    public StepWalk Walk(string cursor = "0:s") => new(Session, Cursor.Parse(cursor), new StepOptions { CommandLine = "pure-llm step --demo residual" });

    /// <summary>Where the keys of a script lead from a place.</summary>
    public StepWalk Walk(string cursor, string script)
    {
        StepWalk walk = Walk(cursor);
        foreach ((string word, IReadOnlyList<string> keys) in StepKeyNames.OfScript(script))
        {
            Assert.That(keys, Is.Not.Empty, word);
            foreach (string key in keys) { walk.Press(key); }
        }
        return walk;
    }

    public string Screen(StepWalk walk, int columns = 100, int rows = 30, bool ascii = false) =>
        StepLayout.Compose(walk.View, new ScreenSize(columns, rows), ascii, walk.Status, walk.Page, walk.Overlay).ToString();

    public string Screen(string cursor, int columns = 100, int rows = 30, bool ascii = false) => Screen(Walk(cursor), columns, rows, ascii);

    public void Dispose()
    {
        Session.Dispose();
        backend.Dispose();
    }
}
