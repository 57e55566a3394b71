using System.Text;
using PureLlm.Tokenizer.PreTokenizers;
using PureLlm.Tokenizer.Text;

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
    public void Single_digits_before_GPT_2_s_split_cut_as_the_two_do_one_after_the_other()
    {
        DigitsPreTokenizer digits = new(individualDigits: true);
        ByteLevelPreTokenizer gpt2 = new(addPrefixSpace: false);
        PieceScanner scanner = new SequencePreTokenizer([digits, gpt2]).Scanner!;
        string[] atoms = ["the", " cat", " ", "  ", "\n", "1", "23", "²", "Ⅷ", "'s", "'", "!", "?!", "é", "日本", "\u0301", "😀", "\U00011DE3", "\U00016FF5", "\u00a0", "\ufffd"];
        var random = new Random(9);
        for (int i = 0; i < 5000; i++)
        {
            byte[] text = i % 4 == 0 ? Texts.Random(random) : Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => atoms[random.Next(atoms.Length)])));
            var aligned = new AlignedText();
            var pieces = new PieceList();
            aligned.Reset(text);
            pieces.Reset(text.Length);
            digits.Split(aligned, pieces);
            gpt2.Split(aligned, pieces);
            for (int k = 0, at = 0; k < pieces.Count; at = pieces[k++].End)
            {
                Assert.That(at + scanner.NextLength(text, at), Is.EqualTo(pieces[k].End), Convert.ToHexString(text));
            }
        }
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
