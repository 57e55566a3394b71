using PureLlm.Engine.Configuration;

namespace PureLlm.Tests.Engine.Configuration;

public class SpellingTests
{
    [TestCase("", "", 0)]
    [TestCase("lr", "lr", 0)]
    [TestCase("batch", "batches", 2)]
    [TestCase("gnrom", "gnorm", 1)]
    [TestCase("kitten", "sitting", 3)]
    [TestCase("", "abc", 3)]
    public void Distance_counts_edits_and_swaps(string a, string b, int expected)
    {
        Assert.That(Spelling.Distance(a, b), Is.EqualTo(expected));
        Assert.That(Spelling.Distance(b, a), Is.EqualTo(expected));
        Assert.That(Spelling.Distance(a, b, 2), Is.EqualTo(Math.Min(expected, 2)));
    }

    [TestCase("optimzer", "optimizer")]
    [TestCase("Batch", "batch")]
    [TestCase("bacth", "batch")]
    [TestCase("adma", "adamw")]
    [TestCase("zebra", null)]
    public void The_nearest_word_is_offered_only_when_it_is_near(string word, string? expected) =>
        Assert.That(Spelling.Nearest(word, ["optimizer", "batch", "lr", "adamw"]), Is.EqualTo(expected));
}
