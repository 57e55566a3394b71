using System.Text;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tests.Tokenizer.PreTokenizers;

public class MetaspacePreTokenizerTests
{
    private static readonly Rune Mark = new('▁');

    [TestCase(PrependScheme.Always, true, "▁Hey:0-3|▁my:3-6|▁:6-7|▁é:7-10")]
    [TestCase(PrependScheme.First, true, "▁Hey:0-3|▁my:3-6|▁:6-7|▁é:7-10")]
    [TestCase(PrependScheme.Never, true, "Hey:0-3|▁my:3-6|▁:6-7|▁é:7-10")]
    [TestCase(PrependScheme.Always, false, "▁Hey▁my▁▁é:0-10")]
    public void Spaces_become_marks_at_which_pieces_begin(PrependScheme scheme, bool split, string expected) =>
        Assert.That(Pieces.Sources(new MetaspacePreTokenizer(Mark, scheme, split), "Hey my  é"), Is.EqualTo(expected));

    [Test]
    public void No_second_mark_goes_before_a_space_or_a_mark()
    {
        var metaspace = new MetaspacePreTokenizer(Mark);
        Assert.That(Pieces.Of(metaspace, " a"), Is.EqualTo("▁a"));
        Assert.That(Pieces.Of(metaspace, "▁a"), Is.EqualTo("▁a"));
    }

    [Test]
    public void First_is_the_piece_that_begins_the_input() =>
        Assert.That(Pieces.Of(new SequencePreTokenizer([new WhitespaceSplitPreTokenizer(), new MetaspacePreTokenizer(Mark, PrependScheme.First)]), "a b"), Is.EqualTo("▁a|b"));

    [Test]
    public void Always_is_every_piece() =>
        Assert.That(Pieces.Of(new SequencePreTokenizer([new WhitespaceSplitPreTokenizer(), new MetaspacePreTokenizer(Mark)]), "a b"), Is.EqualTo("▁a|▁b"));
}
