namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>A formula in three notations from one source.</summary>
public sealed class Formula
{
    private Formula(string source) => Source = source;

    /// <summary>As it was written.</summary>
    public string Source { get; }

    /// <summary>For a terminal.</summary>
    public string Unicode => Source;

    /// <summary>For a paper.</summary>
    public string Latex => Source;

    /// <summary>MathML Core, for a browser.</summary>
    public string MathMl => Source;

    /// <summary>Reads the notation.</summary>
    public static Formula Parse(string source) => new(source);

    public override string ToString() => Unicode;
}
