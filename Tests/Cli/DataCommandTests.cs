using System.Text.Json;
using PureLlm.Cli;

namespace PureLlm.Tests.Cli;

public sealed class DataCommandTests
{
    private const string Config = """
        [data]
        source = ["text.txt"]
        val = 0.2
        align = "any"
        order = "sequential"
        [tokenizer]
        kind = "chars"
        [model]
        context = 8
        [train]
        batch = 2
        """;

    [Test]
    public void Preview_shows_token_boundaries_and_the_target_after_the_window()
    {
        using CliRunner cli = Runner();
        Assert.That(cli.Run("data", "preview", "a.toml", "-n", "2"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Does.StartWith("step 0, window 0 · 8 tokens, 8 targets count\nO│n│e│·│t│w│o│⏎│\n → t\n"));
        Assert.That(cli.Out.ToString(), Does.Contain("step 0, window 1"));
    }

    [Test]
    public void Preview_goes_on_with_the_next_step_when_one_is_too_short()
    {
        using CliRunner cli = Runner();
        Assert.That(cli.Run("data", "preview", "a.toml", "-n", "3", "--at", "4"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(Titles(cli), Is.EqualTo(new[] { "step 4, window 0", "step 4, window 1", "step 5, window 0" }));
    }

    [Test]
    public void Ids_are_shown_with_their_targets()
    {
        using CliRunner cli = Runner();
        Assert.That(cli.Run("data", "preview", "a.toml", "-n", "1", "--json"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        using JsonDocument json = JsonDocument.Parse(cli.Out.ToString());
        JsonElement window = json.RootElement.GetProperty("windows")[0];
        int[] inputs = [.. window.GetProperty("inputs").EnumerateArray().Select(id => id.GetInt32())], targets = [.. window.GetProperty("targets").EnumerateArray().Select(id => id.GetInt32())];
        Assert.That(targets[..^1], Is.EqualTo(inputs[1..]));
        Assert.That(window.GetProperty("text").GetString(), Is.EqualTo("One two\n"));
        Assert.That(cli.Run("data", "preview", "a.toml", "-n", "1", "--ids"), Is.EqualTo(ExitCode.Ok));
        string[] lines = cli.Out.ToString().Split('\n');
        Assert.That(lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(new[] { "0", $"{inputs[0]}", "O", $"{inputs[1]}", "n" }));
    }

    [Test]
    public void The_source_of_an_encoder_decoder_has_targets_that_do_not_count()
    {
        using var cli = new CliRunner();
        cli.Write("r.toml", "[data]\nsource = \"reverse\"\nsize = \"20kB\"\n[tokenizer]\nkind = \"chars\"\n[model]\npreset = \"transformer-2017\"\ncontext = 24\n");
        Assert.That(cli.Run("data", "preview", "r.toml", "-n", "1"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        string text = cli.Out.ToString().Split('\n')[1];
        Assert.That(text, Does.StartWith("(").And.Contains(")│=│"), "what is before the separator does not count, what follows does");
        Assert.That(text, Does.EndWith("→ <|endoftext|>"), "the window ends with its pair");
    }

    [Test]
    public void Held_out_windows_need_held_out_text()
    {
        using CliRunner cli = Runner();
        Assert.That(cli.Run("data", "preview", "a.toml", "--val", "-n", "1"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Does.StartWith("held out, window 0"));
        Assert.That(cli.Run("data", "preview", "a.toml", "--val", "--set", "data.val=0"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("data.val = 0 holds out nothing"));
    }

    [Test]
    public void Stats_count_the_text()
    {
        using CliRunner cli = Runner();
        Assert.That(cli.Run("data", "stats", "a.toml", "--json"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        using JsonDocument json = JsonDocument.Parse(cli.Out.ToString());
        JsonElement root = json.RootElement;
        Assert.That(root.GetProperty("schema").GetString(), Is.EqualTo("pure-llm/data-stats/1"));
        Assert.That(root.GetProperty("tokens").GetInt64() + root.GetProperty("validation_tokens").GetInt64(), Is.EqualTo(200));
        Assert.That(root.GetProperty("bytes_per_token").GetDouble(), Is.EqualTo(1));
        Assert.That(root.TryGetProperty("floor", out _), Is.False, "the entropy of a file is unknown");
    }

    [Test]
    public void Stats_of_a_generator_know_its_floor()
    {
        using var cli = new CliRunner();
        cli.Write("s.toml", "[data]\nsize = \"60kB\"\nval = 0.2\n[tokenizer]\nkind = \"chars\"\n");
        Assert.That(cli.Run("data", "stats", "s.toml"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Does.Match(@"floor +0\.\d{3} nats per token").And.Match(@"unique +(\d+) of \1 training documents; 0 held-out"));
    }

    [Test]
    public void Data_that_is_not_there_ends_with_its_code()
    {
        using var cli = new CliRunner();
        cli.Write("a.toml", Config);
        Assert.That(cli.Run("data", "stats", "a.toml"), Is.EqualTo(ExitCode.Configuration).Or.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("D001").Or.Contain("text.txt"));
    }

    private static string[] Titles(CliRunner cli) =>
        [.. cli.Out.ToString().Split('\n').Where(line => line.StartsWith("step", StringComparison.Ordinal)).Select(line => line[..line.IndexOf(" ·", StringComparison.Ordinal)])];

    private static CliRunner Runner()
    {
        var cli = new CliRunner();
        cli.Write("a.toml", Config);
        cli.Write("text.txt", string.Concat(Enumerable.Repeat("One two\nthree four.\n", 10)));
        return cli;
    }
}
