using System.Security.Cryptography;
using PureLlm.Cli;

namespace PureLlm.Tests.Cli;

/// <summary>Mistakes that people make, planted one by one: the exit code, the place, the next move, and nothing lost.</summary>
[NonParallelizable]
public sealed class PlantedMistakesTests
{
    private const string Good = """
        version = 1
        [run]
        name = "small"
        [data]
        source = "text.txt"
        val = 0.2
        align = "any"
        [tokenizer]
        kind = "chars"
        [model]
        layers = 1
        width = 16
        heads = 2
        context = 16
        [train]
        budget = "4 steps"
        batch = 2
        lr = 1e-3
        warmup = "1 steps"
        threads = 1
        [eval]
        every = "0 steps"
        batches = 1
        final_batches = 1
        sample = { prompt = "a", tokens = 4 }
        [checkpoint]
        every = "2 steps"
        """;

    private CliRunner cli = null!;

    [SetUp]
    public void SetUp()
    {
        cli = new CliRunner();
        cli.Write("text.txt", string.Concat(Enumerable.Repeat("the cat sat on a mat and was glad. ", 40)));
    }

    [TearDown]
    public void TearDown() => cli.Dispose();

    // A configuration: what is replaced by what, then the place and the words of the message.
    [TestCase("lr = 1e-3", "learing_rate = 1e-3", "error[C001]", "small.toml:18:1", "did you mean `lr`", TestName = "A key with a typo")]
    [TestCase("heads = 2", "heads = 2\nbatch = 4", "error[C002]", "small.toml:14:1", "[train]", TestName = "A key in the wrong table")]
    [TestCase("budget = \"4 steps\"", "budget = 120", "error[C003]", "small.toml:16:10", "120s", TestName = "A number without its unit")]
    [TestCase("layers = 1", "layers = \"two\"", "error[C003]", "small.toml:11:10", "layers", TestName = "A text where a number belongs")]
    [TestCase("heads = 2", "heads = 2\nnorm = \"batchnorm\"", "error[C004]", "small.toml:14:8", "rmsnorm", TestName = "A value that is no choice")]
    [TestCase("lr = 1e-3", "lr = -1", "error[C005]", "small.toml:18:6", "lr", TestName = "A negative learning rate")]
    [TestCase("lr = 1e-3", "lr = = 1e-3", "error[C006]", "small.toml:18:6", "", TestName = "A second equals sign")]
    [TestCase("heads = 2", "heads = 2\nheads = 4", "error[C007]", "small.toml:14:1", "heads", TestName = "A key given twice")]
    [TestCase("[eval]", "[evaluation]", "error[C008]", "small.toml:21:1", "eval", TestName = "A table that does not exist")]
    [TestCase("version = 1", "version = 99", "error[C009]", "small.toml:1:11", "99", TestName = "A version from the future")]
    [TestCase("width = 16", "width = 15", "error[C010]", "small.toml:12:9", "help", TestName = "Heads that do not divide the width")]
    [TestCase("heads = 2", "heads = 2\nkv_heads = 3", "error[C010]", "small.toml:14:12", "kv_heads", TestName = "Key heads that do not divide the heads")]
    [TestCase("heads = 2", "heads = 2\nwindow = 99", "error[C010]", "small.toml:14:10", "window", TestName = "A window larger than the context")]
    [TestCase("warmup = \"1 steps\"", "warmup = \"50 steps\"", "error[C010]", "small.toml:19:10", "warm-up", TestName = "A warm-up longer than the run")]
    [TestCase("[checkpoint]", "[checkpoint]\n[break]\non = [\"loss >> 2\"]", "error[C012]", "small.toml:28:", "loss", TestName = "A stop rule that cannot be read")]
    public void In_a_configuration(string old, string mistake, string code, string place, string words)
    {
        cli.Write("small.toml", Good.Replace(old, mistake, StringComparison.Ordinal));
        Assert.That(cli.Run("train", "small.toml"), Is.EqualTo(ExitCode.Configuration));
        Assert.That(cli.Error.ToString(), Does.Contain(code).And.Contains(place).And.Contains(words).And.Not.Contain("   at "));
        Assert.That(Path.Combine(cli.Folder, "runs"), Does.Not.Exist, "nothing was started");
    }

    [Test]
    public void Several_mistakes_are_reported_together()
    {
        cli.Write("small.toml", Good.Replace("lr = 1e-3", "learing_rate = 1e-3").Replace("width = 16", "width = 15").Replace("budget = \"4 steps\"", "budget = 120"));
        Assert.That(cli.Run("train", "small.toml"), Is.EqualTo(ExitCode.Configuration));
        Assert.That(cli.Error.ToString(), Does.Contain("C001").And.Contains("C003"));
    }

    [TestCase("nothing.toml", ExitCode.Configuration, "nothing.toml", TestName = "A configuration that does not exist")]
    public void On_the_command_line(string file, int code, string words)
    {
        cli.Write("small.toml", Good);
        Assert.That(cli.Run("train", file), Is.EqualTo(code));
        Assert.That(cli.Error.ToString(), Does.Contain(words).And.Not.Contain("   at "));
    }

    [Test]
    public void A_glob_that_matches_nothing() =>
        Fails("data.source=\"txt/*.txt\"", ExitCode.Input, "error[D001]", "txt/*.txt", "stories");

    [Test]
    public void An_empty_file()
    {
        cli.Write("empty.txt", "");
        Fails("data.source=\"empty.txt\"", ExitCode.Input, "empty.txt", "empty");
    }

    [Test]
    public void A_binary_file()
    {
        File.WriteAllBytes(Path.Combine(cli.Folder, "photo.txt"), [0x89, 0x50, 0x4E, 0x47, 0, 0, 0, 0x0D, .. new byte[500]]);
        Fails("data.source=\"photo.txt\"", ExitCode.Input, "photo.txt", "binary");
    }

    [Test]
    public void A_file_that_is_not_UTF8()
    {
        File.WriteAllBytes(Path.Combine(cli.Folder, "latin.txt"), [.. "caf"u8, 0xE9, .. " au lait "u8, .. new byte[300].Select(_ => (byte)'x')]);
        Fails("data.source=\"latin.txt\"", ExitCode.Input, "latin.txt", "UTF-8");
    }

    [Test]
    public void A_file_shorter_than_a_window()
    {
        cli.Write("short.txt", "the cat");
        Fails("data.source=\"short.txt\"", ExitCode.Input, "error[D004]", "17");
    }

    [Test]
    public void A_token_id_outside_the_vocabulary()
    {
        ushort[] ids = [.. Enumerable.Range(0, 2000).Select(i => (ushort)(i % 50))];
        ids[1234] = 60000;
        byte[] bytes = new byte[ids.Length * 2];
        Buffer.BlockCopy(ids, 0, bytes, 0, bytes.Length);
        File.WriteAllBytes(Path.Combine(cli.Folder, "train.bin"), bytes);
        cli.Write("small.toml", Good.Replace("kind = \"chars\"", "kind = \"bytes\"").Replace("text.txt", "train.bin"));
        Assert.That(cli.Run("train", "small.toml"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("error[D007]").And.Contains("train.bin").And.Match("60[ , ]?000").And.Match("1[ , ]?234"));
    }

    [Test]
    public void A_token_file_cut_in_the_middle_of_a_token()
    {
        File.WriteAllBytes(Path.Combine(cli.Folder, "train.bin"), new byte[2001]);
        cli.Write("small.toml", Good.Replace("kind = \"chars\"", "kind = \"bytes\"").Replace("text.txt", "train.bin"));
        Assert.That(cli.Run("train", "small.toml"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("train.bin").And.Match("2[ , ]?001"));
    }

    [Test]
    public void Runs_that_is_a_file()
    {
        cli.Write("runs", "I am a file");
        cli.Write("small.toml", Good);
        Assert.That(cli.Run("train", "small.toml"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("runs").And.Not.Contain("   at "));
        Assert.That(cli.Read("runs"), Is.EqualTo("I am a file"));
    }

    [Test]
    public void Training_that_diverges_stops_and_says_what_to_try_and_keeps_the_last_good_checkpoint()
    {
        cli.Write("small.toml", Good.Replace("lr = 1e-3", "lr = 900").Replace("warmup = \"1 steps\"", "warmup = \"0 steps\"").Replace("budget = \"4 steps\"", "budget = \"40 steps\"\nclip = 0"));
        Assert.That(cli.Run("train", "small.toml"), Is.EqualTo(ExitCode.Numeric), cli.Error.ToString());
        Assert.That(cli.Error.ToString() + cli.Out, Does.Match(@"stopped at step \d+").And.Contains("(last good)").And.Contains("train.lr=300"));
        Assert.That(Newest("model.safetensors"), Does.Exist);
    }

    [Test]
    public void Resuming_with_another_shape_lists_every_difference_and_changes_nothing()
    {
        Train();
        string before = Weights();
        Assert.That(cli.Run("train", "small.toml", "--resume", "runs/small", "--set", "model.layers=3", "--set", "model.width=32"), Is.EqualTo(ExitCode.Input), cli.Error.ToString());
        Assert.That(cli.Error.ToString(), Does.Contain("error[R003]").And.Contains("layers").And.Contains("width"));
        Assert.That(Weights(), Is.EqualTo(before));
    }

    [Test]
    public void Resuming_from_a_damaged_checkpoint_names_the_file()
    {
        Train();
        string weights = Newest("model.safetensors");
        File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..500]);
        Assert.That(cli.Run("train", "--resume", "runs/small", "--steps", "8"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("model.safetensors").And.Not.Contain("   at "));
    }

    [Test]
    public void An_existing_run_is_not_overwritten()
    {
        Train();
        string before = Weights();
        Assert.That(cli.Run("train", "small.toml"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("error[R001]").And.Contains("--overwrite"));
        Assert.That(Weights(), Is.EqualTo(before));
    }

    [Test]
    public void Generating_from_a_folder_without_a_model()
    {
        Directory.CreateDirectory(Path.Combine(cli.Folder, "nothing"));
        Assert.That(cli.Run("generate", "nothing", "a"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("nothing").And.Not.Contain("   at "));
    }

    [Test]
    public void A_prompt_with_a_character_that_the_model_never_saw()
    {
        Train();
        Assert.That(cli.Run("generate", "runs/small", "a Ж"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("Ж").And.Not.Contain("   at "));
    }

    private void Fails(string setting, int code, params string[] words)
    {
        cli.Write("small.toml", Good);
        Assert.That(cli.Run("train", "small.toml", "--set", setting), Is.EqualTo(code), cli.Error.ToString());
        foreach (string word in words) { Assert.That(cli.Error.ToString(), Does.Contain(word)); }
        Assert.That(cli.Error.ToString(), Does.Not.Contain("   at "), "no stack trace");
    }

    private void Train()
    {
        cli.Write("small.toml", Good);
        Assert.That(cli.Run("train", "small.toml"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
    }

    private string Newest(string file) =>
        Directory.GetFiles(Path.Combine(cli.Folder, "runs/small/checkpoints"), file, SearchOption.AllDirectories).Order().Last();

    private string Weights() => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Newest("model.safetensors"))));
}
