using System.Text;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Tokenizer;

namespace PureLlm.Tests.Engine.Data;

public class DataLoaderTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("purellm").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    private void Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    private void Write(string name, byte[] bytes)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    private static DataSection Files(params string[] source) => new() { Source = [.. source], ValidationShare = 0.1, Align = WindowAlignment.Any };

    private TokenDataset Open(DataSection data, TokenizerKind kind, int vocabulary = 512) => DataLoader.Open(data, new TokenizerSection { Kind = kind, Vocabulary = vocabulary }, 1, _folder);

    private DataException Refused(string source, TokenizerKind kind = TokenizerKind.Bytes) => Assert.Throws<DataException>(() => Open(Files(source), kind))!;

    private static int[] All(TokenStore tokens)
    {
        var ids = new int[tokens.Count];
        tokens.Read(0, ids);
        return ids;
    }

    [Test]
    public void One_text_is_cut_at_the_share_and_has_no_token_that_is_not_text()
    {
        Write("a.txt", "\ufeff" + string.Concat(Enumerable.Repeat("abcdefghij", 20)));
        using TokenDataset data = Open(Files("a.txt"), TokenizerKind.Chars);
        Assert.That((data.Name, data.VocabularySize, data.Train.Count, data.Validation.Count), Is.EqualTo(("a.txt", 10, 180L, 20L)));
        Assert.That(data.Evaluation(2, 4).Floor, Is.Null);
    }

    [Test]
    public void The_cut_falls_between_characters()
    {
        Write("a.txt", string.Concat(Enumerable.Repeat("é", 15)));
        using TokenDataset data = Open(Files("a.txt"), TokenizerKind.Chars);
        Assert.That((data.Train.Count, data.Validation.Count), Is.EqualTo((13L, 2L)), "27 of 30 bytes would cut a character");
    }

    [Test]
    public void Several_files_are_documents_with_an_end_each()
    {
        Write("my/b.txt", "bbbbbbbbbb");
        Write("my/a.txt", "aaaaaaaaaaaaaaaaaaaa");
        Write("my/c.md", "no");
        using TokenDataset data = Open(Files("my/*.txt"), TokenizerKind.Chars);
        Assert.That(data.Tokenizer!.Decode(All(data.Train.Tokens)), Is.EqualTo(new string('a', 18) + "<|endoftext|>" + new string('b', 9) + "<|endoftext|>"));
        Assert.That(data.Train.DocumentStarts, Is.EqualTo(new long[] { 0, 19 }));
        Assert.That(data.Tokenizer.Decode(All(data.Validation.Tokens)), Is.EqualTo("aa<|endoftext|>b<|endoftext|>"));
    }

    [Test]
    public void Marks_in_a_file_part_its_documents()
    {
        Write("a.txt", string.Join("\n<|endoftext|>\n", Enumerable.Range(0, 10).Select(i => $"story {i}.")));
        using TokenDataset data = Open(Files("a.txt"), TokenizerKind.Bytes);
        Assert.That(data.Train.DocumentStarts, Has.Count.EqualTo(9));
        Assert.That(data.Tokenizer!.Decode(All(data.Validation.Tokens)), Is.EqualTo("story 9.<|endoftext|>"));
    }

    [Test]
    public void A_validation_file_takes_the_place_of_the_share()
    {
        Write("a.txt", "all of this is for training");
        Write("v.txt", "and this is not");
        using TokenDataset data = Open(Files("a.txt") with { ValidationFile = "v.txt" }, TokenizerKind.Bytes);
        Assert.That(data.Tokenizer!.Decode(All(data.Train.Tokens)), Is.EqualTo("all of this is for training"));
        Assert.That(data.Tokenizer.Decode(All(data.Validation.Tokens)), Is.EqualTo("and this is not"));
    }

    [Test]
    public void Nothing_held_out_leaves_everything_to_train_on()
    {
        Write("a.txt", "all of this is for training");
        using TokenDataset data = Open(Files("a.txt") with { ValidationShare = 0 }, TokenizerKind.Bytes);
        Assert.That((data.HasValidation, data.Train.Count), Is.EqualTo((false, 27L)));
        Assert.That(data.Batches(1, 8).WindowsPerEpoch, Is.EqualTo(2));
    }

    [Test]
    public void Globs_reach_into_folders_and_name_each_file_once()
    {
        Write("x/1.txt", "1");
        Write("x/y/2.txt", "2");
        Write("3.txt", "3");
        string[] Names(params string[] patterns) => [.. FileSearch.Expand(patterns, _folder).Select(f => Path.GetFileName(f))];
        Assert.That(Names("**/*.txt"), Is.EqualTo(new[] { "3.txt", "1.txt", "2.txt" }));
        Assert.That(Names("x/*.txt"), Is.EqualTo(new[] { "1.txt" }));
        Assert.That(Names("x/*/?.txt", "*.txt", "3.txt"), Is.EqualTo(new[] { "2.txt", "3.txt" }));
        Assert.That(Names(Path.Combine(_folder, "x/*.txt")), Is.EqualTo(new[] { "1.txt" }));
    }

    [Test]
    public void A_pattern_without_files_suggests_the_nearest_folder_or_file()
    {
        Write("data/a.txt", "x");
        DataException error = Refused("dta/*.txt");
        Assert.That((error.Code, error.Message), Is.EqualTo(("D001", $"data.source matched no files: \"dta/*.txt\" (looked in {_folder}). A folder 'data' exists: did you mean \"data/*.txt\"? No data yet? Use source = \"stories\".")));
        Assert.That(Refused("data/b.txt").Message, Does.Contain("did you mean \"data/a.txt\"?"));
        Assert.That(Refused("data").Message, Does.Contain("is a folder: did you mean \"data/*.txt\"?"));
        Assert.That(Refused("zzzzzz/*.txt").Message, Does.Not.Contain("did you mean"));
    }

    [Test]
    public void What_is_not_text_is_refused_by_name_and_place()
    {
        Write("empty.txt", "");
        Write("binary.txt", [65, 0, 66]);
        Write("latin.txt", [65, 66, 0xe9, 67]);
        Write("utf16.txt", [0xff, 0xfe, 65, 0]);
        Assert.That((Refused("empty.txt").Code, Refused("empty.txt").Message), Is.EqualTo(("D002", $"{Path.Combine(_folder, "empty.txt")} is empty; there is nothing to learn from.")));
        Assert.That(Refused("binary.txt").Message, Does.Contain("binary file").And.Contain("byte 1 is 0"));
        Assert.That(Refused("latin.txt").Message, Does.Contain("not UTF-8: byte 2"));
        Assert.That(Refused("utf16.txt").Message, Does.Contain("UTF-16"));
    }

    [Test]
    public void Too_little_text_is_refused_with_the_numbers_and_the_ways_out()
    {
        Write("a.txt", new string('a', 1_204));
        using TokenDataset data = Open(Files("a.txt") with { ValidationShare = 0.03 }, TokenizerKind.Bytes);
        DataException error = Assert.Throws<DataException>(() => data.Batches(8, 128))!;
        Assert.That(error.Code, Is.EqualTo("D004"));
        Assert.That(error.Message, Is.EqualTo(
            "1,204 tokens of text in a.txt, but one window needs context + 1 = 129; training gets 1,167 and validation 37. Use model.context = 32, or data.val = 0.11, or more text (20 kB or more is a start)."));
        Assert.That(Assert.Throws<DataException>(() => data.Evaluation(8, 128))!.Code, Is.EqualTo("D004"));
        Assert.DoesNotThrow(() => data.Evaluation(8, 32));
        using TokenDataset again = Open(Files("a.txt") with { ValidationShare = 0.11 }, TokenizerKind.Bytes);
        Assert.DoesNotThrow(() => again.Batches(8, 128), "the advice holds");
    }

    [TestCase(300, false)]
    [TestCase(70_000, true)]
    public void Token_files_come_back_with_and_without_a_header(int vocabulary, bool wide)
    {
        int[] ids = [.. Enumerable.Range(0, 200).Select(i => i * 997 % vocabulary)];
        byte[] bare = [.. ids.SelectMany(i => wide ? BitConverter.GetBytes(i) : BitConverter.GetBytes((ushort)i))];
        Write("bare.bin", bare);
        TokenFile.Write(Path.Combine(_folder, "head.bin"), new MemoryTokens(ids, vocabulary), vocabulary);
        Assert.That(new FileInfo(Path.Combine(_folder, "head.bin")).Length, Is.EqualTo(1024 + bare.Length));
        foreach (string name in new[] { "bare.bin", "head.bin" })
        {
            using TokenDataset data = Open(Files(name), TokenizerKind.Bpe, vocabulary);
            Assert.That(data.Tokenizer, Is.Null);
            Assert.That(All(data.Train.Tokens).Concat(All(data.Validation.Tokens)), Is.EqualTo(ids), name);
        }
        using TokenDataset both = Open(Files("*.bin") with { ValidationShare = 0 }, TokenizerKind.Bpe, vocabulary);
        Assert.That(All(both.Train.Tokens), Is.EqualTo(ids.Concat(ids)));
        var across = new int[20];
        both.Train.Tokens.Read(190, across);
        Assert.That(across, Is.EqualTo(ids[190..].Concat(ids[..10])));
    }

    [Test]
    public void Token_files_have_documents_where_the_tokenizer_has_an_end()
    {
        Write("t.bin", [1, 0, 2, 0, 0, 1, 3, 0, 4, 0, 0, 1]);
        using TokenDataset data = Open(Files("t.bin") with { ValidationShare = 0 }, TokenizerKind.Bytes);
        Assert.That(data.Train.DocumentStarts, Is.EqualTo(new long[] { 0, 3 }), "256 ends a text");
    }

    [Test]
    public void A_token_file_may_be_closed_twice()
    {
        string path = Path.Combine(_folder, "twice.bin");
        TokenFile.Write(path, new MemoryTokens([1, 2, 3], 9), 9);
        var file = new TokenFile(path, 9);
        file.Dispose();
        Assert.That(file.Dispose, Throws.Nothing);
    }

    [Test]
    public void Broken_token_files_are_refused()
    {
        Write("odd.bin", [1, 0, 2]);
        Write("out.bin", [1, 0, 2, 0, 0x2c, 0x01]);
        TokenFile.Write(Path.Combine(_folder, "cut.bin"), new MemoryTokens([1, 2, 3], 9), 9);
        Write("cut.bin", File.ReadAllBytes(Path.Combine(_folder, "cut.bin"))[..^2]);
        Write("mixed.txt", "text");
        Assert.That((Refused("odd.bin").Code, Refused("odd.bin").Message.Contains("3 bytes")), Is.EqualTo(("D003", true)));
        Assert.That((Refused("out.bin").Code, Refused("out.bin").Message), Is.EqualTo(("D007",
            $"token 300 at position 2 of {Path.Combine(_folder, "out.bin")} is outside the vocabulary of 257. The file was made with another tokenizer; use that one, or make the file again from its text.")));
        Assert.That((Refused("cut.bin").Code, Refused("cut.bin").Message.Contains("promises 3 tokens")), Is.EqualTo(("D003", true)));
        Assert.That(Assert.Throws<DataException>(() => Open(Files("mixed.txt", "odd.bin"), TokenizerKind.Bytes))!.Code, Is.EqualTo("D005"));
    }

    [TestCase("stories", TokenizerKind.Bpe)]
    [TestCase("sort", TokenizerKind.Chars)]
    [TestCase("reverse", TokenizerKind.Chars)]
    [TestCase("copy", TokenizerKind.Bytes)]
    [TestCase("names", TokenizerKind.Chars)]
    [TestCase("stories", TokenizerKind.Words)]
    public void Every_generator_gives_a_data_set_with_a_floor_below_random_guessing(string source, TokenizerKind kind)
    {
        using TokenDataset data = Open(new DataSection { Source = [source], Size = 100_000 }, kind);
        EvaluationBatches evaluation = data.Evaluation(8, 32);
        Assert.That(evaluation.Floor, Is.GreaterThan(0.05).And.LessThan(0.8 * Math.Log(data.VocabularySize)));
        Assert.That(data.Scorer!.Prompts(data.Scorer.Kinds[0], 2, 1), Has.Count.EqualTo(2));
    }

    [Test]
    public void Sorted_letters_have_the_floor_of_eight_letters_in_eighteen_tokens()
    {
        using TokenDataset data = Open(new DataSection { Source = ["sort"], Size = 100_000 }, TokenizerKind.Chars);
        Assert.That(data.VocabularySize, Is.EqualTo(12));
        Assert.That(data.Evaluation(8, 18).Floor, Is.EqualTo(8 * Math.Log(10) / 18).Within(1e-6), "17 letters, the end, and in each window the next one's first letter for its own");
    }

    [Test]
    public void Unknown_words_leave_no_floor_rather_than_a_wrong_one()
    {
        using TokenDataset data = Open(new DataSection { Source = ["stories"], Size = 100_000 }, TokenizerKind.Words, vocabulary: 100);
        Assert.That(data.Evaluation(8, 32).Floor, Is.Null);
    }

    [Test]
    public void Statistics_count_what_is_there()
    {
        Write("a.txt", "abab<|endoftext|>abab<|endoftext|>abc<|endoftext|>abc");
        using TokenDataset data = Open(Files("a.txt") with { ValidationShare = 0.25 }, TokenizerKind.Bytes);
        Assert.That(DataStatistics.Of(data), Is.EqualTo(new DataStatistics(
            Documents: 3, Duplicates: 1, Tokens: 14, ValidationDocuments: 1, ValidationTokens: 4, Leaked: 1, Bytes: 11, ShortestDocument: 4, LongestDocument: 5, UsedTokens: 4, FloorPerToken: null)));
    }
}
