using PureLlm.Tokenizer;

namespace PureLlm.Tests.Tokenizer;

public class TruncatorTests
{
    private static EncodedText Text(int count, int text = 0) => new([.. Enumerable.Range(0, count).Select(i => new EncodedToken { Id = i, Text = text })]);

    private static string Show(EncodedText text) => string.Join(',', text.Ids());

    private static (string First, string Second) Cut(int first, int second, Truncation limit, int added = 0)
    {
        List<EncodedText> parts = [Text(first), Text(second, 1)];
        Truncator.Truncate(parts, limit, added, keepsOverflow: false);
        return (Show(parts[0]), Show(parts[1]));
    }

    [Test]
    public void Parts_of_the_overflow_share_the_stride_on_either_side()
    {
        List<EncodedText> parts = [Text(10)];
        Truncator.Truncate(parts, new Truncation(6, Stride: 2), added: 2, keepsOverflow: true);
        Assert.That(parts[0].Overflow.Prepend(parts[0]).Select(Show), Is.EqualTo(new[] { "0,1,2,3", "2,3,4,5", "4,5,6,7", "6,7,8,9" }));
        parts = [Text(10)];
        Truncator.Truncate(parts, new Truncation(4, Stride: 1, Side: SequenceSide.Left), added: 0, keepsOverflow: true);
        Assert.That(parts[0].Overflow.Prepend(parts[0]).Select(Show), Is.EqualTo(new[] { "6,7,8,9", "3,4,5,6", "0,1,2,3" }));
        parts = [Text(10)];
        Truncator.Truncate(parts, new Truncation(4), added: 0, keepsOverflow: false);
        Assert.That((Show(parts[0]), parts[0].Overflow.Count), Is.EqualTo(("0,1,2,3", 0)));
    }

    [TestCase(2, 9, "0,1", "0,1,2,3", Description = "only the longer one gives way")]
    [TestCase(9, 2, "0,1,2,3", "0,1")]
    [TestCase(9, 9, "0,1,2", "0,1,2", Description = "both do")]
    [TestCase(3, 3, "0,1,2", "0,1,2", Description = "nothing to do")]
    public void The_longest_gives_way_first(int first, int second, string cutFirst, string cutSecond) =>
        Assert.That(Cut(first, second, new Truncation(8), added: 2), Is.EqualTo((cutFirst, cutSecond)));

    [Test]
    public void An_odd_length_leaves_one_more_to_the_longer_one()
    {
        Assert.That(Cut(9, 20, new Truncation(7)), Is.EqualTo(("0,1,2", "0,1,2,3")));
        Assert.That(Cut(20, 9, new Truncation(7)), Is.EqualTo(("0,1,2,3", "0,1,2")));
    }

    [Test]
    public void Only_the_named_text_gives_way()
    {
        Assert.That(Cut(5, 3, new Truncation(6, TruncationStrategy.OnlyFirst)), Is.EqualTo(("0,1,2", "0,1,2")));
        Assert.That(Cut(3, 5, new Truncation(6, TruncationStrategy.OnlySecond, Side: SequenceSide.Left)), Is.EqualTo(("0,1,2", "2,3,4")));
    }

    [Test]
    public void What_cannot_be_kept_is_said()
    {
        Assert.That(Assert.Throws<TokenizerException>(() => Cut(5, 8, new Truncation(6, TruncationStrategy.OnlyFirst)))!.Message, Does.Contain("5 and 8").And.Contain("to 6"));
        Assert.That(Assert.Throws<TokenizerException>(() => Cut(5, 8, new Truncation(2), added: 3))!.Message, Does.Contain("length of 2").And.Contain("3 special"));
        List<EncodedText> alone = [Text(5)];
        Assert.That(Assert.Throws<TokenizerException>(() => Truncator.Truncate(alone, new Truncation(2, TruncationStrategy.OnlySecond), 0, false))!.Message, Does.Contain("second text"));
        Assert.That(Assert.Throws<TokenizerException>(() => Truncator.Truncate(alone, new Truncation(2, Stride: 2), 0, false))!.Message, Does.Contain("stride of 2"));
    }

    [Test]
    public void No_room_at_all_leaves_everything_to_the_overflow()
    {
        List<EncodedText> parts = [Text(3)];
        Truncator.Truncate(parts, new Truncation(2), added: 2, keepsOverflow: true);
        Assert.That((parts[0].Count, Show(parts[0].Overflow[0])), Is.EqualTo((0, "0,1,2")));
    }
}
