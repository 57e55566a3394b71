using System.Buffers;
using BenchmarkDotNet.Attributes;
using PureLlm.Engine.Data;
using PureLlm.Engine.Data.Generators;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Benchmarks.Tokenizer;

/// <summary>Byte-level encoding and decoding on one thread: a vocabulary trained on the built-in stories, and the published ones where their files are at hand.</summary>
/// <remarks>The published vocabularies lie in <c>data/tokenizers</c> of the folder that PURELLM_SHARED names; English is the stories themselves.</remarks>
[MemoryDiagnoser]
public class TokenizerSuite
{
    internal const int TextBytes = 1_000_000;

    private static readonly string? Shared = Environment.GetEnvironmentVariable("PURELLM_SHARED");
    private readonly TokenBuffer tokens = new();
    private readonly ArrayBufferWriter<byte> decoded = new();
    private PipelineTokenizer tokenizer = null!;
    private Func<PipelineTokenizer> load = null!;
    private byte[] text = [];
    private int[] ids = [];

    /// <summary>"trained", "r50k_base" …</summary>
    [ParamsSource(nameof(Vocabularies))]
    public string Vocabulary { get; set; } = "";

    /// <summary>"stories" or "mixed".</summary>
    [Params("stories", "mixed")]
    public string Text { get; set; } = "";

    public static IEnumerable<string> Vocabularies => ["trained", .. Published().Select(v => v.Name)];

    [GlobalSetup]
    public void Prepare()
    {
        Corpus stories = new StoryGenerator(0.5).Corpus(1337, 2 * TextBytes, 0.03);
        if (Vocabulary == "trained")
        {
            PipelineTokenizer trained = BytePairTrainer.Train(stories.Train.All(), 4096);
            load = () => trained;
        }
        else
        {
            SpeedVocabulary vocabulary = Published().First(v => v.Name == Vocabulary);
            load = () => vocabulary.Load();
        }
        text = Text == "mixed" ? SpeedTexts.Mixed(TextBytes)[..TextBytes] : [.. stories.Train.All().SelectMany(story => story.ToArray()).Take(TextBytes)];
        tokenizer = load();
        tokenizer.Encode(text, tokens);
        ids = tokens.Ids.ToArray();
    }

    [Benchmark]
    public int Encode()
    {
        tokens.Clear();
        tokenizer.Encode(text, tokens);
        return tokens.Count;
    }

    /// <summary>A tokenizer that has seen nothing.</summary>
    [Benchmark]
    public int EncodeFirst()
    {
        tokens.Clear();
        new PipelineTokenizer(tokenizer.Parts).Encode(text, tokens);
        return tokens.Count;
    }

    [Benchmark]
    public int Decode()
    {
        decoded.ResetWrittenCount();
        tokenizer.Decode(ids, decoded);
        return decoded.WrittenCount;
    }

    private static IEnumerable<SpeedVocabulary> Published() =>
        Shared is null ? [] : SpeedVocabulary.In(Path.Combine(Shared, "data", "tokenizers")).Where(v => File.Exists(v.Path));
}
