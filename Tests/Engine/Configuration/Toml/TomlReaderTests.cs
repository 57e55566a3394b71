using System.Text;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Configuration.Toml;

namespace PureLlm.Tests.Engine.Configuration.Toml;

public class TomlReaderTests
{
    [TestCase("0", 0L)]
    [TestCase("+99", 99L)]
    [TestCase("-17", -17L)]
    [TestCase("-0", 0L)]
    [TestCase("1_000_000", 1000000L)]
    [TestCase("0xDEAD_beef", 0xDEADBEEFL)]
    [TestCase("0o755", 493L)]
    [TestCase("0b1101_0110", 214L)]
    [TestCase("9223372036854775807", long.MaxValue)]
    [TestCase("-9223372036854775808", long.MinValue)]
    [TestCase("0x7fffffffffffffff", long.MaxValue)]
    public void Integers_are_read_in_every_base(string text, long expected) =>
        Assert.That(Value<TomlInteger>(text).Value, Is.EqualTo(expected));

    [TestCase("1.0", 1.0)]
    [TestCase("+3.1415", 3.1415)]
    [TestCase("-0.01", -0.01)]
    [TestCase("5e+22", 5e22)]
    [TestCase("1e06", 1e6)]
    [TestCase("-2E-2", -0.02)]
    [TestCase("6.626e-34", 6.626e-34)]
    [TestCase("224_617.445_991_228", 224617.445991228)]
    [TestCase("inf", double.PositiveInfinity)]
    [TestCase("-inf", double.NegativeInfinity)]
    [TestCase("+nan", double.NaN)]
    public void Floats_are_read(string text, double expected) =>
        Assert.That(Value<TomlFloat>(text).Value, Is.EqualTo(expected));

    [TestCase("\"a\\tb\\\"\\\\\\u00e9\\U0001F600\"", "a\tb\"\\é😀")]
    [TestCase("'C:\\new \"x\"'", "C:\\new \"x\"")]
    [TestCase("''", "")]
    [TestCase("\"\"\"\nRoses\r\nViolets\"\"\"", "Roses\nViolets")]
    [TestCase("\"\"\"one \\\n\n   two\"\"\"", "one two")]
    [TestCase("\"\"\"\"quoted\"\"\"\"\"", "\"quoted\"\"")]
    [TestCase("\"\"\"a \"\" b\"\"\"", "a \"\" b")]
    [TestCase("'''\nI [dw]on't \\n'''", "I [dw]on't \\n")]
    [TestCase("''''that,' she said'''", "'that,' she said")]
    [TestCase("\"# no comment\"", "# no comment")]
    public void Strings_of_all_four_kinds_are_read(string text, string expected) =>
        Assert.That(Value<TomlString>(text).Value, Is.EqualTo(expected));

    [Test]
    public void Dates_and_times_are_read()
    {
        var offset = Value<TomlDate>("1979-05-27 00:32:00.999999-07:00");
        Assert.That(offset.DateKind, Is.EqualTo(TomlDateKind.OffsetDateTime));
        Assert.That(offset.Date, Is.EqualTo(new DateOnly(1979, 5, 27)));
        Assert.That(offset.Time, Is.EqualTo(new TimeOnly(0, 32, 0).Add(TimeSpan.FromTicks(9999990))));
        Assert.That(offset.Offset, Is.EqualTo(TimeSpan.FromHours(-7)));
        Assert.That(Value<TomlDate>("1979-05-27T07:32:00Z").Offset, Is.EqualTo(TimeSpan.Zero));
        Assert.That(Value<TomlDate>("1979-05-27T07:32:00").DateKind, Is.EqualTo(TomlDateKind.LocalDateTime));
        Assert.That(Value<TomlDate>("2024-02-29").DateKind, Is.EqualTo(TomlDateKind.LocalDate));
        Assert.That(Value<TomlDate>("07:32:00.5").DateKind, Is.EqualTo(TomlDateKind.LocalTime));
        Assert.That(Value<TomlArray>("[1979-05-27 , 1979-05-28]").Items, Has.Count.EqualTo(2));
    }

    [Test]
    public void Arrays_span_lines_with_comments_and_a_last_comma()
    {
        var array = Value<TomlArray>("[ 1, # one\n  [\"a\", 'b'],\n\n  { x = 1 }, # last\n]");
        Assert.That(array.Items, Has.Count.EqualTo(3));
        Assert.That(((TomlArray)array.Items[1]).Items, Has.Count.EqualTo(2));
        Assert.That(((TomlTable)array.Items[2])["x"], Is.TypeOf<TomlInteger>());
    }

    [Test]
    public void Every_key_and_value_knows_its_place()
    {
        const string text = "# first\n[train]\n  lr = 3e-3 # peak\n\"é\" = [1,\n \"zwei\"]\nsample = { top.k = 40 }\n";
        TomlTable train = (TomlTable)Read(text).Root["train"]!;
        Assert.That(Place(train.Span), Is.EqualTo((2, 1, 7)));
        Assert.That(Place(train.Find("lr")!.KeySpan), Is.EqualTo((3, 3, 2)));
        Assert.That(Place(train["lr"]!.Span), Is.EqualTo((3, 8, 4)));
        Assert.That(Place(train.Find("é")!.KeySpan), Is.EqualTo((4, 1, 3)));
        var array = (TomlArray)train["é"]!;
        Assert.That(Place(array.Span), Is.EqualTo((4, 7, 12)));
        Assert.That(Place(array.Items[1].Span), Is.EqualTo((5, 2, 6)));
        var top = (TomlTable)((TomlTable)train["sample"]!)["top"]!;
        Assert.That(Place(train["sample"]!.Span), Is.EqualTo((6, 10, 14)));
        Assert.That(Place(top.Find("k")!.KeySpan), Is.EqualTo((6, 16, 1)));
        Assert.That(Place(top["k"]!.Span), Is.EqualTo((6, 20, 2)));
    }

    [Test]
    public void A_byte_order_mark_and_CRLF_do_not_move_places()
    {
        byte[] bytes = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("a = 1\r\n\r\n[t]\r\nb = 'x' # c\r\n")];
        TomlDocument document = TomlReader.Read("t.toml", bytes);
        Assert.That(document.Diagnostics, Is.Empty);
        Assert.That(Place(document.Root.Find("a")!.KeySpan), Is.EqualTo((1, 1, 1)));
        Assert.That(Place(((TomlTable)document.Root["t"]!)["b"]!.Span), Is.EqualTo((4, 5, 3)));
    }

    [TestCase("a.b.c = 1\na.b.d = 2\na.e = 3")]
    [TestCase("[a.b.c]\nx = 1\n[a]\ny = 2\n[a.b]\nz = 3")]
    [TestCase("[fruit]\napple.color = 'red'\napple.taste.sweet = true\n[fruit.apple.texture]\nsmooth = true")]
    [TestCase("[[p]]\nn = 1\n[[p]]\n[[p]]\nn = 3\n[[p.q]]\nm = 1\n[p.r]\ns = 1")]
    [TestCase("'' = 1\n\"a.b\" = 2\n1234 = 3\n-_ = 4\n3.14 = 5")]
    [TestCase("[ a . 'b' ]\nc . d = 1\n[x.y.z.w]\n[x]")]
    [TestCase("p = { x = 1, y.z = 2 }\nq = {}\nr = [{}, {}]\ne = []")]
    [TestCase("# only a comment")]
    [TestCase("a = 1 # comment without an end of line")]
    [TestCase("a=1\n\n\n   \t\n[b]# c")]
    public void Valid_documents_are_read_without_a_complaint(string text) => Assert.That(Read(text).Diagnostics, Is.Empty);

    [TestCase("key = # nothing", "C006:1:7")]
    [TestCase("a = 1 b = 2", "C006:1:7")]
    [TestCase("= 1", "C006:1:1")]
    [TestCase("a b = 1", "C006:1:3")]
    [TestCase("a: 1", "C006:1:2")]
    [TestCase("a = tiny", "C006:1:5")]
    [TestCase("a = True", "C006:1:5")]
    [TestCase("a = 01", "C006:1:5")]
    [TestCase("a = 1__0", "C006:1:5")]
    [TestCase("a = _1", "C006:1:5")]
    [TestCase("a = 1_", "C006:1:5")]
    [TestCase("a = .5", "C006:1:5")]
    [TestCase("a = 5.", "C006:1:5")]
    [TestCase("a = 3.e+20", "C006:1:5")]
    [TestCase("a = 1e", "C006:1:5")]
    [TestCase("a = +0x1", "C006:1:5")]
    [TestCase("a = 0b12", "C006:1:5")]
    [TestCase("a = 0x", "C006:1:5")]
    [TestCase("a = 9223372036854775808", "C006:1:5")]
    [TestCase("a = 0xffffffffffffffff", "C006:1:5")]
    [TestCase("a = 2023-02-29", "C006:1:5")]
    [TestCase("a = 24:00:00", "C006:1:5")]
    [TestCase("a = 1979-05-27T07:32", "C006:1:5")]
    [TestCase("a = 07:32:00Z", "C006:1:5")]
    [TestCase("a = \"open", "C006:1:5")]
    [TestCase("a = 'open\nb = 1", "C006:1:5")]
    [TestCase("a = \"\"\"open\n\n", "C006:1:5")]
    [TestCase("a = \"\"\"x\"\"\"\"\"\"", "C006:1:14")]
    [TestCase("a = \"\\q\"", "C006:1:6")]
    [TestCase("a = \"\\ud800\"", "C006:1:6")]
    [TestCase("a = \"\\u12\"", "C006:1:6")]
    [TestCase("a = \"x\u0001\"", "C006:1:7")]
    [TestCase("# \u0007", "C006:1:3")]
    [TestCase("a = \"\"\"\nb\rc\"\"\"", "C006:2:2")]
    [TestCase("a = 1\r", "C006:1:6")]
    [TestCase("a = [1 2]", "C006:1:8")]
    [TestCase("a = [1, 2", "C006:1:5")]
    [TestCase("a = [,]", "C006:1:6")]
    [TestCase("a = { b = 1, }", "C006:1:12")]
    [TestCase("a = { b = 1\n}", "C006:1:5")]
    [TestCase("a = { b }", "C006:1:9")]
    [TestCase("a = { b = 1 c = 2 }", "C006:1:13")]
    [TestCase("[a", "C006:1:1")]
    [TestCase("[]", "C006:1:2")]
    [TestCase("[[a]", "C006:1:1")]
    [TestCase("[a] b = 1", "C006:1:5")]
    [TestCase("a. = 1", "C006:1:4")]
    [TestCase("é = 1", "C006:1:1")]
    [TestCase("a = 1\na = 2", "C007:2:1")]
    [TestCase("a = 1\n\"a\" = 2", "C007:2:1")]
    [TestCase("[t]\n[t]", "C007:2:1")]
    [TestCase("a = 1\na.b = 2", "C007:2:1")]
    [TestCase("a = 1\n[a]", "C007:2:1")]
    [TestCase("a = 1\n[a.b]", "C007:2:2")]
    [TestCase("a.b = 1\n[a]", "C007:2:1")]
    [TestCase("[fruit]\napple.taste.sweet = true\n[fruit.apple.taste]", "C007:3:1")]
    [TestCase("[a.b]\nz = 9\n[a]\nb.t = 1", "C007:4:1")]
    [TestCase("a = { b = 1 }\na.c = 2", "C007:2:1")]
    [TestCase("a = { b = 1 }\n[a.c]", "C007:2:2")]
    [TestCase("a = { b = 1, b = 2 }", "C007:1:14")]
    [TestCase("a = []\n[[a]]", "C007:2:1")]
    [TestCase("[a.b]\n[[a]]", "C007:2:1")]
    [TestCase("[[a]]\n[a]", "C007:2:1")]
    [TestCase("a = [{ b = 1 }]\n[a.c]", "C007:2:2")]
    public void Invalid_documents_are_refused_at_the_exact_place(string text, string expected)
    {
        IReadOnlyList<Diagnostic> found = Read(text).Diagnostics;
        Assert.That(found.Select(item => $"{item.Code}:{item.Span.Line}:{item.Span.Column}"), Is.EqualTo(new[] { expected }));
    }

    [Test]
    public void Reading_goes_on_after_a_mistake_and_keeps_what_is_right()
    {
        TomlDocument document = Read("a = tiny\nb = 2\n[t\nc = [1,\n  oops,\n  3,\n]\nd = 'x\n[u]\ne = 5\n");
        Assert.That(document.Diagnostics.Select(item => item.Span.Line), Is.EqualTo(new[] { 1, 3, 5, 8 }));
        Assert.That(((TomlInteger)document.Root["b"]!).Value, Is.EqualTo(2));
        Assert.That(((TomlInteger)((TomlTable)document.Root["u"]!)["e"]!).Value, Is.EqualTo(5));
    }

    [Test]
    public void An_invalid_byte_is_told_with_its_line_and_column()
    {
        byte[] bytes = [.. "a = 1\nb = \"é"u8, 0xC3, 0x28, .. "\"\n"u8];
        Diagnostic diagnostic = TomlReader.Read("t.toml", bytes).Diagnostics.Single();
        Assert.That((diagnostic.Code, diagnostic.Span.Line, diagnostic.Span.Column), Is.EqualTo(("C006", 2, 7)));
    }

    [Test]
    public void Nesting_and_size_have_limits()
    {
        int depth = TomlReader.MaximumDepth;
        Assert.That(Read("a = " + new string('[', depth) + new string(']', depth)).Diagnostics, Is.Empty);
        Assert.That(Read("a = " + new string('[', depth + 1) + new string(']', depth + 1)).Diagnostics.Single().Message, Does.Contain("levels of nesting"));
        Assert.That(Read(string.Join('.', Enumerable.Repeat("k", depth + 1)) + " = 1").Diagnostics.Single().Message, Does.Contain("parts in a key"));
        Assert.That(Read(new string('#', TomlReader.MaximumLength + 1)).Diagnostics.Single().Message, Does.Contain("characters"));
    }

    private static TomlDocument Read(string text) => TomlReader.Read("t.toml", text);

    private static T Value<T>(string text) where T : TomlValue
    {
        TomlDocument document = Read("v = " + text);
        Assert.That(document.Diagnostics, Is.Empty);
        Assert.That(document.Root["v"], Is.TypeOf<T>());
        return (T)document.Root["v"]!;
    }

    private static (int Line, int Column, int Length) Place(SourceSpan span) => (span.Line, span.Column, span.Length);
}
