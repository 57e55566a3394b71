using PureLlm.Engine.Configuration;

namespace PureLlm.Tests.Engine.Configuration;

public class ConfigTemplatesTests
{
    private static IEnumerable<string> Names => ConfigTemplates.All.Select(template => template.Name);

    [TestCaseSource(nameof(Names))]
    public void Every_template_is_a_valid_configuration_of_its_own_name(string name)
    {
        ConfigTemplate template = ConfigTemplates.Find(name)!;
        LoadedConfig? loaded = ConfigLoader.TryParse(name + ".toml", template.Text, [], out IReadOnlyList<Diagnostic> diagnostics);
        Assert.That(DiagnosticRenderer.Render(diagnostics), Is.Empty);
        Assert.That(loaded!.Config.Run.Name, Is.EqualTo(name));
        Assert.That(template.Text, Does.Not.Contain("\r").And.EndWith("\n"));
    }

    [Test]
    public void The_tiny_template_is_the_file_at_the_root_of_the_repository() =>
        Assert.That(File.ReadAllText(Path.Combine(Root(), "tiny.toml")).ReplaceLineEndings("\n"), Is.EqualTo(ConfigTemplates.Find("tiny")!.Text.ReplaceLineEndings("\n")));

    [Test]
    public void The_tiny_template_spells_out_the_defaults()
    {
        RunConfig written = ConfigLoader.Parse("tiny.toml", ConfigTemplates.Find("tiny")!.Text).Config;
        RunConfig defaults = ConfigLoader.Parse("tiny.toml", "").Config;
        Assert.That(written, Is.EqualTo(defaults));
    }

    [Test]
    public void The_shakespeare_templates_have_the_published_shapes()
    {
        RunConfig small = ConfigLoader.Parse("s.toml", ConfigTemplates.Find("shakespeare-4x128")!.Text, new ConfigOverride("data.source=../x/input.txt")).Config;
        Assert.That((small.Model.Layers, small.Model.Heads, small.Model.Width, small.Model.Context, small.Train.Batch, small.Model.Dropout), Is.EqualTo((4, 4, 128, 64, 12, 0.0)));
        Assert.That(small.Train.Budget, Is.EqualTo(Budget.Steps(2000)));
        Assert.That(small.Data.Source, Is.EqualTo(new[] { "../x/input.txt" }));
        RunConfig large = ConfigLoader.Parse("s.toml", ConfigTemplates.Find("shakespeare-6x384")!.Text).Config;
        Assert.That((large.Model.Layers, large.Model.Heads, large.Model.Width, large.Model.Context, large.Model.Dropout), Is.EqualTo((6, 6, 384, 256, 0.2)));
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(TestContext.CurrentContext.TestDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PureLlm.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside of the repository.");
    }
}
