using System.Text;
using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tests.Tokenizer.Unicode;

public class CharacterRangesTests
{
    [Test]
    public void Algebra_agrees_with_sets_of_numbers()
    {
        var random = new Random(3);
        for (int i = 0; i < 200; i++)
        {
            HashSet<int> a = Random(random), b = Random(random);
            (CharacterRanges left, CharacterRanges right) = (CharacterRanges.Of(a), CharacterRanges.Of(b));
            Assert.That(Members(left.Union(right)), Is.EquivalentTo(a.Union(b)));
            Assert.That(Members(left.Intersect(right)), Is.EquivalentTo(a.Intersect(b)));
            Assert.That(Members(left.Without(right)), Is.EquivalentTo(a.Except(b)));
            Assert.That(left.Complement().Complement(), Is.EqualTo(left));
            Assert.That(left.Complement().Intersect(left), Is.EqualTo(CharacterRanges.Empty));
        }
    }

    [Test]
    public void A_compiled_set_has_the_same_members_and_reads_them_both_ways()
    {
        CharacterRanges ranges = CharacterRanges.OfPairs(['0', '9', 'a', 'f', 0xE9, 0xE9, 0x3000, 0x9FFF, 0x10000, 0x2FFFF, Utf8Character.Broken, Utf8Character.Broken]);
        var set = new CharacterSet(ranges);
        for (int c = 0; c < CharacterRanges.Universe; c++)
        {
            if (set.Contains(c) != ranges.Contains(c))
            {
                Assert.Fail($"U+{c:X}");
            }
        }
        byte[] text = Encoding.UTF8.GetBytes("é𠀀z");
        Assert.That((set.Match(text, 0), set.Match(text, 2), set.Match(text, 6), set.Match(text, 7)), Is.EqualTo((2, 4, 0, 0)));
        Assert.That((set.MatchBefore(text, 2), set.MatchBefore(text, 6), set.MatchBefore(text, 7), set.MatchBefore(text, 0)), Is.EqualTo((2, 4, 0, 0)));
        Assert.That(set.EndOfRun(text, 0), Is.EqualTo(6));
    }

    [Test]
    public void Bytes_are_the_same_characters_forward_and_backward()
    {
        var random = new Random(4);
        byte[] bytes = new byte[64];
        for (int i = 0; i < 2000; i++)
        {
            random.NextBytes(bytes);
            Encoding.UTF8.GetBytes("aé漢😀").CopyTo(bytes, random.Next(50));
            List<(int, int)> forward = [], backward = [];
            for (int at = 0, length; at < bytes.Length; at += length)
            {
                forward.Add((Utf8Character.Decode(bytes, at, out length), at));
            }
            for (int end = bytes.Length, length; end > 0; end -= length)
            {
                int c = Utf8Character.DecodeBefore(bytes, end, out length);
                backward.Insert(0, (c, end - length));
            }
            Assert.That(backward, Is.EqualTo(forward));
        }
    }

    private static HashSet<int> Random(Random random) => [.. Enumerable.Range(0, 30).Select(_ => random.Next(40))];

    private static IEnumerable<int> Members(CharacterRanges ranges) => Enumerable.Range(0, 50).Where(ranges.Contains);
}
