using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Patterns;

namespace PureLlm.Tests.Tokenizer.Patterns;

/// <summary>What patterns match; the expected matches are Oniguruma's, whose Ruby syntax tokenizer.json files use.</summary>
public class PatternTests
{
    [TestCase("a|ab", "abab", "a|a", Description = "the first alternative wins, not the longest")]
    [TestCase("(a|ab)(c|bcd)", "abcd", "abcd")]
    [TestCase("a+?b??", "aab", "a|a")]
    [TestCase("a*+a|b", "aab", "b", Description = "a possessive run gives nothing back")]
    [TestCase("(?>a|ab)c", "abcac", "ac")]
    [TestCase("a{2}", "aaaaa", "aa|aa")]
    [TestCase("a{,2}b", "aaabb", "aab|b")]
    [TestCase("a{2,}", "aaaba", "aaa")]
    [TestCase("a{1,2}+b", "aaaab", "aaaab", Description = "the plus repeats the repetition")]
    [TestCase("a{2}?b", "aab b", "aab|b", Description = "the question mark makes it optional")]
    [TestCase("a{x|{", "a{x{", "a{x|{", Description = "a brace that counts nothing is a brace")]
    [TestCase("(?:ab){1,2}", "ababab", "abab|ab")]
    [TestCase("(?:a*)*b", "aaab", "aaab")]
    [TestCase("(?:|a)+b", "aab", "aab")]
    [TestCase("x(?=y)", "xyxz", "x")]
    [TestCase("x(?!y).", "xyxz", "xz")]
    [TestCase("(?<=a|bb)c", "acbcbbc", "c|c")]
    [TestCase("(?<!a)c", "acbc", "c")]
    [TestCase("(?<=a.*)c", "xcacc", "c|c", Description = "a look behind has no fixed length")]
    [TestCase("^a|b$", "a\nab\nb", "a|a|b|b", Description = "lines, always")]
    [TestCase("\\Aa|b\\z|c\\Z", "a\na cb\nc\n", "a|c")]
    [TestCase("\\bé\\w*", "été, éa²", "été|éa²")]
    [TestCase("\\Ba", "ab ba", "a")]
    [TestCase(".+", "ab\ncd", "ab|cd")]
    [TestCase("(?m:.+)", "ab\ncd", "ab\ncd")]
    [TestCase("(?s).+", "ab\ncd", "ab\ncd")]
    [TestCase("(?x) a # one\n | b", "a b", "a|b")]
    [TestCase("a(?i)b|c", "aBCb", "aB", Description = "the option reaches over the bar: a(?i:b|c)")]
    [TestCase("(?i)straSSe|ſ", "STRASSE s", "STRASSE|s")]
    [TestCase("(?i:k)k", "Kk\u212Ak", "Kk|\u212Ak")]
    [TestCase("[a-c&&[^b]x]+", "abcx", "a|c")]
    [TestCase("[^a-c]", "abcd\n", "d|\n")]
    [TestCase("[]a]+", "a]b", "a]")]
    [TestCase("[[:alpha:]_-]+", "aé_-1", "aé_-")]
    [TestCase("[[:^digit:]]", "1a2", "a")]
    [TestCase("\\p{Han}+|\\p{Hiragana}+|\\p{^L}", "漢字かな1x", "漢字|かな|1")]
    [TestCase("\\p{Lu}\\p{Ll}+|\\P{L}", "Ab1cD", "Ab|1")]
    [TestCase("\\p{letter}\\pN", "a1b", "a1")]
    [TestCase("\\x41\\x{1F600}\\u0042\\103\\t", "A😀BC\t", "A😀BC\t")]
    [TestCase("\\h+", "face it", "face")]
    [TestCase("\\R", "a\r\nb\nc\u2028", "\r\n|\n|\u2028")]
    [TestCase("[\\w-]+|\\s\\S", "a-b c½", "a-b| c", Description = "½ is a word character outside brackets only")]
    [TestCase("(?#a comment)a(?<name>b)", "ab", "ab")]
    [TestCase("x*", "axb", "|x|", Description = "an empty match does not follow at the end of another")]
    [TestCase("", "ab", "||")]
    [TestCase("a\\Kb|c", "abcac", "b|c|c", Description = "the match counts from \\K")]
    [TestCase("a\\K", "aab", "|")]
    [TestCase("(?:a\\K)*b", "aabxb", "b|b")]
    [TestCase("(?:a\\Kb|ab)c?", "abcabx", "bc|b")]
    [TestCase("é\\K.", "édéé", "d|é")]
    [TestCase("a\\Kb?", "aaab", "||b")]
    [TestCase("(?:\\Ka|ab)c", "abcac", "abc|ac", Description = "an alternative that fails takes its \\K with it")]
    [TestCase("(?:\\Ka|ab)c|ab", "abac", "ab|ac")]
    public void Finds_what_Oniguruma_finds(string pattern, string text, string expected)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        foreach (int freeSteps in new[] { PatternRunner.FreeSteps, 0 })
        {
            IEnumerable<string> found = Pattern.Parse(pattern).FindAll(utf8, freeSteps).Select(m => Encoding.UTF8.GetString(utf8[m.Start..m.End]));
            Assert.That(string.Join('|', found), Is.EqualTo(expected), $"free steps: {freeSteps}");
        }
    }

    [TestCase("(a", 1, "never closed")]
    [TestCase("ab)", 3, "closes nothing")]
    [TestCase("a[b", 2, "never closed")]
    [TestCase("*a", 1, "repeats nothing")]
    [TestCase("a|+", 3, "repeats nothing")]
    [TestCase("^*", 2, "cannot be repeated")]
    [TestCase("(?=a)+", 6, "cannot be repeated")]
    [TestCase("a{3,2}", 2, "wrong order")]
    [TestCase("a{1,1000000000}", 5, "above 1000")]
    [TestCase("[z-a]", 3, "wrong order")]
    [TestCase("[a-\\d]", 4, "cannot end a range")]
    [TestCase("é\\p{Elvish}", 4, "no property 'Elvish'")]
    [TestCase("[[:foo:]]", 4, "POSIX")]
    [TestCase("(a)\\1", 4, "back references")]
    [TestCase("(?<n>a)\\k<n>", 8, "back references")]
    [TestCase("\\g<1>", 1, "recursion")]
    [TestCase("(?(1)a|b)", 3, "kind of group")]
    [TestCase("(?~ab)", 3, "kind of group")]
    [TestCase("a\\X", 2, "\\X")]
    [TestCase("a\\K*", 4, "cannot be repeated")]
    [TestCase("\\x{110000}", 4, "code point")]
    [TestCase("a\\", 3, "ends where")]
    public void What_is_not_read_is_refused_at_its_place(string pattern, int character, string problem) =>
        Assert.That(() => Pattern.Parse(pattern), Throws.TypeOf<TokenizerException>().With.Message.Contains($"character {character}: ").And.Message.Contains(problem));

    [Test]
    public void Patterns_that_unfold_or_nest_without_measure_are_refused()
    {
        Assert.That(() => Pattern.Parse("(((a{1000}b){1000}){1000})"), Throws.TypeOf<TokenizerException>().With.Message.Contains("unfold"));
        Assert.That(() => Pattern.Parse(new string('(', 5000) + new string(')', 5000)), Throws.TypeOf<TokenizerException>().With.Message.Contains("nested"));
        Assert.That(() => Pattern.Parse(new string('[', 5000)), Throws.TypeOf<TokenizerException>().With.Message.Contains("nested"));
        Assert.That(() => Pattern.Parse(new string('a', 200_000)), Throws.TypeOf<TokenizerException>().With.Message.Contains("200000"));
        Assert.That(() => Pattern.Parse("(?>a\\K)"), Throws.TypeOf<TokenizerException>().With.Message.Contains("\\K in a look"));
        Assert.That(() => Pattern.Parse("(?<=(?>a|ab))c"), Throws.TypeOf<TokenizerException>().With.Message.Contains("look behind"));
    }

    [Test]
    public void A_long_pattern_is_shown_around_the_place() =>
        Assert.That(() => Pattern.Parse(new string('a', 500) + "[z-a]" + new string('b', 500)),
            Throws.TypeOf<TokenizerException>().With.Message.Length.LessThan(150).And.Message.Contains("[z-a]"));

    [Test]
    public void A_byte_that_is_not_text_is_one_character_of_its_own()
    {
        byte[] bytes = [(byte)'a', 0xFF, 0xC3, 0xE6, 0xBC, (byte)'b'];
        Assert.That(Pattern.Parse(".").FindAll(bytes), Has.Count.EqualTo(6));
        Assert.That(Pattern.Parse("[^\\s\\p{L}\\p{N}]+").FindAll(bytes), Is.EqualTo(new[] { (1, 5) }));
        Assert.That(Pattern.Parse("(?<=\\p{L})[^a]").FindAll(bytes), Is.EqualTo(new[] { (1, 2) }));
        Assert.That(Pattern.Parse("\\p{Cn}").FindAll(bytes), Is.Empty);
    }
}
