using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.PreTokenizers;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Tests.Tokenizer.Training;

public class TrainedVocabularyTests
{
    private const string Text = "The cat sat on the mat.\n\n  It's the cat's mat, isn't it? Über 日本 𝐀 12 12\nthe cats sat <a> b/c";

    private static TrainingCorpus Corpus => TrainingCorpus.FromTexts([Encoding.UTF8.GetBytes(Text)]);

    private static TrainedVocabulary Train(VocabularyKind kind) => kind switch
    {
        VocabularyKind.ByteLevelBytePair => BytePairTrainer.Train(Corpus, new BytePairOptions { VocabularySize = 300, SpecialTokenPlace = SpecialTokenPlace.Last }),
        VocabularyKind.CharacterBytePair => CharacterBytePairTrainer.Train(Corpus, new CharacterBytePairOptions { VocabularySize = 320, ByteFallback = true, CharacterCoverage = 1 }),
        VocabularyKind.WordPiece => WordPieceTrainer.Train(Corpus, new WordPieceOptions { VocabularySize = 100 }),
        _ => UnigramTrainer.Train(Corpus, new UnigramOptions { VocabularySize = 300, ByteFallback = true, CharacterCoverage = 1 }),
    };

    [Test]
    public void The_finished_tokenizer_has_the_vocabularys_tokens_by_id([Values] VocabularyKind kind)
    {
        TrainedVocabulary trained = Train(kind);
        var tokenizer = trained.ToTokenizer();
        Assert.That(tokenizer.VocabularySize, Is.EqualTo(trained.Tokens.Count));
        Assert.That(Enumerable.Range(0, trained.Tokens.Count).Select(id => Convert.ToHexString(tokenizer.TokenBytes(id).Span)), Is.EqualTo(trained.Tokens.Select(Convert.ToHexString)));
        Assert.That(trained.SpecialTokens.All(tokenizer.IsSpecial), Is.True);
    }

    [TestCase(VocabularyKind.ByteLevelBytePair, Text)]
    [TestCase(VocabularyKind.CharacterBytePair, "The cat sat on the mat. It's the cat's mat, isn't it? Über 日本 𝐀 12 12 the cats sat <a> b/c")]
    [TestCase(VocabularyKind.Unigram, "The cat sat on the mat. It's the cat's mat, isn't it? Über 日本 𝐀 12 12 the cats sat <a> b/c")]
    public void Decoding_gives_the_text_back(VocabularyKind kind, string expected)
    {
        var tokenizer = Train(kind).ToTokenizer();
        Assert.That(tokenizer.Decode(tokenizer.Encode(Text)), Is.EqualTo(expected));
        Assert.That(tokenizer.Decode(tokenizer.Encode("Ωmega ☃")), Is.EqualTo("Ωmega ☃"));
    }

    [Test]
    public void Names_of_special_tokens_in_a_text_are_ordinary_text([Values] VocabularyKind kind)
    {
        TrainedVocabulary trained = Train(kind);
        string name = Encoding.UTF8.GetString(trained.Tokens[trained.SpecialTokens[^1]]);
        Assert.That(trained.ToTokenizer().Encode("cat " + name), Does.Not.Contain(trained.SpecialTokens[^1]));
    }

    [Test]
    public void A_saved_tokenizer_encodes_as_the_trained_one([Values] VocabularyKind kind)
    {
        var tokenizer = Train(kind).ToTokenizer();
        string path = Path.GetTempFileName();
        try
        {
            TokenizerJson.Save(tokenizer, path);
            Assert.That(TokenizerJson.Load(path).Encode(Text), Is.EqualTo(tokenizer.Encode(Text)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void A_word_is_spelled_by_the_merges_in_the_order_in_which_they_were_learned()
    {
        TrainedVocabulary trained = Train(VocabularyKind.ByteLevelBytePair);
        List<int> symbols = [.. Encoding.UTF8.GetBytes(" cats").Select(b => trained.Tokens.ToList().FindIndex(t => t.Length == 1 && t[0] == b))];
        for (int i = 0; i < trained.Merges.Count; i++)
        {
            TextbookMerges.Replace(symbols, trained.Merges[i], 256 + i);
        }
        Assert.That(trained.ToTokenizer().Encode(" cats"), Is.EqualTo(symbols));
    }

    [Test]
    public void The_default_words_are_those_of_the_finished_pipeline([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        string[] parts = ["a", "b c", " ", "  ", "\n", "\t", "\u00a0", "\u3000", "▁", "é", "日本", "𝐀", "\r\n", "x"];
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 20)).Select(_ => parts[random.Next(parts.Length)])));
        var pipeline = TrainingPipeline.Sentence(new TrainingRun());
        PieceTable quick = new(), whole = new();
        pipeline.Cutter().Count(text, quick);
        new PipelineCutter(pipeline.Normalizer, pipeline.PreTokenizer).Count(text, whole);
        Assert.That(Contents(quick), Is.EqualTo(Contents(whole)));
    }

    private static string[] Contents(PieceTable table) => [.. Enumerable.Range(0, table.Count).Select(i => $"{Encoding.UTF8.GetString(table.Piece(i))} {table.Frequency(i)}").Order(StringComparer.Ordinal)];

    [TestCase("gpt2")]
    [TestCase("cl100k")]
    public void A_vocabulary_of_a_few_bytes_spells_what_it_can(string split)
    {
        var options = new BytePairOptions { VocabularySize = 40, AllBytes = false, SpecialTokens = [], Split = PieceScanner.All.Single(scanner => scanner.Name == split) };
        PipelineTokenizer tokenizer = BytePairTrainer.Train(TrainingCorpus.FromTexts(["the cat sat on the mat. the hat"u8.ToArray()]), options).ToTokenizer();
        var read = (PipelineTokenizer)TokenizerJson.Parse(TokenizerJson.ToUtf8(tokenizer), "t.json");
        foreach (PipelineTokenizer each in new[] { tokenizer, read })
        {
            Assert.That(each.Decode(each.Encode("the hat")), Is.EqualTo("the hat"));
            Assert.That(each.Decode(each.Encode("the h\u00e9at")), Is.EqualTo("the hat"), "bytes that it lacks are left out, as in Hugging Face's library");
        }
    }
}
