using System.Text;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tests.Tokenizer.Models;

public class JoinClassTests
{
    [Test]
    public void The_bytes_that_begin_a_character_have_its_class_among_theirs()
    {
        for (int codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
        {
            if (!Rune.IsValid(codePoint))
            {
                continue;
            }
            byte[] utf8 = Encoding.UTF8.GetBytes(new Rune(codePoint).ToString());
            int own = JoinClass.Of(codePoint);
            Assert.That(own, Is.InRange(0, JoinClass.Never - 1));
            for (int length = 1; codePoint >= 0x80 && length <= utf8.Length; length++)
            {
                if ((JoinClass.Beginning(utf8.AsSpan(0, length)) >> own & 1) == 0)
                {
                    Assert.Fail($"U+{codePoint:X4} is not among what {length} of its bytes begin");
                }
            }
        }
    }

    [Test]
    public void Bytes_inside_a_character_begin_none()
    {
        for (int first = 0x80; first < 0xC2; first++)
        {
            Assert.That(JoinClass.Beginning([(byte)first, 0x80]), Is.Zero);
        }
    }

    [TestCase("日", "月", "中")]
    [TestCase("あ", "い", "㋐")]
    [TestCase("а", "б", "я")]
    public void A_border_is_looked_at_only_where_a_token_joins_the_class(string left, string right, string other)
    {
        byte[] joined = Encoding.UTF8.GetBytes(left + right);
        var table = new TokenTable([.. Enumerable.Range(0, 256).Select(b => new[] { (byte)b }), Encoding.UTF8.GetBytes(left), joined]);
        var spans = new TokenSpans(table, new int[table.Count]);
        uint mask = spans.JoinedRight(left.EnumerateRunes().First().Value, Encoding.UTF8.GetBytes(left), isWhole: true);
        Assert.That(mask, Is.EqualTo(1U << JoinClass.Of(right.EnumerateRunes().First().Value)));
        Assert.That(spans.JoinedRight(other.EnumerateRunes().First().Value, Encoding.UTF8.GetBytes(other), isWhole: true), Is.Zero);
    }
}
