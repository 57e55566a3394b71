using System.Text;
using System.Text.Json;
using PureLlm.Cli;
using PureLlm.Tokenizer;

namespace PureLlm.Tests.Cli;

public sealed class GenerateTests
{
    [Test]
    public void Only_new_text_is_written_and_the_same_seed_writes_it_again()
    {
        using CliRunner cli = Runner();
        string first = Text(cli, "m", "ab", "-n", "40"), again = Text(cli, "m", "ab", "-n", "40"), other = Text(cli, "m", "ab", "-n", "40", "--seed", "2");
        Assert.That(first, Has.Length.EqualTo(41).And.EndsWith("\n"), "40 characters, beyond the context of 24");
        Assert.That(again, Is.EqualTo(first));
        Assert.That(other, Is.Not.EqualTo(first));
        Assert.That(cli.Error.ToString(), Does.StartWith("40 tokens · ").And.Contains("length · m"));
        Assert.That(Text(cli, "m", "ab", "-q"), Is.Not.Empty);
        Assert.That(cli.Error.ToString(), Is.Empty);
    }

    [Test]
    public void The_prompt_may_come_from_standard_input()
    {
        using CliRunner cli = Runner();
        using CliRunner piped = Runner("ab");
        Assert.That(Text(piped, "m", "--stdin", "-n", "20"), Is.EqualTo(Text(cli, "m", "ab", "-n", "20")));
        Assert.That(cli.Run("generate", "m", "ab", "--stdin"), Is.EqualTo(ExitCode.Usage));
    }

    [Test]
    public void A_terminal_shows_the_prompt_too()
    {
        using CliRunner cli = Runner(terminal: true);
        Assert.That(Text(cli, "m", "ab", "-n", "5", "--no-color"), Does.StartWith("ab").And.Length.EqualTo(8));
    }

    [Test]
    public void Greedy_is_temperature_zero_and_top_1()
    {
        using CliRunner cli = Runner();
        string greedy = Text(cli, "m", "ab", "-n", "30", "--greedy");
        Assert.That(Text(cli, "m", "ab", "-n", "30", "--temp", "0", "--seed", "9"), Is.EqualTo(greedy));
        Assert.That(Text(cli, "m", "ab", "-n", "30", "--top-k", "1", "--seed", "9"), Is.EqualTo(greedy));
        Assert.That(Text(cli, "m", "ab", "-n", "30", "--temp", "5"), Is.Not.EqualTo(greedy));
    }

    [Test]
    public void A_stop_text_ends_the_text_before_it()
    {
        using CliRunner cli = Runner();
        string whole = Text(cli, "m", "ab", "-n", "60").TrimEnd('\n'), stop = whole.Substring(30, 2);
        Assert.That(Text(cli, "m", "ab", "-n", "60", "--stop", stop), Is.EqualTo(whole[..whole.IndexOf(stop, StringComparison.Ordinal)] + "\n"));
        Assert.That(cli.Error.ToString(), Does.Contain("stop text"));
    }

    [Test]
    public void Json_has_one_event_per_token_whose_texts_make_the_whole()
    {
        using CliRunner cli = Runner();
        string text = Text(cli, "m", "ab", "-n", "25").TrimEnd('\n');
        JsonElement[] events = Events(cli, "m", "ab", "-n", "25");
        Assert.That(events[0].GetProperty("event").GetString(), Is.EqualTo("start"));
        Assert.That(events[0].GetProperty("prompt_tokens").GetInt32(), Is.EqualTo(2));
        JsonElement[] tokens = events[1..^1];
        Assert.That(tokens, Has.Length.EqualTo(25));
        Assert.That(string.Concat(tokens.Select(token => token.GetProperty("text").GetString())), Is.EqualTo(text));
        Assert.That(tokens.Select(token => token.GetProperty("logprob").GetDouble()), Has.All.Negative);
        Assert.That(events[^1].GetProperty("text").GetString(), Is.EqualTo(text));
        Assert.That(events[^1].GetProperty("reason").GetString(), Is.EqualTo("length"));
    }

    [Test]
    public void A_character_of_several_tokens_comes_whole()
    {
        using var cli = new CliRunner();
        TinyModel.Write(Path.Combine(cli.Folder, "m"), tokenizer: new ByteTokenizer());
        JsonElement[] tokens = Events(cli, "m", "é", "-n", "60", "--temp", "9")[1..^1];
        byte[] bytes = [.. tokens.Select(token => token.GetProperty("id").GetInt32()).Where(id => id < 256).Select(id => (byte)id)];
        Assert.That(string.Concat(tokens.Select(token => token.GetProperty("text").GetString())), Is.EqualTo(Encoding.UTF8.GetString(bytes)), "a decoder that sees all bytes at once");
        Assert.That(tokens.Select(token => token.GetProperty("text").GetString()), Has.Some.Empty, "some tokens are the beginning of a character");
    }

    [Test]
    public void Logprobs_are_one_line_per_token()
    {
        using CliRunner cli = Runner();
        string[] lines = Text(cli, "m", "ab", "-n", "7", "--logprobs").TrimEnd('\n').Split('\n');
        Assert.That(lines, Has.Length.EqualTo(7).And.All.Match(@"^ +-\d+\.\d{4} +\d+\.\d %  \S+$"));
    }

    [TestCase("--temp -1", "temperature -1 must be 0 or more")]
    [TestCase("--top-p 0", "top-p 0 must be above 0")]
    [TestCase("-n -5", "number of tokens -5")]
    [TestCase("--seed -5", "give 0 or more")]
    public void Options_out_of_range_are_usage_errors(string options, string message)
    {
        using CliRunner cli = Runner();
        Assert.That(cli.Run(["generate", "m", "ab", .. options.Split(' ')]), Is.EqualTo(ExitCode.Usage));
        Assert.That(cli.Error.ToString(), Does.Contain(message));
    }

    [Test]
    public void An_encoder_decoder_reads_the_prompt_as_its_source()
    {
        using var cli = new CliRunner();
        TinyModel.Write(Path.Combine(cli.Folder, "m"), tokenizer: CharacterTokenizer.Train([Encoding.UTF8.GetBytes("abcdefgh=")], endOfText: true), config: TinyModel.Config with { Architecture = PureLlm.Engine.Configuration.Architecture.EncoderDecoder, InitStd = 0.5 });
        string text = Text(cli, "m", "abcd", "-n", "10", "--logprobs");
        Assert.That(Text(cli, "m", "abcd=", "-n", "10", "--logprobs"), Is.EqualTo(text), "the separator may be written or not");
        Assert.That(Text(cli, "m", "dcba", "-n", "10", "--logprobs"), Is.Not.EqualTo(text));
        Assert.That(cli.Run("generate", "m", new string('a', 25)), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("a source of 1 to 24 tokens, and the prompt has 25"));
    }

    [Test]
    public void What_cannot_be_used_says_so()
    {
        using CliRunner cli = Runner();
        Assert.That(cli.Run("generate", "m", "Ω"), Is.EqualTo(ExitCode.Input), "a character that the vocabulary does not have");
        Assert.That(cli.Error.ToString(), Does.Contain("Ω").Or.Contain("03A9"));
        Assert.That(cli.Run("generate", "m", ""), Is.EqualTo(ExitCode.Usage), "no end of text to start after");
        Assert.That(cli.Run("generate", "nothing", "ab"), Is.EqualTo(ExitCode.Input));
        File.Delete(Path.Combine(cli.Folder, "m", "tokenizer.json"));
        Assert.That(cli.Run("generate", "m", "ab"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.StartWith("error[M003]: m has no tokenizer.json"));
    }

    internal static CliRunner Runner(string input = "", bool terminal = false)
    {
        var cli = new CliRunner { Input = input, IsTerminal = terminal };
        TinyModel.Write(Path.Combine(cli.Folder, "m"), tokenizer: CharacterTokenizer.Train([Encoding.UTF8.GetBytes("abcdefghijklmnop ")], endOfText: false));
        return cli;
    }

    private static string Text(CliRunner cli, params string[] arguments)
    {
        Assert.That(cli.Run(["generate", .. arguments]), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        return cli.Out.ToString();
    }

    private static JsonElement[] Events(CliRunner cli, params string[] arguments) =>
        [.. Text(cli, [.. arguments, "--json"]).TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
}
