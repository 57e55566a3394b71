using System.Text.Json;
using PureLlm.Cli;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Tests.Cli;

public sealed class TokenizerCommandTests
{
    private const string Text = "the cat sat on the mat. the cat ate. the hat is on the cat's mat.\n";

    [Test]
    public void Ids_are_printed_and_decode_to_the_text()
    {
        using CliRunner cli = Runner();
        Assert.That(cli.Run("tokenizer", "encode", "t.json", "the cat sat"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        string[] ids = cli.Out.ToString().Trim().Split(' ');
        Assert.That(ids, Has.Length.LessThan("the cat sat".Length).And.All.Matches<string>(id => int.TryParse(id, out _)));
        Assert.That(cli.Run(["tokenizer", "decode", "t.json", .. ids]), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString(), Is.EqualTo("the cat sat\n"));
        Assert.That(cli.Run("tokenizer", "decode", "t.json", $"[{string.Join(", ", ids)}]"), Is.EqualTo(ExitCode.Ok), "a JSON list is ids too");
        Assert.That(cli.Out.ToString(), Is.EqualTo("the cat sat\n"));
    }

    [Test]
    public void Offsets_are_bytes_of_the_text()
    {
        using CliRunner cli = Runner();
        Assert.That(cli.Run("tokenizer", "encode", "t.json", "the é cat", "--json"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        using JsonDocument json = JsonDocument.Parse(cli.Out.ToString());
        int[] starts = Numbers(json, "starts"), ends = Numbers(json, "ends");
        Assert.That(starts[0], Is.Zero);
        Assert.That(ends[^1], Is.EqualTo(10), "é is two bytes");
        Assert.That(starts[1..], Is.EqualTo(ends[..^1]), "no byte is left out");
    }

    [Test]
    public void Each_line_is_a_text_of_its_own()
    {
        using CliRunner cli = Runner();
        cli.Write("two.txt", "the cat\r\nthe mat");
        Assert.That(cli.Run("tokenizer", "encode", "t.json", "-f", "two.txt", "--lines"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        string[] lines = cli.Out.ToString().TrimEnd('\n').Split('\n');
        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(cli.Run("tokenizer", "encode", "t.json", "the cat"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString().TrimEnd('\n'), Is.EqualTo(lines[0]), "neither the line end nor the other line is in it");
    }

    [Test]
    public void A_token_file_can_be_trained_on()
    {
        using CliRunner cli = Runner();
        cli.Write("text.txt", string.Concat(Enumerable.Repeat(Text, 20)));
        Assert.That(cli.Run("tokenizer", "encode", "t.json", "-f", "text.txt", "-o", "t.bin"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        cli.Write("t.toml", "[data]\nsource = [\"t.bin\"]\nalign = \"any\"\nval = 0.2\n[tokenizer]\nkind = \"file:t.json\"\n[model]\ncontext = 8\n");
        Assert.That(cli.Run("data", "preview", "t.toml", "-n", "1"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Does.Contain("cat"));
    }

    [Test]
    public void Boundaries_and_merges_are_shown_in_order()
    {
        using CliRunner cli = Runner();
        Assert.That(cli.Run("tokenizer", "show", "t.json", "the cat", "--merges"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        string[] lines = cli.Out.ToString().TrimEnd('\n').Split('\n');
        Assert.That(lines[0], Is.EqualTo("the│·cat│"));
        Assert.That(lines, Does.Contain("          t h e").And.Contain("          · c a t"), "each piece starts from its bytes");
        Assert.That(lines.Where(line => line.TrimEnd().EndsWith(" ·cat", StringComparison.Ordinal)), Is.Not.Empty, "and ends as its tokens");
        int[] ranks = [.. lines.Where(line => line.Length > 8 && int.TryParse(line[..8], out _)).Select(line => int.Parse(line[..8]))];
        Assert.That(ranks, Has.Length.EqualTo(2 + 3), "a piece of n bytes that becomes one token has n - 1 merges");
    }

    [Test]
    public void WordPiece_shows_the_longest_match_and_the_shorter_ones()
    {
        using CliRunner cli = Runner();
        PipelineTokenizer words = PipelineOf(new WordPieceModel([.. new[] { "[UNK]", "t", "the", "th", "##r", "##e", "##re" }.Select(System.Text.Encoding.UTF8.GetBytes)]));
        TokenizerJson.Save(words, Path.Combine(cli.Folder, "w.json"));
        Assert.That(cli.Run("tokenizer", "show", "w.json", "there", "--merges"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Out.ToString().Split('\n'), Does.Contain("       0  the  th t").And.Contain("       3  ##re  ##r"));
        Assert.That(cli.Run("tokenizer", "show", "w.json", "there", "--html", "w.html"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        using JsonDocument json = JsonDocument.Parse(cli.Read("w.html").Split("id=\"data\">")[1].Split("</script>")[0]);
        JsonElement candidates = json.RootElement.GetProperty("pieces")[0].GetProperty("candidates");
        Assert.That(candidates.EnumerateArray().Where(c => c.GetProperty("taken").GetBoolean()).Select(c => c.GetProperty("shown").GetString()), Is.EqualTo(new[] { "the", "##re" }));
    }

    [Test]
    public void Unigram_shows_every_token_that_fits_with_its_scores()
    {
        using CliRunner cli = Runner();
        string[] tokens = ["<unk>", "a", "b", "ab", "ba"];
        var model = new UnigramModel([.. tokens.Select(System.Text.Encoding.UTF8.GetBytes)], [0, -2, -3, -4, -4.5], 0);
        TokenizerJson.Save(PipelineOf(model), Path.Combine(cli.Folder, "u.json"));
        Assert.That(cli.Run("tokenizer", "show", "u.json", "aba", "--merges"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        string[] lines = cli.Out.ToString().Split('\n');
        Assert.That(lines, Does.Contain("       0     −2.00     −2.00  a").And.Contain("       0     −4.00     −4.00  ab").And.Contain("       1     −4.50     −6.50  ba").And.Contain("       2     −2.00     −6.00  a"));
    }

    [Test]
    public void The_page_needs_no_network_and_holds_the_cut()
    {
        using CliRunner cli = Runner();
        Assert.That(cli.Run("tokenizer", "show", "t.json", "the </script> cat", "--html", "p.html"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        string page = cli.Read("p.html");
        Assert.That(page, Does.Contain("default-src 'none'").And.Not.Contain("http:").And.Not.Contain("https:").And.Not.Contain("{{DATA}}"));
        string data = page.Split("id=\"data\">")[1].Split("</script>")[0];
        using JsonDocument json = JsonDocument.Parse(data);
        string shown = string.Concat(json.RootElement.GetProperty("pieces").EnumerateArray().SelectMany(piece => piece.GetProperty("tokens").EnumerateArray()).Select(token => token.GetProperty("text").GetString()));
        Assert.That(shown, Is.EqualTo("the </script> cat"), "what the text says cannot end the data");
    }

    [Test]
    public void A_page_of_too_many_tokens_is_refused()
    {
        using CliRunner cli = Runner();
        cli.Write("long.txt", new string('!', 20_001));
        Assert.That(cli.Run("tokenizer", "show", "t.json", "-f", "long.txt", "--html", "p.html"), Is.EqualTo(ExitCode.Usage));
        Assert.That(cli.Error.ToString(), Does.Contain("too many for one page"));
        Assert.That(File.Exists(Path.Combine(cli.Folder, "p.html")), Is.False);
    }

    [Test]
    public void Statistics_count_what_is_used_and_what_a_vocabulary_costs()
    {
        using CliRunner cli = Runner();
        cli.Write("text.txt", Text);
        Assert.That(cli.Run("tokenizer", "stats", "t.json", "text.txt", "--width", "10", "--json"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        using JsonDocument json = JsonDocument.Parse(cli.Out.ToString());
        JsonElement root = json.RootElement;
        int vocabulary = root.GetProperty("vocabulary").GetInt32();
        Assert.That(root.GetProperty("embedding_and_head_bytes").GetDouble(), Is.EqualTo(vocabulary * 10 * 4 * 2));
        Assert.That(root.GetProperty("words").GetInt64(), Is.EqualTo(16));
        Assert.That(root.GetProperty("bytes_per_token").GetDouble(), Is.EqualTo((double)Text.Length / root.GetProperty("tokens").GetInt64()).Within(1e-3));
        Assert.That(root.GetProperty("comes_back").GetBoolean());
        Assert.That(cli.Run("tokenizer", "stats", "t.json", "text.txt"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString(), Does.Contain("bytes per token").And.Contains("yes, byte for byte"));
    }

    [Test]
    public void Comparison_finds_the_words_that_differ()
    {
        using CliRunner cli = Runner();
        cli.Write("text.txt", Text);
        TokenizerJson.Save(new PureLlm.Tokenizer.ByteTokenizer(), Path.Combine(cli.Folder, "bytes.json"));
        Assert.That(cli.Run("tokenizer", "compare", "t.json", "bytes.json", "-f", "text.txt", "--words", "1"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Does.Contain("·the").And.Contain("·│t│h│e"));
        Assert.That(cli.Run("tokenizer", "compare", "t.json", "bytes.json", "-f", "text.txt", "--same"), Is.EqualTo(ExitCode.CheckFailed));
        Assert.That(cli.Run("tokenizer", "compare", "t.json", "t.json", "-f", "text.txt", "--same"), Is.EqualTo(ExitCode.Ok));
    }

    [TestCase("bpe", "300")]
    [TestCase("wordpiece", "60")]
    [TestCase("wordpiece-likelihood", "60")]
    [TestCase("unigram", "40")]
    [TestCase("sp-bpe", "60")]
    public void Every_kind_is_trained_written_and_read(string kind, string vocabulary)
    {
        using CliRunner cli = Runner();
        cli.Write("a.txt", string.Concat(Enumerable.Repeat(Text, 8)));
        cli.Write("b.txt", "the cat is on the hat.");
        Assert.That(cli.Run("tokenizer", "train", "a.txt", "--kind", kind, "--vocab", vocabulary, "--held-out", "b.txt", "-o", "new.json", "--json"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        using JsonDocument report = JsonDocument.Parse(cli.Out.ToString());
        Assert.That(report.RootElement.GetProperty("vocabulary").GetInt32(), Is.InRange(20, int.Parse(vocabulary)));
        Assert.That(report.RootElement.GetProperty("training").GetProperty("bytes").GetInt64(), Is.EqualTo(8 * Text.Length));
        Assert.That(report.RootElement.GetProperty("held_out").GetProperty("unknown").GetInt64(), Is.Zero);
        Assert.That(cli.Run("tokenizer", "encode", "new.json", "the cat sat", "--count", "-q"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(int.Parse(cli.Out.ToString()), Is.InRange(3, 10));
    }

    [Test]
    public void Training_never_replaces_a_file_unasked()
    {
        using CliRunner cli = Runner();
        cli.Write("a.txt", Text);
        byte[] before = File.ReadAllBytes(Path.Combine(cli.Folder, "t.json"));
        Assert.That(cli.Run("tokenizer", "train", "a.txt", "--vocab", "300", "-o", "t.json"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("t.json is there already").And.Contain("--overwrite"));
        Assert.That(File.ReadAllBytes(Path.Combine(cli.Folder, "t.json")), Is.EqualTo(before));
    }

    [Test]
    public void The_built_in_stories_can_be_trained_on()
    {
        using CliRunner cli = Runner();
        Assert.That(cli.Run("tokenizer", "train", "stories", "--vocab", "400", "-o", "s.json"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Does.Contain("400 tokens (1 special, 256 in the alphabet, 143 merges)").And.Contain("bytes per token").And.Contain("costs"));
    }

    [Test]
    public void A_tokenizer_is_converted_between_formats()
    {
        using CliRunner cli = Runner();
        Assert.That(cli.Run("tokenizer", "convert", "t.json", "t.gguf"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Run("tokenizer", "convert", "t.gguf", "vocab.json"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(File.Exists(Path.Combine(cli.Folder, "merges.txt")));
        cli.Write("text.txt", Text);
        Assert.That(cli.Run("tokenizer", "compare", "t.json", "t.gguf", "vocab.json", "-f", "text.txt", "--same"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Run("tokenizer", "convert", "t.json", "t.gguf"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("t.gguf is there already"));
    }

    [TestCase("there is no kind 'bpee'; did you mean bpe?", "tokenizer", "train", "t.json", "--kind", "bpee", "-o", "n.json")]
    [TestCase("--split belongs to bpe, not to unigram", "tokenizer", "train", "t.json", "--kind", "unigram", "--split", "gpt2", "-o", "n.json")]
    [TestCase("there is no split 'gpt5'", "tokenizer", "train", "t.json", "--split", "gpt5", "-o", "n.json")]
    [TestCase("there is no split 'gpt5'", "tokenizer", "convert", "t.json", "n.json", "--split", "gpt5")]
    [TestCase("no text", "tokenizer", "encode", "t.json")]
    [TestCase("the text is given 2 times", "tokenizer", "encode", "t.json", "a", "--stdin")]
    [TestCase("\"x\" (number 2) is not a token id", "tokenizer", "decode", "t.json", "1", "x")]
    [TestCase("no ids", "tokenizer", "decode", "t.json")]
    [TestCase("three kinds of answer", "tokenizer", "encode", "t.json", "a", "--count", "--tokens")]
    [TestCase("name at least two", "tokenizer", "compare", "t.json", "-f", "t.json")]
    public void A_mistake_on_the_command_line_is_named(string message, params string[] arguments)
    {
        using CliRunner cli = Runner();
        Assert.That(cli.Run(arguments), Is.EqualTo(ExitCode.Usage));
        Assert.That(cli.Error.ToString(), Does.Contain(message));
    }

    [TestCase("there is no file, folder or run missing.json", "encode", "missing.json", "a")]
    [TestCase("holds no tokenizer", "encode", ".", "a")]
    [TestCase("there is no file nothing.txt", "encode", "t.json", "-f", "nothing.txt")]
    [TestCase("token 9999 is outside the vocabulary", "decode", "t.json", "9999")]
    public void A_missing_or_wrong_input_is_named(string message, params string[] arguments)
    {
        using CliRunner cli = Runner();
        Assert.That(cli.Run(["tokenizer", .. arguments]), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain(message));
    }

    private static PipelineTokenizer PipelineOf(TokenModel model) => new(new PipelineParts { Model = model });

    private static CliRunner Runner()
    {
        var cli = new CliRunner();
        TokenizerJson.Save(BytePairTrainer.Train([System.Text.Encoding.UTF8.GetBytes(Text)], 280), Path.Combine(cli.Folder, "t.json"));
        return cli;
    }

    private static int[] Numbers(JsonDocument json, string name) => [.. json.RootElement.GetProperty(name).EnumerateArray().Select(number => number.GetInt32())];
}
