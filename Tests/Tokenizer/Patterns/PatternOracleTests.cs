using System.Text;
using System.Text.RegularExpressions;
using PureLlm.Tokenizer.Patterns;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tests.Tokenizer.Patterns;

/// <summary>The engine beside two others: .NET's on random patterns, and the hand-written scanners on the published ones.</summary>
public class PatternOracleTests
{
    private static readonly string[] Texts = [.. Enumerable.Range(0, 40).Select(i => RandomText(new Random(i), 12))];

    [Test]
    public void Random_patterns_match_as_with_the_run_time_with_and_without_notes()
    {
        var random = new Random(7);
        int compared = 0;
        while (compared < 250)
        {
            string written = Choice(random, 3);
            var reference = new Regex(written, RegexOptions.Multiline | RegexOptions.CultureInvariant);
            Pattern pattern = Pattern.Parse(written);
            foreach (string text in Texts)
            {
                (int, int)[] expected = [.. reference.Matches(text).Select(m => (m.Index, m.Index + m.Length))];
                byte[] utf8 = Encoding.ASCII.GetBytes(text);
                foreach (int freeSteps in new[] { PatternRunner.FreeSteps, 0 })
                {
                    (int, int)[] found = [.. pattern.FindAll(utf8, freeSteps)];
                    Assert.That(Cuts(found), Is.EqualTo(Cuts(expected)), $"{written} on '{text}', free steps {freeSteps}");
                }
            }
            compared++;
        }
    }

    [Test]
    public void Published_patterns_cut_as_their_scanners()
    {
        var random = new Random(11);
        string[] texts = [.. Enumerable.Range(0, 1500).Select(_ => MixedText(random))];
        foreach (PieceScanner scanner in PieceScanner.All)
        {
            if (scanner.Patterns is not [var only])
            {
                continue;
            }
            Pattern pattern = Pattern.Parse(only);
            foreach (string text in texts)
            {
                byte[] utf8 = Encoding.UTF8.GetBytes(text);
                List<(int, int)> expected = [];
                for (int at = 0, length; at < utf8.Length; at += length)
                {
                    length = scanner.NextLength(utf8, at);
                    expected.Add((at, at + length));
                }
                Assert.That(pattern.FindAll(utf8), Is.EqualTo(expected), $"{scanner.Name} on '{text}'");
            }
        }
    }

    /// <summary>Matches that are not empty: engines differ in where they may be empty after another match.</summary>
    private static IEnumerable<(int, int)> Cuts((int Start, int End)[] matches) => matches.Where(m => m.Start < m.End);

    private static string Choice(Random random, int depth) =>
        string.Join('|', Enumerable.Range(0, random.Next(1, 4)).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Repeated(random, depth)))));

    private static string Repeated(Random random, int depth)
    {
        string[] counts = ["", "", "", "*", "+", "?", "*?", "+?", "??", "{1,2}", "{2}", "{1,}"];
        // A group that repeats must take something: engines differ in what an empty iteration does.
        return random.Next(depth > 0 ? 14 : 8) switch
        {
            < 5 => "abc"[random.Next(3)] + counts[random.Next(counts.Length)],
            < 7 => new[] { "[ab]", "[^a]", "\\w", "." }[random.Next(4)] + counts[random.Next(counts.Length)],
            7 => new[] { "\\b", "\\B", "\\A" }[random.Next(3)],
            < 10 => $"(?:{"abc"[random.Next(3)]}(?:{Choice(random, depth - 1)}))" + counts[random.Next(counts.Length)],
            10 => $"(?>{Choice(random, depth - 1)})",
            11 => $"(?={Choice(random, depth - 1)})",
            12 => $"(?!{Choice(random, depth - 1)})",
            _ => $"(?<{"=!"[random.Next(2)]}{"abc"[random.Next(3)]}[ab]?)",
        };
    }

    private static string RandomText(Random random, int most) =>
        string.Concat(Enumerable.Range(0, random.Next(1, most)).Select(_ => "aaabbbcc \nA"[random.Next(11)]));

    private static string MixedText(Random random)
    {
        string[] parts = ["a", "B", "é", "漢", "ǅ", "ʰ", "\u0301", "1", "٢", "½", " ", " ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "'", "'s", "'LL", "'ſ", ".", "!", "/", "$", "😀", "\U0001D400", "\U0001D7CF", "\u200d", "\0", "Ab", "_"];
        return string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => parts[random.Next(parts.Length)]));
    }
}
