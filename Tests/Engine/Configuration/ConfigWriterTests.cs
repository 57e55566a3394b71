using PureLlm.Engine.Configuration;
using PureLlm.Engine.Configuration.Schema;

namespace PureLlm.Tests.Engine.Configuration;

public class ConfigWriterTests
{
    private static IEnumerable<string> Templates => ConfigTemplates.All.Select(template => template.Name);

    [TestCaseSource(nameof(Templates))]
    public void A_written_configuration_reads_back_to_the_same(string name)
    {
        LoadedConfig loaded = ConfigLoader.Parse(name + ".toml", ConfigTemplates.Find(name)!.Text, new ConfigOverride("run.notes=tab\t\"quote\" \\ é 😀"));
        Same(loaded);
    }

    [Test]
    public void Random_configurations_read_back_to_the_same()
    {
        var random = new Random(5);
        int checkedCount = 0;
        for (int i = 0; i < 300; i++)
        {
            ConfigKey[] keys = [.. ConfigSchema.Keys.Where(key => key.Path is not ("version" or "model.heads") && random.Next(4) == 0)];
            string text = string.Concat(keys.Select(key => $"{key.Path} = {(key.Choices is { Count: > 1 } words && key.Path is not ("model.tie" or "tokenizer.kind") && key.Example.StartsWith('"') ? $"\"{words[random.Next(words.Count)]}\"" : key.Example)}\n"));
            if (ConfigLoader.TryParse("r.toml", text, [], out _) is LoadedConfig loaded)
            {
                Same(loaded);
                checkedCount++;
            }
        }
        Assert.That(checkedCount, Is.GreaterThan(100), "most random configurations fit together");
    }

    [Test]
    public void Every_key_is_written_once_with_its_origin()
    {
        string text = ConfigLoader.Parse("tiny.toml", ConfigTemplates.Find("tiny")!.Text, new ConfigOverride("train.lr=1e-3")).ToToml();
        string[] lines = text.Split('\n');
        Assert.That(lines.Count(line => line.Contains(" = ")), Is.EqualTo(ConfigSchema.Keys.Count));
        Assert.That(lines, Has.One.Matches<string>(line => line!.StartsWith("lr = 0.001 ") && line.EndsWith("# --set")));
        Assert.That(lines, Has.One.Matches<string>(line => line!.StartsWith("width = 64 ") && line.EndsWith("# tiny.toml:24")));
        Assert.That(lines, Has.One.Matches<string>(line => line!.StartsWith("mlp_width = 256 ") && line.EndsWith("# from mlp and width")));
        Assert.That(lines, Has.One.Matches<string>(line => line!.StartsWith("rope_theta = 10000.0 ") && line.EndsWith("# default")));
    }

    private static void Same(LoadedConfig loaded)
    {
        string text = loaded.ToToml();
        LoadedConfig? again = ConfigLoader.TryParse("config.resolved.toml", text, [], out IReadOnlyList<Diagnostic> diagnostics);
        Assert.That(DiagnosticRenderer.Render(diagnostics), Is.Empty, text);
        Assert.That(again!.Config, Is.EqualTo(loaded.Config));
    }
}
