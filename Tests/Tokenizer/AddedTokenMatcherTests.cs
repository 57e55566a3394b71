using System.Text;
using PureLlm.Tokenizer;

namespace PureLlm.Tests.Tokenizer;

public class AddedTokenMatcherTests
{
    private static string Found(string text, bool special, params AddedToken[] tokens)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        var matcher = new AddedTokenMatcher(tokens.Select(t => (Encoding.UTF8.GetBytes(t.Content), t)));
        List<AddedTokenMatch> matches = [];
        matcher.Find(utf8, special, matches);
        return string.Join('|', matches.Select(m => $"{m.Token.Id}:{Encoding.UTF8.GetString(utf8[m.Start..m.End])}"));
    }

    private static AddedToken Token(int id, string content) => new() { Id = id, Content = content };

    [Test]
    public void The_leftmost_place_counts_and_there_the_longest_token() =>
        Assert.That(Found("xabcabx", true, Token(1, "ab"), Token(2, "abc"), Token(3, "bca"), Token(4, "x")), Is.EqualTo("4:x|2:abc|1:ab|4:x"));

    [Test]
    public void A_token_that_begins_another_is_found_where_the_other_fails() =>
        Assert.That(Found("aaaab", true, Token(1, "aaab"), Token(2, "a")), Is.EqualTo("2:a|1:aaab"));

    [Test]
    public void White_space_is_taken_on_the_side_that_strips()
    {
        AddedToken token = Token(1, "<m>");
        Assert.That(Found("a \u3000<m> \n b", true, token with { StripsLeft = true }), Is.EqualTo("1: \u3000<m>"));
        Assert.That(Found("a \u3000<m> \n b", true, token with { StripsRight = true }), Is.EqualTo("1:<m> \n "));
        Assert.That(Found("<m>  <m>", true, token with { StripsLeft = true, StripsRight = true }), Is.EqualTo("1:<m>  |1:<m>"), "what one took is gone for the next");
    }

    [Test]
    public void A_single_word_is_not_touched_by_word_characters()
    {
        AddedToken word = Token(1, "word") with { SingleWord = true };
        Assert.That(Found("word swordfish word_ éword word! 日word (word)", true, word), Is.EqualTo("1:word|1:word|1:word"));
        Assert.That(Found("\u0301word", true, word), Is.Empty, "a mark is a word character");
        Assert.That(Found("—word—", true, word), Is.EqualTo("1:word"));
    }

    [Test]
    public void Special_tokens_are_passed_over_unless_asked_for()
    {
        AddedToken special = Token(1, "<s>") with { IsSpecial = true }, ordinary = Token(2, "<s");
        Assert.That(Found("<s>a<s", false, special, ordinary), Is.EqualTo("2:<s"), "the place that spells a special token makes nothing else");
        Assert.That(Found("<s>a<s", true, special, ordinary), Is.EqualTo("1:<s>|2:<s"));
    }

    [Test]
    public void Bytes_that_are_not_UTF_8_are_no_obstacle()
    {
        List<AddedTokenMatch> matches = [];
        new AddedTokenMatcher([("<s>"u8.ToArray(), Token(1, "<s>") with { StripsLeft = true, StripsRight = true, SingleWord = true })])
            .Find([0xff, (byte)'<', (byte)'s', (byte)'>', 0xc3], true, matches);
        Assert.That(matches.Select(m => (m.Start, m.End)), Is.EqualTo(new[] { (1, 4) }));
    }

    [Test]
    public void The_work_is_linear_whatever_the_tokens_and_the_text()
    {
        AddedToken[] tokens =
        [
            Token(1, "a"), Token(2, new string('a', 20_000) + "b"), Token(3, " ") with { StripsLeft = true, StripsRight = true },
            Token(4, "  ") with { SingleWord = true, StripsRight = true },
        ];
        var matcher = new AddedTokenMatcher(tokens.Select(t => (Encoding.UTF8.GetBytes(t.Content), t)));
        foreach (char c in "a ")
        {
            byte[] text = Encoding.UTF8.GetBytes(new string(c, 1_000_000));
            List<AddedTokenMatch> matches = [];
            var watch = System.Diagnostics.Stopwatch.StartNew();
            matcher.Find(text, true, matches);
            Assert.That(watch.Elapsed.TotalSeconds, Is.LessThan(5), "a product of the two lengths takes minutes");
            Assert.That(matches, Has.Count.GreaterThan(400_000));
        }
    }

    [Test]
    public void Random_texts_are_matched_as_the_textbook_does()
    {
        var random = new Random(14);
        for (int trial = 0; trial < 3_000; trial++)
        {
            AddedToken[] tokens = [.. Enumerable.Range(0, random.Next(1, 6)).Select(id => Token(id, Letters(random, random.Next(1, 5))))];
            string text = Letters(random, random.Next(0, 30));
            List<string> expected = [];
            for (int i = 0; i < text.Length;)
            {
                AddedToken? longest = tokens.Where(t => string.CompareOrdinal(text, i, t.Content, 0, t.Content.Length) == 0).MaxBy(t => t.Content.Length);
                if (longest is not null)
                {
                    expected.Add($"{longest.Id}:{longest.Content}");
                }
                i += longest?.Content.Length ?? 1;
            }
            Assert.That(Found(text, true, tokens), Is.EqualTo(string.Join('|', expected)), text);
        }
    }

    private static string Letters(Random random, int length) => new([.. Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(2)))]);
}
