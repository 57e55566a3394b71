using System.Collections.Concurrent;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>A formula in three notations from one source.</summary>
/// <remarks>The source is compact ASCII, with every product written:
/// <code>
/// dW[n,k] = sum(t: dy[t,n]*x[t,k])        dW[n,k] = Σ_t dy[t,n]·x[t,k]
/// dx = r*(dn - n*mean(dn .* n))           dx = r·(dn − n·mean(dn ⊙ n))
/// r = 1/sqrt(mean(x^2) + epsilon)         r = 1/√(mean(x²) + ε)
/// </code>
/// Operators + - * / ^, .* (⊙), times (×); relations = &lt;= &gt;= != ~ (≈) &lt;- += in; ^T transposes; f' is a derivative, partial L is ∂L;
/// x_i and beta_1 have subscripts, W[i,j] indices; sum(i: …), prod(i: …), sqrt(…), root(3, …), abs, norm, hat, bar, tilde, any name as a function;
/// [x &gt; 0] is 1 where it holds, "words" are words, inf is ∞, ; separates formulas beside each other.</remarks>
public sealed class Formula
{
    private static readonly ConcurrentDictionary<string, Formula> Known = new();

    private Formula(string source)
    {
        FormulaNode tree = FormulaReader.Read(source);
        (Source, Unicode, Latex, MathMl) = (source, FormulaUnicode.Write(tree), FormulaLatex.Write(tree), FormulaMathMl.Document(tree));
    }

    /// <summary>As it was written.</summary>
    public string Source { get; }

    /// <summary>For a terminal.</summary>
    public string Unicode { get; }

    /// <summary>For a paper; of math mode, without dollar signs.</summary>
    public string Latex { get; }

    /// <summary>MathML Core, for a browser: one math element.</summary>
    public string MathMl { get; }

    /// <summary>Reads the notation; the same source gives the same formula.</summary>
    /// <exception cref="FormatException">It is no formula; says where and what is expected.</exception>
    public static Formula Parse(string source) => Known.GetOrAdd(source, text => new Formula(text));

    public override string ToString() => Unicode;
}
