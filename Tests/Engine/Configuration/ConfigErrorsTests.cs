using PureLlm.Engine.Configuration;

namespace PureLlm.Tests.Engine.Configuration;

/// <summary>One golden message per code, and the rule that every code is documented and has one.</summary>
public class ConfigErrorsTests
{
    private static readonly (string Code, string Toml, string Message)[] Golden =
    [
        ("C001", "[train]\nlearing_rate = 3e-3\n", """
            error[C001]: unknown key `learing_rate` in [train]
              ┌─ tiny.toml:2:1
             2│ learing_rate = 3e-3
              │ ^^^^^^^^^^^^ did you mean `lr`?
              = help: pure-llm config explain train.lr

            """),
        ("C002", "[model]\nlayers = 2\n[train]\ncontext = 256\n", """
            error[C002]: `context` belongs to [model], not [train]
              ┌─ tiny.toml:4:1
             4│ context = 256
              │ ^^^^^^^ move this line
              ┌─ tiny.toml:1:1
             1│ [model]
              │ ------- to here

            """),
        ("C003", "[train]\nbudget    = 120\n", """
            error[C003]: train.budget needs a unit
              ┌─ tiny.toml:2:13
             2│ budget    = 120
              │             ^^^ 120 what?  write "120s", "120 steps" or "120k tokens"

            """),
        ("C004", "[train]\noptimizer = \"adma\"\n", """
            error[C004]: train.optimizer cannot be "adma"
              ┌─ tiny.toml:2:13
             2│ optimizer = "adma"
              │             ^^^^^^ did you mean "adamw"?
              = help: choices: adamw, sgd, muon

            """),
        ("C005", "[model]\ndropout = 1.5\n", """
            error[C005]: model.dropout must be a number from 0 to below 1
              ┌─ tiny.toml:2:11
             2│ dropout = 1.5
              │           ^^^ 1.5 is outside

            """),
        ("C006", "[run]\nname = tiny\n", """
            error[C006]: this is no value
              ┌─ tiny.toml:2:8
             2│ name = tiny
              │        ^^^^ text needs quotes: "tiny"

            """),
        ("C007", "[train]\nlr = 3e-3\nbatch = 8\nlr = 6e-3\n", """
            error[C007]: key `lr` is set twice
              ┌─ tiny.toml:4:1
             4│ lr = 6e-3
              │ ^^ here again
              ┌─ tiny.toml:2:1
             2│ lr = 3e-3
              │ -- first here
              = help: keep one of the two

            """),
        ("C008", "[training]\nlr = 3e-3\n", """
            error[C008]: unknown table [training]
              ┌─ tiny.toml:1:1
             1│ [training]
              │ ^^^^^^^^^^ did you mean [train]?
              = help: tables: [run], [data], [tokenizer], [model], [train], [precision], [eval], [checkpoint], [break]; one of your own starts with x-

            """),
        ("C009", "version = 2\n", """
            error[C009]: this file is version 2 of the format; this program reads version 1
              ┌─ tiny.toml:1:11
             1│ version = 2
              │           ^ write 1
              = help: a newer pure-llm wrote this file: update with dotnet tool update -g pure-llm

            """),
        ("C010", "[model]\nwidth = 100\nheads = 6\n", """
            error[C010]: width 100 cannot be split into 6 heads (100 / 6 = 16.67)
              ┌─ tiny.toml:2:9
             2│ width = 100
              │         ^^^
              ┌─ tiny.toml:3:9
             3│ heads = 6
              │         -
              = help: nearest that work: width 96 (6×16) or 102 (6×17), or heads 4, 5, 10.
                      SIMD is fastest when width/heads is a multiple of 16.

            """),
        ("C012", "[break]\non = [\"nan\", \"gnrom > 100\"]\n", """
            error[C012]: break.on: "gnrom > 100" is not a rule
              ┌─ tiny.toml:2:15
             2│ on = ["nan", "gnrom > 100"]
              │               ^^^^^ unknown name 'gnrom'; did you mean 'gnorm'?

            """),
    ];

    private static IEnumerable<TestCaseData> GoldenCases => Golden.Select(item => new TestCaseData(item.Code, item.Toml, item.Message).SetArgDisplayNames(item.Code));

    private static IEnumerable<string> Codes => Diagnostics.All.Select(kind => kind.Code);

    [TestCaseSource(nameof(GoldenCases))]
    public void Each_code_has_its_message(string code, string toml, string expected)
    {
        Diagnostic diagnostic = Errors(toml).Single();
        Assert.That(diagnostic.Code, Is.EqualTo(code));
        Assert.That(DiagnosticRenderer.Render(diagnostic), Is.EqualTo(expected.ReplaceLineEndings("\n")));
    }

    [Test]
    public void C011_names_the_missing_file_and_a_near_one()
    {
        string folder = Directory.CreateTempSubdirectory("config").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "tiny.toml"), "[tokenizer]\nkind = \"file:no-such.json\"\n[model]\ninit_from = \"no-such\"\n");
            Diagnostic missing = Catch(() => ConfigLoader.Load(Path.Combine(folder, "tniy.toml"))).Single();
            Assert.That((missing.Code, missing.Help), Is.EqualTo(("C011", $"did you mean {Path.Combine(folder, "tiny.toml")}?")));
            Assert.That(Catch(() => ConfigLoader.Load(folder)).Single().Message, Does.Contain("is a folder"));
            IReadOnlyList<Diagnostic> named = Catch(() => ConfigLoader.Load(Path.Combine(folder, "tiny.toml")));
            Assert.That(named.Select(item => (item.Code, item.Span.Line, item.Span.Column)), Is.EqualTo(new[] { ("C011", 2, 8), ("C011", 4, 13) }));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCase("lr", "write --set train.lr=3e-3")]
    [TestCase("learning_rate", "write --set train.lr=3e-3")]
    [TestCase("=3", "write --set train.lr=3e-3")]
    [TestCase("train..lr=3", "write --set train.lr=3e-3")]
    public void C013_shows_how_an_override_is_written(string text, string note)
    {
        Diagnostic diagnostic = Errors("", text).Single();
        Assert.That((diagnostic.Code, diagnostic.Primary.Note), Is.EqualTo(("C013", note)));
        Assert.That(DiagnosticRenderer.Render(diagnostic), Does.Contain("┌─ --set:1:1"));
    }

    [TestCaseSource(nameof(Codes))]
    public void Every_code_is_documented_and_tested(string code)
    {
        DiagnosticKind kind = Diagnostics.Find(code.ToLowerInvariant())!;
        Assert.That(new[] { kind.Title, kind.Explanation, kind.Example, kind.Fix }, Has.None.Empty);
        Assert.That(Golden.Select(item => item.Code).Concat(["C011", "C013"]), Does.Contain(code));
        if (code is "C011" or "C013")
        {
            return; // their examples need a file system and a command line
        }
        Assert.That(Errors(kind.Example).Select(item => item.Code), Is.EqualTo(new[] { code }), "the example shows the mistake");
        Assert.That(Errors(kind.Fix), Is.Empty, "the fix cures it");
    }

    [Test]
    public void Every_code_in_the_source_is_documented()
    {
        var found = new SortedSet<string>();
        string folder = Path.GetDirectoryName(SourcePath())!;
        string source = Path.GetFullPath(Path.Combine(folder, "../../../Engine/Configuration"));
        Assume.That(Directory.Exists(source), "the sources are beside the tests");
        foreach (string file in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories))
        {
            foreach (System.Text.RegularExpressions.Match match in System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(file), "\"(C0[0-9]{2})\""))
            {
                found.Add(match.Groups[1].Value);
            }
        }
        Assert.That(found, Is.EqualTo(Codes));
    }

    [Test]
    public void All_mistakes_are_told_together_in_the_order_of_the_file()
    {
        const string toml = "[model]\nwidth = 100\nheads = 6\nlayer = 3\n[train]\nbudget = 120\nname = 'x'\nlr = tiny\n[data]\nval = 2\nsize = 5\n[zoo]\nx = 1\n";
        Assert.That(Errors(toml, "train.lr=0", "model.wdith=3").Select(item => $"{item.Code}:{item.Span.Source!.Name}:{item.Span.Line}"), Is.EqualTo(new[]
        {
            "C010:tiny.toml:2", "C001:tiny.toml:4", "C003:tiny.toml:6", "C002:tiny.toml:7", "C006:tiny.toml:8",
            "C005:tiny.toml:10", "C003:tiny.toml:11", "C008:tiny.toml:12", "C005:--set:1", "C001:--set:1",
        }));
    }

    [TestCase("heads = 0", "C005:2:9")]
    [TestCase("heads = 8\nkv_heads = 3", "C010:2:9")]
    [TestCase("width = 60\nheads = 4\nposition = \"rope\"", "C010:4:12")]
    [TestCase("position = \"rope\"\nrope_fraction = 0.01", "C010:3:17")]
    [TestCase("width = 65\nheads = 5\nposition = \"sinusoidal\"", "C010:2:9")]
    [TestCase("window = 200", "C010:2:10")]
    [TestCase("context = 0", "C005:2:11")]
    [TestCase("layers = 2.5", "C003:2:10")]
    [TestCase("layers = 2.0", "C003:2:10")]
    [TestCase("layers = \"2\"", "C003:2:10")]
    [TestCase("layers = 1979-05-27", "C003:2:10")]
    [TestCase("layers = 9999999999", "C005:2:10")]
    [TestCase("tie = \"true\"", "C003:2:7")]
    [TestCase("tie = 1", "C003:2:7")]
    [TestCase("norm_epsilon = 0", "C005:2:16")]
    [TestCase("rope_theta = inf", "C005:2:14")]
    [TestCase("rope_theta = nan", "C005:2:14")]
    [TestCase("preset = \"gpt-2\"", "C004:2:10")]
    [TestCase("mlp = 3", "C003:2:7")]
    [TestCase("[train]\nbatch = 0", "C005:3:9")]
    [TestCase("[train]\nbudget = \"0 steps\"", "C005:3:10")]
    [TestCase("[train]\nbudget = 0", "C005:3:10")]
    [TestCase("[train]\nbudget = \"3M\"", "C003:3:10")]
    [TestCase("[train]\nbudget = \"soon\"", "C003:3:10")]
    [TestCase("[train]\nbudget = \"30 steps\"\nwarmup = \"31 steps\"", "C010:4:10")]
    [TestCase("[train]\nwarmup = \"60%\"\ncooldown = \"50%\"", "C010:3:10")]
    [TestCase("[train]\nwarmup = 40", "C003:3:10")]
    [TestCase("[train]\nwarmup = \"120%\"", "C005:3:10")]
    [TestCase("[train]\nwarmup = \"10s\"", "C003:3:10")]
    [TestCase("[train]\nmin_lr = 1", "C010:3:10")]
    [TestCase("[train]\nmin_lr = -1", "C005:3:10")]
    [TestCase("[train]\nbetas = [0.9]", "C003:3:9")]
    [TestCase("[train]\nbetas = [0.9, 1]", "C005:3:15")]
    [TestCase("[train]\nthreads = 0", "C005:3:11")]
    [TestCase("[train]\nbatch = 9_000_000\n[model.x]", "C001:4:8")]
    [TestCase("[tokenizer]\nvocab = 100", "C010:3:9")]
    [TestCase("[tokenizer]\nkind = \"file:\"", "C005:3:8")]
    [TestCase("[data]\nsource = []", "C005:3:10")]
    [TestCase("[data]\nsource = [\"a\", 1]", "C003:3:16")]
    [TestCase("[data]\nval = \"3%\"", "C003:3:7")]
    [TestCase("[run]\nname = \"a/b\"", "C005:3:8")]
    [TestCase("[run]\nseed = -1", "C005:3:8")]
    [TestCase("[eval]\nsample = \"x\"", "C003:3:10")]
    [TestCase("[eval]\nsample = { tokns = 3 }", "C001:3:12")]
    [TestCase("[eval]\nevery = 10", "C003:3:9")]
    public void Wrong_values_are_refused_at_the_exact_place(string model, string expected)
    {
        IReadOnlyList<Diagnostic> found = Errors("[model]\n" + model);
        Assert.That(found.Select(item => $"{item.Code}:{item.Span.Line}:{item.Span.Column}").First(), Is.EqualTo(expected), DiagnosticRenderer.Render(found));
        Assert.That(found.Select(item => DiagnosticRenderer.Render(item).Split('\n').Length - 1), Has.All.LessThanOrEqualTo(10));
    }

    [TestCase("[train]\nn_layer = 3", "did you mean `layers` of [model]?")]
    [TestCase("[model]\nn_embd = 3", "did you mean `width`?")]
    [TestCase("[model]\nblock_size = 3", "did you mean `context`?")]
    [TestCase("[train]\nweight_decay = 0.1", "did you mean `decay`?")]
    [TestCase("[train]\nmax_iters = 5", "did you mean `budget`?")]
    [TestCase("[train]\nbatch_szie = 5", "did you mean `batch`?")]
    [TestCase("[train]\nwarmup = 0.02", "a share is written \"2%\"")]
    [TestCase("[train]\nzzzz = 5", "no key has a name like this")]
    public void Names_of_other_programs_are_understood(string toml, string note) =>
        Assert.That(Errors(toml).Single().Primary.Note, Is.EqualTo(note));

    [Test]
    public void A_key_above_all_tables_is_sent_to_its_table()
    {
        Diagnostic diagnostic = Errors("lr = 3e-3\n").Single();
        Assert.That((diagnostic.Code, diagnostic.Message), Is.EqualTo(("C002", "`lr` belongs to [train], not above all tables")));
        Assert.That(diagnostic.Help, Is.EqualTo("write it as\n[train]\nlr = 3e-3"));
    }

    [TestCase("[model]\nwidth = 1OO\nheads = 6\n", "C006")]
    [TestCase("[model]\nwidth = [\n1 2]\nheads = 6\n", "C006")]
    [TestCase("[model\nwidth = 96\n[x-y]\n[model.z]\n", "C006,C001")]
    [TestCase("model.width = \"96\"\nmodel.heads = 6\n", "C003")]
    public void A_value_that_cannot_be_read_is_not_blamed_twice(string toml, string codes) =>
        Assert.That(string.Join(',', Errors(toml).Select(item => item.Code)), Is.EqualTo(codes));

    [Test]
    public void An_override_with_an_inline_table_is_checked_like_a_file()
    {
        Diagnostic diagnostic = Errors("", "eval.sample={prompt=3}").Single();
        Assert.That((diagnostic.Code, diagnostic.Span.ToString()), Is.EqualTo(("C003", "--set:1:21")));
    }

    [Test]
    public void The_exception_tells_everything_and_has_exit_code_3()
    {
        ConfigException error = Assert.Throws<ConfigException>(() => ConfigLoader.Parse("tiny.toml", "[train]\nlr = 0\nbatch = 0\n"))!;
        Assert.That(error.Diagnostics, Has.Count.EqualTo(2));
        Assert.That(error.Message, Does.Contain("train.lr").And.Contain("train.batch"));
        Assert.That(ConfigException.ExitCode, Is.EqualTo(3));
    }

    private static IReadOnlyList<Diagnostic> Errors(string toml, params string[] overrides)
    {
        ConfigLoader.TryParse("tiny.toml", toml, overrides.Select(text => new ConfigOverride(text)), out IReadOnlyList<Diagnostic> diagnostics);
        return diagnostics;
    }

    private static IReadOnlyList<Diagnostic> Catch(Action action) => Assert.Throws<ConfigException>(() => action())!.Diagnostics;

    private static string SourcePath([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;
}
