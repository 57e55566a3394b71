using Microsoft.Playwright;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Cli.Web;

/// <summary>Tests in a real browser: the chromium of this machine, driven by Playwright; without one they are ignored.</summary>
[Category("Browser"), NonParallelizable]
public abstract class BrowserFixture
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private IPlaywright? playwright;
    private CpuBackend? backend;

    private protected IBrowser Browser { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task Launch()
    {
        string? program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        if (program is null) { Assert.Ignore($"no browser: none of {string.Join(", ", Names)} is on PATH (Debian: apt-get install chromium)"); }
        playwright = await Playwright.CreateAsync();
        Browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox"] });
        backend = new CpuBackend(1, CpuFeatures.Width);
    }

    [OneTimeTearDown]
    public async Task Close()
    {
        if (Browser is not null) { await Browser.CloseAsync(); }
        playwright?.Dispose();
        backend?.Dispose();
    }

    private protected StepSource Residual() => new DemoSource("residual", backend!);

    private protected Task<Viewer> OpenResidualAsync(string cursor = "", BrowserNewPageOptions? options = null) => Viewer.OpenAsync(Browser, Residual(), cursor, options);
}
