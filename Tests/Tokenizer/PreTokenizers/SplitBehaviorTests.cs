using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tests.Tokenizer.PreTokenizers;

public class SplitBehaviorTests
{
    [TestCase(SplitBehavior.Removed, false, "the|final|countdown")]
    [TestCase(SplitBehavior.Isolated, false, "the|-|final|-|-|countdown")]
    [TestCase(SplitBehavior.MergedWithPrevious, false, "the-|final-|-|countdown")]
    [TestCase(SplitBehavior.MergedWithNext, false, "the|-final|-|-countdown")]
    [TestCase(SplitBehavior.Contiguous, false, "the|-|final|--|countdown")]
    [TestCase(SplitBehavior.Removed, true, "-|-|-")]
    [TestCase(SplitBehavior.Isolated, true, "the|-|final|-|-|countdown")]
    [TestCase(SplitBehavior.MergedWithPrevious, true, "the|-final|-|-countdown")]
    [TestCase(SplitBehavior.MergedWithNext, true, "the-|final-|-|countdown")]
    [TestCase(SplitBehavior.Contiguous, true, "the|-|final|--|countdown")]
    public void A_text_and_a_pattern_cut_alike(SplitBehavior behavior, bool invert, string expected)
    {
        Assert.That(Pieces.Of(new SplitPreTokenizer("-", false, behavior, invert), "the-final--countdown"), Is.EqualTo(expected));
        Assert.That(Pieces.Of(new SplitPreTokenizer("[-]", true, behavior, invert), "the-final--countdown"), Is.EqualTo(expected));
    }

    [TestCase(SplitBehavior.MergedWithPrevious, "-|a-|-")]
    [TestCase(SplitBehavior.MergedWithNext, "-|-a|-")]
    [TestCase(SplitBehavior.Contiguous, "--|a|-")]
    public void Delimiters_at_the_ends_of_a_text_have_only_one_neighbour(SplitBehavior behavior, string expected)
    {
        string text = behavior == SplitBehavior.MergedWithPrevious ? "-a--" : "--a-";
        Assert.That(Pieces.Of(new SplitPreTokenizer("-", false, behavior), text), Is.EqualTo(expected));
    }

    [Test]
    public void A_match_of_nothing_cuts_there() =>
        Assert.That(Pieces.Of(new SplitPreTokenizer("(?=[A-Z])", true, SplitBehavior.Isolated), "aBcDE"), Is.EqualTo("a|Bc|D|E"));

    [Test]
    public void Punctuation_has_the_behaviors_too() =>
        Assert.That(Pieces.Of(new PunctuationPreTokenizer(SplitBehavior.MergedWithNext), "a,b!c$"), Is.EqualTo("a|,b|!c|$"));
}
