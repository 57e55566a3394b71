using System.Diagnostics;
using System.Text;
using PureLlm.Tokenizer.Patterns;

namespace PureLlm.Tests.Tokenizer.Patterns;

/// <summary>Patterns that take other engines exponential or quadratic time.</summary>
public class PatternBoundsTests
{
    private const int Length = 60_000;

    [TestCase("(a*)*b", "a")]
    [TestCase("(a|a)*b", "a")]
    [TestCase("(a|aa)+$", "a", "!")]
    [TestCase("((a*)*)*b", "a")]
    [TestCase("(?:(?:|a)(?:|a)(?:|a))*b", "a")]
    [TestCase("(?:a?b??)*?c", "ab")]
    [TestCase("a*b", "a")]
    [TestCase("a+?b", "a")]
    [TestCase("a{2,}b", "a")]
    [TestCase("(?:ab)*c", "ab")]
    [TestCase(".*.*=.*", "x")]
    [TestCase("(.*?,){11}P", "1,")]
    [TestCase("[a-z]{1,1000}9", "a")]
    [TestCase("(?=a*b)a", "a", "b")]
    [TestCase("(?=(?:a|ab)*c)a|b", "ab")]
    [TestCase("(?!a*b)a", "a", "b")]
    [TestCase("(?>a*c|a)", "a")]
    [TestCase("a*(?=a*c)", "a")]
    [TestCase("(?<!b.*)a", "a")]
    [TestCase("\\s+(?!\\S)|\\s+", " ", "x")]
    [TestCase("\\s+$", " ", "x")]
    public void No_text_takes_more_than_linear_time(string pattern, string unit, string end = "")
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, Length / unit.Length)) + end);
        Pattern compiled = Pattern.Parse(pattern);
        long start = Stopwatch.GetTimestamp();
        compiled.FindAll(utf8);
        // Quadratic time is two thousand million steps and more, and exponential time has no end.
        Assert.That(Stopwatch.GetElapsedTime(start).TotalSeconds, Is.LessThan(30));
    }
}
