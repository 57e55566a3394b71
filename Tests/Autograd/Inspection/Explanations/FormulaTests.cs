using System.Xml.Linq;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Kernels;

namespace PureLlm.Tests.Autograd.Inspection.Explanations;

public sealed class FormulaTests
{
    private static readonly string[] Samples =
    [
        "dW[n,k] = sum(t: dy[t,n]*x[t,k])",
        "dx = r*(dn - n*mean(dn .* n)); r = 1/sqrt(mean(x^2) + epsilon)",
        "y = x*W^T + b",
        "f'(x) = sigma(x)*(1 + x*sigma(-x))",
        "f'(x) = 1/2*(1 + tanh(u)) + 1/2*x*(1 - tanh(u)^2)*sqrt(2/pi)*(1 + 3*0.044715*x^2)",
        "hat(m) = m/(1 - beta_1^t); w <- w - eta*hat(m)/(sqrt(hat(v)) + epsilon)",
        "p_i = e^(x_i - max(x))/sum(j: e^(x_j - max(x)))",
        "ds = p .* (dp - sum(j: p_j*dp_j)); L = -log(p[target])",
        "dtable[v] = sum(\"places of v\": dy[b,t]) in Omega",
        "partial L/partial x = prod(i <= n: abs(x_i) + norm(g)) != inf",
        "y = root(3, x)*bar(x) - tilde(x)*-x; z = x_1 times W2; [x > 0]*x ~ ...",
        "a*sum(i,j: u_i + v_j)*b - -c; cos'(theta)",
    ];

    [TestCase("dW[i,j] = sum(t: dy[t,i] * x[t,j])", "dW[i,j] = Σ_t dy[t,i]·x[t,j]")]
    [TestCase("dx = r*(dn - n*mean(dn .* n)); r = 1/sqrt(mean(x^2) + epsilon)", "dx = r·(dn − n·mean(dn ⊙ n)),  r = 1/√(mean(x²) + ε)")]
    [TestCase("y = x*W^T + b", "y = x·Wᵀ + b")]
    [TestCase("hat(m) = m/(1 - beta_1^t)", "m̂ = m/(1 − β₁ᵗ)")]
    [TestCase("e^(-x)", "e⁻ˣ")]
    [TestCase("x^(2*y/3)", "x^(2·y/3)")]
    [TestCase("1/2*f'(x)", "½·f′(x)")]
    [TestCase("sum(y .* dy)", "Σ y ⊙ dy")]
    [TestCase("sum(j <= t: a + b)*c", "(Σ_(j≤t) (a + b))·c")]
    [TestCase("partial L/partial x", "∂L/∂x")]
    [TestCase("sum(\"rows\": x)", "Σ_rows x")]
    public void A_formula_is_one_line_of_Unicode(string source, string expected) =>
        Assert.That(Formula.Parse(source).Unicode, Is.EqualTo(expected));

    [TestCase("dW[i,j] = sum(t: dy[t,i]*x[t,j])", @"\mathrm{d}W_{i,j} = \sum_{t} \mathrm{d}y_{t,i} \cdot x_{t,j}")]
    [TestCase("r = 1/sqrt(mean(x^2) + epsilon)", @"r = \frac{1}{\sqrt{\operatorname{mean}(x^{2}) + \epsilon}}")]
    [TestCase("(a + b)/(c - d)*e", @"\frac{a + b}{c - d} \cdot e")]
    [TestCase("W_1[i] + f'(x)^2", @"{W_{1}}_{i} + {f'(x)}^{2}")]
    [TestCase("partial L", @"\partial L")]
    [TestCase("f(a/b) + e^(-x^2/2)", @"f\left(\frac{a}{b}\right) + e^{-x^{2} / 2}")]
    public void The_same_formula_is_LaTeX(string source, string expected) =>
        Assert.That(Formula.Parse(source).Latex, Is.EqualTo(expected));

    [Test]
    public void The_same_formula_is_MathML()
    {
        Assert.That(Formula.Parse("dx = 1/sqrt(x_i^2)").MathMl, Is.EqualTo(
            """<math xmlns="http://www.w3.org/1998/Math/MathML"><mrow><mrow><mi mathvariant="normal">d</mi><mi>x</mi></mrow><mo>=</mo>"""
            + "<mfrac><mn>1</mn><msqrt><msup><msub><mi>x</mi><mi>i</mi></msub><mn>2</mn></msup></msqrt></mfrac></mrow></math>"));
        Assert.That(Formula.Parse("a < b").MathMl, Does.Contain("<mo>&lt;</mo>"));
    }

    [TestCaseSource(nameof(Samples))]
    public void The_symbols_are_the_same_in_all_three_notations(string source)
    {
        Formula formula = Formula.Parse(source);
        string[] symbols = NotationSymbols.OfUnicode(formula.Unicode);
        Assert.That(symbols, Is.Not.Empty);
        Assert.That(NotationSymbols.OfLatex(formula.Latex), Is.EquivalentTo(symbols), formula.Latex);
        Assert.That(NotationSymbols.OfMathMl(formula.MathMl), Is.EquivalentTo(symbols), formula.MathMl);
    }

    [Test]
    public void Formulas_beside_each_other_are_rows_of_a_table()
    {
        XElement math = XElement.Parse(Formula.Parse("y = x; z = f'((a + b)/c)").MathMl);
        Assert.That(math.Descendants().Count(element => element.Name.LocalName == "mtr"), Is.EqualTo(2));
        Assert.That(math.Descendants().Where(element => element.Value == "("), Has.Exactly(1).Items, "the fraction's bar groups");
        Assert.That(math.Descendants().Single(element => element.Value == "(").Attribute("stretchy"), Is.Null, "it grows with the fraction");
    }

    [TestCaseSource(nameof(Samples))]
    public void MathML_has_only_elements_of_MathML_Core(string source)
    {
        string[] core = ["math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "munder", "mover", "mtable", "mtr", "mtd"];
        foreach (XElement element in XElement.Parse(Formula.Parse(source).MathMl).DescendantsAndSelf())
        {
            Assert.That(core, Does.Contain(element.Name.LocalName));
            int children = element.Elements().Count();
            if (element.Name.LocalName is "mfrac" or "msub" or "msup" or "munder" or "mover" or "mroot") { Assert.That(children, Is.EqualTo(2), element.ToString()); }
        }
    }

    [TestCase("dW[i = 3", "character 9: ']' expected, not the end")]
    [TestCase("a + ", "a number, a symbol or '(' expected, not the end")]
    [TestCase("a b", "character 3: an operator or the end expected, not 'b'")]
    [TestCase("σ(x)", "character 1: 'σ' has no meaning here; Greek letters are written by name")]
    [TestCase("sum(i, j)", "':' after the indices expected")]
    [TestCase("root(x)", "root(degree, inner) expected")]
    [TestCase("\"open", "the quotation mark is not closed")]
    [TestCase("", "expected, not the end")]
    public void What_is_no_formula_is_refused_with_the_place(string source, string message) =>
        Assert.That(() => Formula.Parse(source), Throws.TypeOf<FormatException>().With.Message.Contains(message).And.Message.Contains("formula '" + source));

    [Test]
    public void Random_formulas_have_the_same_symbols_in_all_three_notations()
    {
        for (ulong seed = 0; seed < 300; seed++)
        {
            Formula formula = Formula.Parse(RandomFormula(seed));
            string[] symbols = NotationSymbols.OfUnicode(formula.Unicode);
            Assert.That(NotationSymbols.OfLatex(formula.Latex), Is.EquivalentTo(symbols), $"{formula.Source}: {formula.Unicode} {formula.Latex}");
            Assert.That(NotationSymbols.OfMathMl(formula.MathMl), Is.EquivalentTo(symbols), $"{formula.Source}: {formula.Unicode} {formula.MathMl}");
            Assert.That(formula.Latex.Count(letter => letter == '{'), Is.EqualTo(formula.Latex.Count(letter => letter == '}')));
        }
    }

    [Test]
    public void Rubbish_is_refused_and_nothing_else_happens()
    {
        const string Letters = "ax1.+-*/^_'()[],;:<>=~ \"\u03c3sum(prod(sqrt(";
        int refused = 0;
        for (ulong seed = 0; seed < 2000; seed++)
        {
            RandomStream stream = new(seed, 5);
            string text = string.Concat(Enumerable.Range(0, 1 + CounterRandom.Below(stream, 0, 12)).Select(i => Letters[CounterRandom.Below(stream, (ulong)i + 1, Letters.Length)]));
            try { Formula.Parse(text); }
            catch (FormatException error)
            {
                Assert.That(error.Message, Does.StartWith("formula '"));
                refused++;
            }
        }
        Assert.That(refused, Is.GreaterThan(1000).And.LessThan(2000));
    }

    /// <summary>A formula from the grammar, a few levels deep.</summary>
    private static string RandomFormula(ulong seed)
    {
        ulong next = 0;
        RandomStream stream = new(seed, 9);
        int Below(int n) => CounterRandom.Below(stream, next++, n);
        string[] leaves = ["x", "dy", "beta_1", "sigma", "3", "0.5", "x_i", "W[i,j]", "gate", "epsilon", "dgate", "m"];
        string[] signs = [" + ", " - ", "*", " .* ", "/", " times "];
        string Any(int depth) => depth == 0 ? leaves[Below(leaves.Length)] : Below(12) switch
        {
            0 => $"({Any(depth - 1)})",
            1 => $"sum(t: {Any(depth - 1)})",
            2 => $"sqrt({Any(depth - 1)})",
            3 => $"tanh({Any(depth - 1)})",
            4 => $"({Any(depth - 1)})^2",
            5 => $"hat({leaves[Below(2)]})",
            6 => $"-{Any(depth - 1)}",
            7 => $"abs({Any(depth - 1)})",
            8 => $"e^({Any(depth - 1)})",
            _ => Any(depth - 1) + signs[Below(signs.Length)] + Any(depth - 1),
        };
        return $"y = {Any(4)}";
    }
}
