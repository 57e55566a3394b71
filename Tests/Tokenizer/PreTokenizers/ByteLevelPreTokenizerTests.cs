using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tests.Tokenizer.PreTokenizers;

public class ByteLevelPreTokenizerTests
{
    [Test]
    public void Shows_bytes_where_the_vocabulary_is_spelled_in_them() =>
        Assert.That(Pieces.Sources(new ByteLevelPreTokenizer(visible: true), "My é\n"), Is.EqualTo("ĠMy:0-2|ĠÃ©:2-5|Ċ:5-6"));

    [Test]
    public void Leaves_bytes_where_the_vocabulary_holds_bytes() =>
        Assert.That(Pieces.Sources(new ByteLevelPreTokenizer(), "My é\n"), Is.EqualTo(" My:0-2| é:2-5|\n:5-6"));

    [Test]
    public void A_text_that_begins_with_a_space_gets_none() => Assert.That(Pieces.Of(new ByteLevelPreTokenizer(), " a"), Is.EqualTo(" a"));

    [Test]
    public void Without_its_pattern_it_does_not_cut() =>
        Assert.That(Pieces.Of(new ByteLevelPreTokenizer(addPrefixSpace: false, useRegex: false, visible: true), "a b"), Is.EqualTo("aĠb"));

    [Test]
    public void It_is_a_scanner_where_it_only_cuts()
    {
        Assert.That(new ByteLevelPreTokenizer(addPrefixSpace: false).Scanner, Is.SameAs(PieceScanner.Gpt2));
        Assert.That(new ByteLevelPreTokenizer(addPrefixSpace: true).Scanner, Is.Null);
        Assert.That(new ByteLevelPreTokenizer(addPrefixSpace: false, visible: true).Scanner, Is.Null);
    }

    [Test]
    public void A_published_split_before_it_is_a_scanner_too()
    {
        var level = new ByteLevelPreTokenizer(addPrefixSpace: false, useRegex: false);
        foreach (PieceScanner scanner in PieceScanner.All)
        {
            var sequence = new SequencePreTokenizer([.. scanner.Patterns.Select(p => new SplitPreTokenizer(p, true, SplitBehavior.Isolated)), level]);
            Assert.That(sequence.Scanner, Is.SameAs(scanner), scanner.Name);
        }
    }
}
