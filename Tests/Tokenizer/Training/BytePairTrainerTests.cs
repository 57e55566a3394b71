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
}
