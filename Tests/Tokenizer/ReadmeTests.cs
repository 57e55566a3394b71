using System.Runtime.CompilerServices;
using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Tests.Tokenizer;

/// <summary>The examples of Tokenizer/README.md are the bodies of these tests.</summary>
public sealed class ReadmeTests
{
    private const string Story = "Hello, world! Hello, café. A text about a naïve cat in a café.\n";

    private string _before = "";

    [SetUp]
    public void WorkInAFolderWithATokenizer()
    {
        _before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = Directory.CreateTempSubdirectory("pure-llm-readme-").FullName;
        TokenizerJson.Save(BytePairTrainer.Train([Encoding.UTF8.GetBytes(Story)], 300), "tokenizer.json");
    }

    [TearDown]
    public void LeaveTheFolder()
    {
        string folder = Environment.CurrentDirectory;
        Environment.CurrentDirectory = _before;
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void Three_lines()
    {
        TextTokenizer tokenizer = TokenizerFile.Load("tokenizer.json");
        int[] ids = tokenizer.Encode("Hello, world! 👋");
        string text = tokenizer.Decode(ids);
        Assert.That(text, Is.EqualTo("Hello, world! 👋"));

        var stream = new StreamingDecoder(tokenizer);
        string shown = string.Concat(ids.Select(stream.Next)) + stream.Finish();
        Assert.That(shown, Is.EqualTo(text));
    }

    [Test]
    public void Offsets()
    {
        TextTokenizer tokenizer = TokenizerFile.Load("tokenizer.json");
        var buffer = new TokenBuffer();
        tokenizer.Encode("naïve café"u8, buffer);
        ReadOnlySpan<int> starts = buffer.Starts; // byte offsets into the input
        Assert.That(starts.ToArray(), Is.Ordered.And.All.LessThan(12));
        Assert.That(buffer.Ends[^1], Is.EqualTo(12));
    }

    [Test]
    public void Truncation_and_padding()
    {
        TextTokenizer tokenizer = TokenizerFile.Load("tokenizer.json");
        var pipeline = (PipelineTokenizer)tokenizer;
        EncodedText encoded = pipeline.With(new Truncation(128), new Padding { Length = 128 }).EncodeFull("a text"u8, EncodeOptions.Full);
        int[] mask = encoded.AttentionMask();
        Assert.That(mask, Has.Length.EqualTo(128));
        Assert.That(mask.Sum(), Is.EqualTo(tokenizer.Encode("a text").Length));
    }

    [Test]
    public void Batches()
    {
        TextTokenizer tokenizer = TokenizerFile.Load("tokenizer.json");
        ReadOnlyMemory<byte>[] documents = [Encoding.UTF8.GetBytes("one"), Encoding.UTF8.GetBytes("two texts")];
        int[][] batch = tokenizer.EncodeBatch(documents);
        Assert.That(batch.Select(ids => tokenizer.Decode(ids)), Is.EqualTo(new[] { "one", "two texts" }));
    }

    [Test]
    public void Training()
    {
        File.WriteAllText("a.txt", string.Concat(Enumerable.Repeat(Story, 10)));
        string[] files = ["a.txt"];
        TrainedVocabulary trained = BytePairTrainer.Train(TrainingCorpus.FromFiles(files), new BytePairOptions { VocabularySize = 8000 });
        TokenizerJson.Save(trained.ToTokenizer(), "tokenizer.json");
        Assert.That(TokenizerFile.Load("tokenizer.json").Decode(trained.ToTokenizer().Encode(Story)), Is.EqualTo(Story));
    }

    [Test]
    public void Every_example_of_the_readme_is_run_here()
    {
        string source = File.ReadAllText(ThisFile()), readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "Tokenizer", "README.md"));
        string[] lines = [.. source.Split('\n').Select(line => line.Trim())];
        string[] examples = [.. readme.Split("```csharp\n").Skip(1).Select(part => part.Split("```")[0])];
        Assert.That(examples, Has.Length.GreaterThanOrEqualTo(6));
        foreach (string line in examples.SelectMany(example => example.Split('\n')).Select(line => line.Trim()).Where(line => line.Length > 0))
        {
            Assert.That(lines, Does.Contain(line));
        }
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
