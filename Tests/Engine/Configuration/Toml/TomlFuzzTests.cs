using System.Diagnostics;
using System.Text;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Configuration.Toml;

namespace PureLlm.Tests.Engine.Configuration.Toml;

public class TomlFuzzTests
{
    private const string Alphabet = "\"\"\"'''[]{}=.,#\\\n\r\t _-+0x1e:TZabuU\uD83Dé";

    [Test]
    public void Random_text_is_read_or_refused_and_never_throws()
    {
        var random = new Random(1);
        for (int i = 0; i < 6_000; i++)
        {
            char[] text = new char[random.Next(60)];
            for (int j = 0; j < text.Length; j++)
            {
                text[j] = Alphabet[random.Next(Alphabet.Length)];
            }
            Accept(TomlReader.Read("f.toml", new string(text)));
        }
    }

    [Test]
    public void Random_bytes_are_read_or_refused_and_never_throw()
    {
        var random = new Random(2);
        for (int i = 0; i < 3_000; i++)
        {
            byte[] bytes = new byte[random.Next(80)];
            random.NextBytes(bytes);
            Accept(TomlReader.Read("f.toml", bytes));
        }
    }

    [Test]
    public void A_mutated_configuration_gives_a_configuration_or_diagnostics()
    {
        var random = new Random(3);
        byte[] original = Encoding.UTF8.GetBytes(ConfigTemplates.Find("tiny")!.Text);
        int refused = 0;
        for (int i = 0; i < 600; i++)
        {
            List<byte> bytes = [.. original];
            for (int edits = random.Next(1, 6); edits > 0; edits--)
            {
                int at = random.Next(bytes.Count), length = random.Next(1, Math.Min(20, bytes.Count - at + 1));
                switch (random.Next(4))
                {
                    case 0: bytes[at] = (byte)random.Next(256); break;
                    case 1: bytes.RemoveRange(at, length); break;
                    case 2: bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length)); break;
                    default: bytes.Insert(at, (byte)Alphabet[random.Next(30)]); break;
                }
            }
            LoadedConfig? loaded = ConfigLoader.TryParse("f.toml", Encoding.UTF8.GetString([.. bytes]), [], out IReadOnlyList<Diagnostic> diagnostics);
            Assert.That(loaded is null, Is.EqualTo(diagnostics.Count > 0));
            Assert.That(DiagnosticRenderer.Render(diagnostics), Is.Not.Null);
            refused += loaded is null ? 1 : 0;
        }
        Assert.That(refused, Is.InRange(100, 599), "the mutations are neither all harmless nor all fatal");
    }

    [TestCase("[")]
    [TestCase("a = \"\"\"")]
    [TestCase("a = [\n")]
    [TestCase("a = {x=")]
    [TestCase("\"\\u0041\" = 1\n")]
    [TestCase("a.b.c.d.e.f = 1\n")]
    [TestCase("[[a]]\n")]
    [TestCase("\r")]
    [TestCase("x = [1,\noops\n")]
    public void Reading_takes_time_in_proportion_to_the_length(string unit)
    {
        string text = string.Concat(Enumerable.Repeat(unit, 400_000 / unit.Length));
        long start = Stopwatch.GetTimestamp();
        Accept(TomlReader.Read("f.toml", text));
        Assert.That(Stopwatch.GetElapsedTime(start).TotalSeconds, Is.LessThan(3), "400 kB in quadratic time would take minutes");
    }

    private static void Accept(TomlDocument document)
    {
        Assert.That(document.Root, Is.Not.Null);
        foreach (Diagnostic diagnostic in document.Diagnostics)
        {
            Assert.That(diagnostic.Code, Is.AnyOf("C006", "C007"));
            Assert.That(diagnostic.Span.Start, Is.InRange(0, document.Source.Text.Length));
            Assert.That(DiagnosticRenderer.Render(diagnostic), Is.Not.Empty);
        }
    }
}
