using System.Text;
using System.Text.RegularExpressions;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tests.Tokenizer;

public class PreTokenizerTests
{
    private static readonly Regex Gpt2 = new(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+");
    private static readonly Regex Words = new(PieceScanner.Words.Pattern);

    private static List<string> Split(string text, Func<ReadOnlySpan<byte>, int, int> next)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        List<string> pieces = [];
        for (int i = 0; i < utf8.Length;)
        {
            int length = next(utf8, i);
            pieces.Add(Encoding.UTF8.GetString(utf8, i, length));
            i += length;
        }
        return pieces;
    }

    [Test]
    public void The_scanner_splits_as_the_published_pattern_does_within_the_first_plane()
    {
        var random = new Random(1);
        for (int i = 0; i < 3_000; i++)
        {
            string text = i < Texts.Difficult.Length ? Texts.Difficult[i] : Encoding.UTF8.GetString(Texts.Random(random));
            if (text.Any(char.IsSurrogate))
            {
                continue;
            }
            Assert.That(Split(text, PieceScanner.Gpt2.NextLength), Is.EqualTo(Gpt2.Matches(text).Select(m => m.Value)), text);
            Assert.That(Split(text, PieceScanner.Words.NextLength), Is.EqualTo(Words.Matches(text).Select(m => m.Value)), text);
        }
    }

    [Test]
    public void Letters_and_digits_beyond_the_first_plane_are_letters_and_digits()
    {
        Assert.That(Split("a𝐀b", PieceScanner.Gpt2.NextLength), Is.EqualTo(new[] { "a𝐀b" }));
        Assert.That(Split(" 𠀀", PieceScanner.Gpt2.NextLength), Is.EqualTo(new[] { " 𠀀" }));
        Assert.That(Split("1𝟏", PieceScanner.Gpt2.NextLength), Is.EqualTo(new[] { "1𝟏" }));
    }

    [Test]
    public void The_last_space_of_a_run_belongs_to_the_next_word()
    {
        Assert.That(Split("a   b  ", PieceScanner.Gpt2.NextLength), Is.EqualTo(new[] { "a", "  ", " b", "  " }));
        Assert.That(Split("a \n b", PieceScanner.Gpt2.NextLength), Is.EqualTo(new[] { "a", " \n", " b" }));
        Assert.That(Split("a\n\nb", PieceScanner.Gpt2.NextLength), Is.EqualTo(new[] { "a", "\n", "\n", "b" }));
    }

    [Test]
    public void Words_keep_one_space_and_symbols_stand_alone() =>
        Assert.That(Split("He said  \"No!\"\n", PieceScanner.Words.NextLength), Is.EqualTo(new[] { "He", " said", " ", " \"", "No", "!", "\"", "\n" }));
}
