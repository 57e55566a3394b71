using System.Diagnostics;
using System.Globalization;
using System.Text;
using PureLlm.Tokenizer.Normalizers;

namespace PureLlm.Tests.Tokenizer.Normalizers;

public class UnicodeNormalizerTests
{
    [TestCase(NormalizationForm.FormC, "e\u0301", "é")]
    [TestCase(NormalizationForm.FormC, "\u1112\u1161\u11ab", "한")]
    [TestCase(NormalizationForm.FormC, "\u0958", "\u0915\u093c", Description = "excluded from composition")]
    [TestCase(NormalizationForm.FormC, "a\u0323\u0307\u0301", "ạ\u0307\u0301", Description = "the second mark blocks the third")]
    [TestCase(NormalizationForm.FormC, "\u0301a", "\u0301a")]
    [TestCase(NormalizationForm.FormD, "é한", "e\u0301\u1112\u1161\u11ab")]
    [TestCase(NormalizationForm.FormD, "o\u0301\u0323", "o\u0323\u0301", Description = "marks are sorted by class")]
    [TestCase(NormalizationForm.FormKC, "ﬁ²℃\u00a0", "fi2°C ")]
    [TestCase(NormalizationForm.FormKD, "ẛ\u0323", "s\u0323\u0307")]
    public void The_forms_of_known_texts(NormalizationForm form, string text, string expected) =>
        Assert.That(Normalized.Text(new UnicodeNormalizer(form), text), Is.EqualTo(expected));

    [Test]
    public void A_composed_character_comes_from_all_it_was_made_of_as_Hugging_Face_says() =>
        Assert.That(Normalized.Sources(new UnicodeNormalizer(NormalizationForm.FormC), "xe\u0301y"), Is.EqualTo("x:0-1 é:1-2 y:4-5"));

    [Test]
    public void Each_part_of_a_decomposed_character_comes_from_it() =>
        Assert.That(Normalized.Sources(new UnicodeNormalizer(NormalizationForm.FormD), "aé"), Is.EqualTo("a:0-1 e:1-3 \u0301:1-3"));

    [Test]
    public void Normalizing_twice_changes_nothing_more()
    {
        var random = new Random(1);
        foreach (NormalizationForm form in Enum.GetValues<NormalizationForm>())
        {
            var normalizer = new UnicodeNormalizer(form, latest: true);
            for (int i = 0; i < 3000; i++)
            {
                string once = Normalized.Text(normalizer, RandomText(random));
                Assert.That(Normalized.Text(normalizer, once), Is.EqualTo(once));
            }
        }
    }

    [Test]
    public void Composing_then_decomposing_equals_decomposing()
    {
        var random = new Random(2);
        var (compose, decompose) = (new UnicodeNormalizer(NormalizationForm.FormC, true), new UnicodeNormalizer(NormalizationForm.FormD, true));
        for (int i = 0; i < 5000; i++)
        {
            string text = RandomText(random);
            Assert.That(Normalized.Text(decompose, Normalized.Text(compose, text)), Is.EqualTo(Normalized.Text(decompose, text)));
        }
    }

    [Test]
    public void Characters_newer_than_version_nine_stay_unless_asked()
    {
        // U+11938 of version 13 decomposes to U+11935 U+11930.
        string newer = char.ConvertFromUtf32(0x11938);
        Assert.That(Normalized.Text(new UnicodeNormalizer(NormalizationForm.FormD), newer), Is.EqualTo(newer));
        Assert.That(Normalized.Text(new UnicodeNormalizer(NormalizationForm.FormD, latest: true), newer),
            Is.EqualTo(char.ConvertFromUtf32(0x11935) + char.ConvertFromUtf32(0x11930)));
    }

    [Test]
    public void Bytes_that_are_not_text_stay_where_they_are()
    {
        byte[] broken = [0xFF, (byte)'e', 0xCC, 0x81, 0xC3, 0xCC, 0x81, 0x80];
        Assert.That(Normalized.Bytes(new UnicodeNormalizer(NormalizationForm.FormC), broken), Is.EqualTo(new byte[] { 0xFF, 0xC3, 0xA9, 0xC3, 0xCC, 0x81, 0x80 }));
    }

    [Test]
    public void A_megabyte_of_marks_in_the_wrong_order_takes_no_time_to_speak_of()
    {
        var text = new StringBuilder("a");
        for (int i = 0; i < 250_000; i++)
        {
            text.Append(i % 2 == 0 ? '\u0301' : '\u0323');
        }
        long start = Stopwatch.GetTimestamp();
        string normalized = Normalized.Text(new UnicodeNormalizer(NormalizationForm.FormC), text.ToString());
        Assert.That(Stopwatch.GetElapsedTime(start).TotalSeconds, Is.LessThan(30), "a quadratic sort takes minutes");
        Assert.That(normalized, Does.StartWith("ạ\u0323").And.EndsWith("\u0301\u0301"));
    }

    [Test]
    [Explicit("reads NormalizationTest.txt of the Unicode Character Database from the folder in PURELLM_UCD")]
    public void The_official_test_file_holds()
    {
        UnicodeNormalizer[] forms = [.. new[] { NormalizationForm.FormC, NormalizationForm.FormD, NormalizationForm.FormKC, NormalizationForm.FormKD }.Select(f => new UnicodeNormalizer(f, latest: true))];
        int lines = 0;
        foreach (string line in File.ReadLines(Path.Combine(Environment.GetEnvironmentVariable("PURELLM_UCD") ?? ".", "NormalizationTest.txt")))
        {
            string[] fields = [.. line.Split('#')[0].Split(';').Take(5).Where(f => f.Length > 0 && f[0] != '@').Select(FromHexadecimal)];
            if (fields.Length < 5 || fields.Any(f => f.EnumerateRunes().Any(r => Rune.GetUnicodeCategory(r) == UnicodeCategory.OtherNotAssigned)))
            {
                continue;
            }
            lines++;
            for (int i = 0; i < 5; i++)
            {
                string[] expected = [fields[i < 3 ? 1 : 3], fields[i < 3 ? 2 : 4], fields[3], fields[4]];
                Assert.That(forms.Select(f => Normalized.Text(f, fields[i])), Is.EqualTo(expected), line);
            }
        }
        Assert.That(lines, Is.GreaterThan(19_000));
    }

    private static string FromHexadecimal(string codes) =>
        string.Concat(codes.Split(' ').Select(c => char.ConvertFromUtf32(int.Parse(c, NumberStyles.HexNumber))));

    private static string RandomText(Random random)
    {
        string[] parts = ["a", "e", "s", "K", "\u0301", "\u0323", "\u0307", "\u0345", "\u0344", "é", "ạ", "ẛ", "\u1112", "\u1161", "\u11ab", "가", "각", "क", "\u093c", "क़", "ﬁ", "Å", "\u0334", "€", char.ConvertFromUtf32(0x16121), char.ConvertFromUtf32(0x1611E), char.ConvertFromUtf32(0x1D15E)];
        return string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => parts[random.Next(parts.Length)]));
    }
}
