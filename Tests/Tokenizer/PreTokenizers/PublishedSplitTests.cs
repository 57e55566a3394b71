using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tests.Tokenizer.PreTokenizers;

public sealed class PublishedSplitTests
{
    private static IEnumerable<PieceScanner> Scanners() => PieceScanner.All;

    [TestCaseSource(nameof(Scanners))]
    public void A_published_pattern_is_scanned_without_an_engine(PieceScanner scanner)
    {
        SplitPreTokenizer[] splits = [.. scanner.Patterns.Select(pattern => new SplitPreTokenizer(pattern, isRegex: true, SplitBehavior.Isolated))];
        var sequence = new SequencePreTokenizer([.. splits, new ByteLevelPreTokenizer(addPrefixSpace: false, useRegex: false)]);
        Assert.That(sequence.Scanner, Is.SameAs(scanner), scanner.Name);
    }

    [Test]
    public void A_possessive_count_is_another_pattern()
    {
        string published = PieceScanner.Cl100k.Pattern;
        Assert.That(published, Does.Contain("{1,3}|"));
        var split = new SplitPreTokenizer(published.Replace("{1,3}|", "{1,3}+|", StringComparison.Ordinal), isRegex: true, SplitBehavior.Isolated);
        Assert.That(split.Scanner, Is.Null, "tokenizer.json's engine reads it as a repetition of the repetition");
    }
}
