using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Tests.Tokenizer.Training;

public class BytePairTrainerTests
{
    private static List<(int, int)> Naive(byte[] text, int merges, int minimumCount) =>
        TextbookMerges.Learn(TextbookMerges.Pieces(text).Select(p => (p.Piece.Select(b => (int)b).ToList(), p.Count)), 256, merges, minimumCount);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    [Test]
    public void Incremental_counts_learn_the_merges_that_counting_anew_learns([Range(1, 12)] int seed)
    {
        var random = new Random(seed);
        byte[] text = seed % 3 == 0
            ? [.. Enumerable.Range(0, 40).SelectMany(_ => Texts.Random(random))]
            : Utf8(string.Concat(Enumerable.Range(0, 600).Select(_ => " " + new string([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => (char)('a' + random.Next(seed % 3 + 1)))]))));
        Assert.That(BytePairTrainer.Train([text], 256 + 60, endOfText: false).Merges, Is.EqualTo(Naive(text, 60, 2)));
    }

    [Test]
    public void One_long_piece_of_the_same_letter_is_merged_from_the_left()
    {
        byte[] text = Utf8(new string('a', 1001));
        Assert.That(BytePairTrainer.Train([text], 270, endOfText: false).Merges, Is.EqualTo(Naive(text, 14, 2)));
    }

    [Test]
    public void One_long_piece_of_random_letters_is_merged_as_the_textbook_has_it([Values(2, 5, 26)] int letters)
    {
        var random = new Random(letters);
        byte[] text = Utf8(new string([.. Enumerable.Range(0, 3000).Select(_ => (char)('a' + random.Next(letters)))]));
        Assert.That(BytePairTrainer.Train([text], 256 + 80, endOfText: false).Merges, Is.EqualTo(Naive(text, 80, 2)));
    }

    [Test]
    public void Ties_go_to_the_lower_left_byte_and_then_to_the_lower_right_one()
    {
        Assert.That(BytePairTrainer.Train([Utf8("db\ndb\nca\nca\ncb\ncb")], 256 + 3, endOfText: false).Merges, Is.EqualTo(new[] { ((int)'c', (int)'a'), ('c', 'b'), ('d', 'b') }));
    }

    [Test]
    public void Training_stops_when_nothing_repeats()
    {
        PipelineTokenizer tokenizer = BytePairTrainer.Train([Utf8("abab")], 5_000);
        Assert.That(tokenizer.Merges, Is.EqualTo(new[] { ((int)'a', (int)'b') }));
        Assert.That((tokenizer.VocabularySize, tokenizer.EndOfText), Is.EqualTo((258, (int?)257)));
    }

    [Test]
    public void A_vocabulary_without_room_for_the_bytes_is_refused() =>
        Assert.That(Assert.Throws<TokenizerException>(() => BytePairTrainer.Train([Utf8("a")], 200))!.Message, Does.Contain("200").And.Contain("257"));

    [Test]
    public void Pieces_are_counted_across_texts() =>
        Assert.That(BytePairTrainer.Train([Utf8("ab"), Utf8("ab")], 258).Merges, Has.Count.EqualTo(1));

    private static readonly BytePairOptions Plain = new() { VocabularySize = 330, SpecialTokens = [], Threads = 1 };

    private static TrainedVocabulary Train(byte[] text, BytePairOptions options) => BytePairTrainer.Train(TrainingCorpus.FromTexts([text]), options);

    private static string[] Tokens(TrainedVocabulary trained) => [.. trained.Tokens.Select(Encoding.Latin1.GetString)];

    private static byte[] Prose(int seed, int words = 800)
    {
        var random = new Random(seed);
        return Utf8(string.Concat(Enumerable.Range(0, words).Select(_ => (random.Next(9) == 0 ? "\n" : " ") + new string([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => (char)('a' + Math.Min(random.Next(9), random.Next(9))))]))));
    }

    [Test]
    public void Ids_follow_the_bytes_visible_forms_and_decide_ties()
    {
        TrainedVocabulary trained = Train(Utf8("\n\n\n!!a a a\n"), Plain with { AllBytes = false, MinimumFrequency = 1 });
        Assert.That(Tokens(trained).Take(4), Is.EqualTo(new[] { "!", "a", "\n", " " }));
        Assert.That(trained.Merges[0], Is.EqualTo((3, 1)), "the pair (space, a) occurs twice");
        Assert.That(trained.Merges[1], Is.EqualTo((0, 0)), "of the pairs that occur once the one with the smallest ids is first");
    }

    [Test]
    public void Special_tokens_stand_first_or_last_and_change_no_merge([Values] SpecialTokenPlace place)
    {
        byte[] text = Prose(1);
        TrainedVocabulary plain = Train(text, Plain), trained = Train(text, Plain with { VocabularySize = 332, SpecialTokens = ["<|endoftext|>", "<|pad|>"], SpecialTokenPlace = place });
        int[] expected = place == SpecialTokenPlace.First ? [0, 1] : [330, 331];
        Assert.That(trained.SpecialTokens, Is.EqualTo(expected));
        Assert.That(Tokens(trained)[expected[1]], Is.EqualTo("<|pad|>"));
        Assert.That(trained.Merges.Select(m => Tokens(trained)[m.Left] + "+" + Tokens(trained)[m.Right]), Is.EqualTo(plain.Merges.Select(m => Tokens(plain)[m.Left] + "+" + Tokens(plain)[m.Right])));
        for (int i = 0; i < trained.Merges.Count; i++)
        {
            (int left, int right) = trained.Merges[i];
            Assert.That(Tokens(trained)[left] + Tokens(trained)[right], Is.EqualTo(Tokens(trained)[(place == SpecialTokenPlace.First ? 258 : 256) + i]));
        }
    }

    [Test]
    public void A_pair_that_spells_a_special_token_is_left_alone()
    {
        TrainedVocabulary trained = Train(Utf8("abc abc abc"), Plain with { SpecialTokens = ["abc"] });
        Assert.That(Tokens(trained).Count(t => t == "abc"), Is.EqualTo(1));
        Assert.That(trained.Merges.Select(m => Tokens(trained)[m.Left] + Tokens(trained)[m.Right]), Does.Not.Contain("abc").And.Contain(" abc").Or.Contain("bc"));
        Assert.That(trained.ToTokenizer().Encode("abc"), Does.Not.Contain(0));
    }

    [Test]
    public void The_alphabet_is_all_bytes_or_those_seen_or_the_most_frequent()
    {
        byte[] text = Utf8("aaab aaab c");
        Assert.That(Train(text, Plain).AlphabetSize, Is.EqualTo(256));
        Assert.That(Train(text, Plain with { AllBytes = false }).AlphabetSize, Is.EqualTo(4));
        TrainedVocabulary limited = Train(text, Plain with { AllBytes = false, LimitAlphabet = 2 });
        Assert.That(Tokens(limited), Does.Contain("a").And.Contain("b").And.Not.Contain("c").And.Not.Contain(" "));
    }

    [Test]
    public void Bytes_that_are_left_out_bring_their_neighbours_together() =>
        Assert.That(Tokens(Train(Utf8("axb ayb azb awb ab"), Plain with { AllBytes = false, LimitAlphabet = 3 })), Does.Contain("ab"));

    [Test]
    public void No_token_is_longer_than_allowed_and_the_merges_are_the_textbooks([Values(2, 3, 5)] int longest)
    {
        byte[] text = Prose(3);
        TrainedVocabulary trained = Train(text, Plain with { MaximumTokenLength = longest, ByteOrder = ByteOrder.Value });
        List<int> lengths = [.. Enumerable.Repeat(1, 256)];
        List<(int Left, int Right)> expected = TextbookMerges.Learn(
            TextbookMerges.Pieces(text).Select(p => (p.Piece.Select(b => (int)b).ToList(), p.Count)), 256, trained.Merges.Count, 2, p => lengths[p.Left] + lengths[p.Right] <= longest, (pairs, _) =>
            {
                (int Left, int Right) best = pairs.OrderByDescending(p => p.Value).ThenBy(p => p.Key.Left).ThenBy(p => p.Key.Right).First().Key;
                lengths.Add(lengths[best.Left] + lengths[best.Right]);
                return best;
            });
        Assert.That(trained.Merges, Is.EqualTo(expected));
        Assert.That(trained.Tokens.Max(t => t.Length), Is.LessThanOrEqualTo(longest).And.GreaterThan(longest - 2));
    }

    [Test]
    public void The_minimum_frequency_ends_the_training()
    {
        byte[] text = Utf8(string.Concat(Enumerable.Repeat(" ab", 10)) + string.Concat(Enumerable.Repeat(" cd", 9)));
        Assert.That(Tokens(Train(text, Plain with { MinimumFrequency = 10 })).Skip(256), Is.EqualTo(new[] { " a", " ab" }).Or.EqualTo(new[] { "ab", " ab" }));
    }

    [Test]
    public void The_number_of_threads_and_the_cut_of_the_corpus_change_nothing()
    {
        byte[][] texts = [.. Enumerable.Range(1, 12).Select(seed => Prose(seed, 1200))];
        byte[] whole = [.. texts.SelectMany(t => t)];
        BytePairOptions options = Plain with { VocabularySize = 600 };
        IReadOnlyList<(int, int)> expected = Train(whole, options).Merges;
        foreach (int threads in new[] { 1, 2, 3, 7 })
        {
            IEnumerable<ReadOnlyMemory<byte>> lines = Encoding.UTF8.GetString(whole).Split('\n').Select((line, i) => new ReadOnlyMemory<byte>(Utf8(i == 0 ? line : "\n" + line)));
            Assert.That(BytePairTrainer.Train(TrainingCorpus.FromTexts([whole]), options with { Threads = threads }).Merges, Is.EqualTo(expected), "one text");
            Assert.That(BytePairTrainer.Train(TrainingCorpus.FromTexts(lines), options with { Threads = threads }).Merges, Is.EqualTo(expected), "a text per line");
            Assert.That(BytePairTrainer.Train(TrainingCorpus.FromLines(new MemoryStream(whole)), options with { Threads = threads }).Merges, Is.EqualTo(expected), "lines of a stream");
        }
    }

    [Test]
    public void Another_split_learns_other_merges() =>
        Assert.That(
            Tokens(Train(Utf8("x=(1) x=(1) x=(1)"), Plain with { Split = PureLlm.Tokenizer.PreTokenizers.PieceScanner.Cl100k })),
            Is.Not.EqualTo(Tokens(Train(Utf8("12345 12345 12345"), Plain with { Split = PureLlm.Tokenizer.PreTokenizers.PieceScanner.Qwen2 }))));

    [Test]
    public void Progress_is_told_phase_by_phase_up_to_the_end()
    {
        List<TrainingProgress> told = [];
        byte[] text = Prose(1);
        Train(text, Plain with { Progress = told.Add });
        Assert.That(told.Select(t => t.Phase).Distinct(), Is.EqualTo(new[] { TrainingPhase.Reading, TrainingPhase.Preparing, TrainingPhase.Merging }));
        Assert.That(told.Last(t => t.Phase == TrainingPhase.Reading), Is.EqualTo(new TrainingProgress(TrainingPhase.Reading, text.Length, text.Length)));
        Assert.That(told[^1].Done, Is.EqualTo(told[^1].Total));
    }

    [Test]
    public void A_cancelled_training_ends_with_the_cancellation([Values(1, 3)] int threads)
    {
        using var source = new CancellationTokenSource();
        BytePairOptions options = Plain with { Threads = threads, Cancellation = source.Token, Progress = p => source.Cancel() };
        Assert.That(() => BytePairTrainer.Train(TrainingCorpus.FromTexts(Enumerable.Range(0, 50).Select(seed => new ReadOnlyMemory<byte>(Prose(seed)))), options), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Impossible_options_are_refused_with_the_reason()
    {
        Assert.That(() => Train(Utf8("a"), Plain with { VocabularySize = 255 }), Throws.InstanceOf<TokenizerException>().With.Message.Contains("256 bytes need 256"));
        Assert.That(() => Train(Utf8("a"), Plain with { MinimumFrequency = 0 }), Throws.InstanceOf<TokenizerException>().With.Message.Contains("minimum frequency"));
        Assert.That(() => Train(Utf8("a"), Plain with { SpecialTokens = ["<s>", "<s>"] }), Throws.InstanceOf<TokenizerException>().With.Message.Contains("twice"));
        Assert.That(() => Train(Utf8("a"), Plain with { LimitAlphabet = 0 }), Throws.InstanceOf<TokenizerException>().With.Message.Contains("alphabet"));
        Assert.That(() => Train([], Plain), Throws.InstanceOf<TokenizerException>().With.Message.Contains("no text"));
        Assert.That(() => TrainingCorpus.FromFiles(["no such file"]), Throws.InstanceOf<TokenizerException>().With.Message.Contains("no such file"));
    }

    /// <summary>SHA-256 of the first merges that Hugging Face's BpeTrainer (tokenizers 0.23.2) learns from the two texts: "left right" in hexadecimal, one per line.</summary>
    [TestCase(1_000, "fa4fce97456f7e9040710e0e6b470d5d3bc267d9884cdb1efbda89af73876d33")]
    [TestCase(8_000, "24596871f361f818012b7274e73140bd107a0863e4cb0fc8a1c0a53f7afed1bc")]
    [TestCase(29_915, "6e7c2a3eacb75a8b6fdd173f3fa373de4a1281ab7bc2544a77242fdf107bc797")]
    public void Merges_equal_hugging_faces_in_order(int merges, string sha256)
    {
        string[] files = [SharedFiles.Require("data/text/tinyshakespeare.txt"), SharedFiles.Require("data/text/war-and-peace.txt")];
        TrainedVocabulary trained = BytePairTrainer.Train(TrainingCorpus.FromFiles(files), new BytePairOptions { VocabularySize = 85 + merges, SpecialTokens = [], AllBytes = false, MinimumFrequency = 1 });
        string text = string.Join('\n', trained.Merges.Select(m => $"{Convert.ToHexStringLower(trained.Tokens[m.Left])} {Convert.ToHexStringLower(trained.Tokens[m.Right])}"));
        Assert.That(trained.Merges, Has.Count.EqualTo(merges));
        Assert.That(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Utf8(text))), Is.EqualTo(sha256));
    }
}
