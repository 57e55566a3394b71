using PureLlm.Cli.Web.Export;

namespace PureLlm.Tests.Cli.Web;

[TestFixture]
public sealed class ModuleBundleTests
{
    private static string Bundle(params (string Name, string Source)[] modules) => ModuleBundle.Create(modules[0].Name, name => modules.First(module => module.Name == name).Source);

    [Test]
    public void A_module_stands_after_what_it_imports_and_once()
    {
        string script = Bundle(
            ("app.js", "import { a, b as c } from \"./a.js\";\nimport { d } from \"./d.js\";\nrun(a, c, d);\n"),
            ("a.js", "import * as all from \"./d.js\";\nexport const a = all.d;\nexport function b() { return 1; }\n"),
            ("d.js", "class D {}\nexport { D as d };\n"));
        int[] places = [.. new[] { "$modules[\"d.js\"] = ", "$modules[\"a.js\"] = ", "$modules[\"app.js\"] = " }.Select(text => script.IndexOf(text, StringComparison.Ordinal))];
        Assert.Multiple(() =>
        {
            Assert.That(places, Is.Ordered.Ascending);
            Assert.That(script.Split("$modules[\"d.js\"] = "), Has.Length.EqualTo(2));
            Assert.That(script, Does.Contain("const { a, b: c } = $modules[\"a.js\"];"));
            Assert.That(script, Does.Contain("return { a, b };"));
            Assert.That(script, Does.Contain("return { d: D };"));
            Assert.That(script, Does.Not.Contain("import ").And.Not.Contain("export "));
        });
    }

    [Test]
    public void A_circle_of_imports_is_refused() =>
        Assert.That(() => Bundle(("a.js", "import { b } from \"./b.js\";\nexport const a = b;"), ("b.js", "import { a } from \"./a.js\";\nexport const b = a;")),
            Throws.InvalidOperationException.With.Message.Contains("a.js → b.js → a.js"));

    [TestCase("export default 1;")]
    [TestCase("import x from \"./b.js\";")]
    public void A_form_that_is_not_bundled_is_refused(string source) =>
        Assert.That(() => Bundle(("a.js", source), ("b.js", "")), Throws.InvalidOperationException);
}
