using PureLlm.Engine.Configuration;
using PureLlm.Engine.Configuration.Schema;

namespace PureLlm.Tests.Engine.Configuration;

using Architecture = PureLlm.Engine.Configuration.Architecture;

public class ConfigLoaderTests
{
    [Test]
    public void An_empty_file_is_the_defaults_under_its_own_name()
    {
        LoadedConfig loaded = ConfigLoader.Parse("lab/my-run.toml", "");
        Assert.That(loaded.Config.Run.Name, Is.EqualTo("my-run"));
        Assert.That(loaded.Config with { Run = new() }, Is.EqualTo(new RunConfig { Model = new ModelConfig().Resolve(), Train = new() { Momentum = 0.9 } }));
        Assert.That(loaded.OriginOf("train.lr"), Is.EqualTo(ConfigOrigin.Default));
        Assert.That(loaded.OriginOf("model.kv_heads").ToString(), Is.EqualTo("from heads"));
    }

    [Test]
    public void A_preset_sets_the_model_and_written_keys_win_wherever_they_stand()
    {
        LoadedConfig loaded = ConfigLoader.Parse("a.toml", "[model]\nlayers = 3\npreset = \"llama\"\nwidth = 96\n");
        ModelConfig model = loaded.Config.Model;
        Assert.That((model.Layers, model.Width, model.Heads, model.Mlp, model.Position), Is.EqualTo((3, 96, 6, MlpKind.Swiglu, PositionKind.Rope)));
        Assert.That((model.HeadSize, model.MlpWidth), Is.EqualTo((16, 256)));
        Assert.That(loaded.OriginOf("model.layers").ToString(), Is.EqualTo("a.toml:2"));
        Assert.That(loaded.OriginOf("model.norm").ToString(), Is.EqualTo("preset llama"));
        Assert.That(loaded.OriginOf("train.lr").ToString(), Is.EqualTo("default"));
    }

    [Test]
    public void The_preset_transformer_2017_is_the_encoder_decoder_and_can_be_made_a_decoder()
    {
        ModelConfig model = ConfigLoader.Parse("a.toml", "[model]\npreset = \"transformer-2017\"").Config.Model;
        Assert.That((model.Architecture, model.NormPosition, model.Position, model.Mlp, model.EncoderLayers, model.Init), Is.EqualTo((Architecture.EncoderDecoder, NormPosition.Post, PositionKind.Sinusoidal, MlpKind.Relu, 6, InitKind.XavierUniform)));
        Assert.That(ConfigLoader.Parse("a.toml", "[model]\npreset = \"transformer-2017\"", new ConfigOverride("model.architecture=decoder")).Config.Model.Architecture, Is.EqualTo(Architecture.Decoder));
    }

    [TestCase("train.lr=3e-3", "train.lr", "0.003")]
    [TestCase("train.budget=2m", "train.budget", "\"120s\"")]
    [TestCase("train.budget=\"2000 steps\"", "train.budget", "\"2000 steps\"")]
    [TestCase("train.budget=2000 steps", "train.budget", "\"2000 steps\"")]
    [TestCase("train.optimizer=muon", "train.optimizer", "\"muon\"")]
    [TestCase("data.source=../x y/input.txt", "data.source", "\"../x y/input.txt\"")]
    [TestCase("data.source=[\"a\", \"b/*.txt\"]", "data.source", "[\"a\", \"b/*.txt\"]")]
    [TestCase("run.name=123", "run.name", "\"123\"")]
    [TestCase("run.notes=", "run.notes", "\"\"")]
    [TestCase("run.notes=a = b # c", "run.notes", "\"a = b # c\"")]
    [TestCase("eval.sample.tokens = 20", "eval.sample.tokens", "20")]
    [TestCase("model.preset=gpt2", "model.layers", "12")]
    [TestCase("train.warmup=0", "train.warmup", "\"0 steps\"")]
    public void An_override_wins_and_needs_no_quotes(string text, string path, string value)
    {
        LoadedConfig loaded = ConfigLoader.Parse("a.toml", "[train]\nlr = 1e-3\nbudget = \"1h\"\n[eval]\nsample = { tokens = 3 }\n", new ConfigOverride(text));
        Assert.That(loaded.Entries.Single(entry => entry.Key.Path == path).Value, Is.EqualTo(value));
    }

    [Test]
    public void The_last_override_wins_and_carries_the_name_of_its_option()
    {
        LoadedConfig loaded = ConfigLoader.Parse("a.toml", "", new ConfigOverride("run.seed=1"), new ConfigOverride("run.seed=2", "--seed"));
        Assert.That(loaded.Config.Run.Seed, Is.EqualTo(2));
        Assert.That(loaded.OriginOf("run.seed").ToString(), Is.EqualTo("--seed"));
        Assert.That(loaded.SpanOf("run.seed").ToString(), Is.EqualTo("--seed:1:10"));
    }

    [Test]
    public void Tables_of_your_own_are_ignored() =>
        Assert.That(ConfigLoader.Parse("a.toml", "[x-mine]\nidea = \"3 layers\"\n[[x-list]]\na = 1\n").Config.Version, Is.EqualTo(1));

    [Test]
    public void A_table_may_be_written_as_header_dotted_key_or_inline()
    {
        foreach (string text in new[] { "[eval.sample]\ntokens = 7", "eval.sample.tokens = 7", "[eval]\nsample = { tokens = 7 }", "eval = { sample.tokens = 7 }" })
        {
            Assert.That(ConfigLoader.Parse("a.toml", text).Config.Eval.Sample.Tokens, Is.EqualTo(7), text);
        }
    }

    [Test]
    public void A_value_that_the_run_decides_is_noted()
    {
        LoadedConfig loaded = ConfigLoader.Parse("a.toml", "");
        RunConfig calibrated = loaded.Config with { Train = loaded.Config.Train with { Budget = Budget.Steps(3300) } };
        Assert.That(loaded.With(calibrated, "train.budget", "120s on this machine").ToToml(), Does.Contain("budget = \"3300 steps\"").And.Contain("# 120s on this machine"));
        Assert.That(loaded.OriginOf("train.budget").ToString(), Is.EqualTo("default"));
    }

    [TestCaseSource(nameof(Paths))]
    public void Every_key_reads_its_example_and_its_own_text(string path)
    {
        ConfigKey key = ConfigSchema.Find(path)!;
        string Table(string value) => $"{path} = {value}\n";
        foreach (string value in new[] { key.Example, key.Default })
        {
            LoadedConfig? loaded = ConfigLoader.TryParse("a.toml", Table(value) + Companions(path), [], out IReadOnlyList<Diagnostic> diagnostics);
            Assert.That(DiagnosticRenderer.Render(diagnostics), Is.Empty);
            string written = key.Text(loaded!.Config);
            Assert.That(key.Text(ConfigLoader.Parse("a.toml", Table(written) + Companions(path)).Config), Is.EqualTo(written));
            Assert.That(loaded.OriginOf(path).ToString(), Is.EqualTo("a.toml:1"));
        }
    }

    private static IEnumerable<string> Paths => ConfigSchema.Keys.Select(key => key.Path);

    /// <summary>What else an example needs to fit together.</summary>
    private static string Companions(string path) => path == "model.heads" ? "model.width = 64\n" : "";
}
