using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.PreTokenizers;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Tests.Tokenizer.Formats;

public sealed class TokenizerFileTests
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes("the cat sat on the mat. the cat ate. the hat is on the cat's mat.");

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("pure-llm-tokenizer-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("tokenizer.json")]
    [TestCase("ranks.tiktoken")]
    [TestCase("vocab.json")]
    [TestCase("tokenizer.gguf")]
    public void What_is_written_reads_back_with_the_same_ids(string name)
    {
        TextTokenizer written = Trained();
        Write(written, name);
        TextTokenizer read = TokenizerFile.Load(Path.Combine(_folder, name), PieceScanner.Gpt2);
        Assert.That(read.Encode("the hat sat on a cat."), Is.EqualTo(written.Encode("the hat sat on a cat.")));
    }

    [Test]
    public void A_folder_gives_its_tokenizer()
    {
        Assert.That(TokenizerFile.InFolder(_folder), Is.Null);
        Write(Trained(), "tokenizer.json");
        Assert.That(TokenizerFile.InFolder(_folder), Is.EqualTo(Path.Combine(_folder, "tokenizer.json")));
    }

    [Test]
    public void Ranks_of_an_unknown_vocabulary_need_a_split()
    {
        Write(Trained(), "ranks.tiktoken");
        Assert.That(() => TokenizerFile.Load(Path.Combine(_folder, "ranks.tiktoken")), Throws.TypeOf<TokenizerException>().With.Message.Contains("name the split").And.Message.Contains("cl100k"));
    }

    [Test]
    public void An_unknown_name_is_refused_with_the_known_formats()
    {
        File.WriteAllText(Path.Combine(_folder, "words.xyz"), "a");
        Assert.That(() => TokenizerFile.Load(Path.Combine(_folder, "words.xyz")), Throws.TypeOf<TokenizerException>().With.Message.Contains(".tiktoken"));
        Assert.That(() => TokenizerFile.ToFiles(Trained(), "words.xyz"), Throws.TypeOf<TokenizerException>().With.Message.Contains("tokenizer.json"));
        Assert.That(() => TokenizerFile.ToFiles(new ByteTokenizer(), "bytes.tiktoken"), Throws.TypeOf<TokenizerException>().With.Message.Contains("'bytes'"));
    }

    [TestCase("r50k_base", 50_257)]
    [TestCase("cl100k_base", 100_277)]
    [TestCase("o200k_base", 200_019)]
    public void A_published_vocabulary_is_known_by_its_size(string name, int size)
    {
        TextTokenizer tokenizer = TokenizerFile.Load(SharedFiles.Require($"data/tokenizers/{name}.tiktoken"));
        Assert.That(tokenizer.VocabularySize, Is.EqualTo(size));
        Assert.That(tokenizer.Decode([tokenizer.EndOfText!.Value]), Is.EqualTo("<|endoftext|>"));
    }

    [Test]
    public void No_two_published_vocabularies_are_alike_in_size()
    {
        Assert.That(PublishedVocabulary.All.Select(known => known.Size), Is.Unique);
        foreach (PublishedVocabulary known in PublishedVocabulary.All)
        {
            Assert.That(known.Special.Select(token => token.Id), Is.Unique, known.Name);
            Assert.That(known.Special.Select(token => token.Name), Is.Unique, known.Name);
        }
    }

    /// <summary>Without special tokens, so that the file's ranks are the whole vocabulary.</summary>
    private static PipelineTokenizer Trained() => BytePairTrainer.Train([Text], 280, endOfText: false);

    private void Write(TextTokenizer tokenizer, string name)
    {
        foreach ((string path, byte[] content) in TokenizerFile.ToFiles(tokenizer, Path.Combine(_folder, name)))
        {
            File.WriteAllBytes(path, content);
        }
    }
}
