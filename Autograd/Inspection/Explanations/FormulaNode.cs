namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>A formula as a tree; what each of the three notations is written from.</summary>
internal abstract record FormulaNode;

internal sealed record NumberNode(string Digits) : FormulaNode;

/// <summary>A variable, a Greek letter by its English name, or a function's name.</summary>
internal sealed record SymbolNode(string Name) : FormulaNode;

/// <summary>Words: "places of v".</summary>
internal sealed record TextNode(string Words) : FormulaNode;

/// <summary>(…), as it was written.</summary>
internal sealed record GroupNode(FormulaNode Inner) : FormulaNode;

/// <summary>[x > 0]: 1 where it holds, else 0 (Iverson).</summary>
internal sealed record IversonNode(FormulaNode Inner) : FormulaNode;

/// <summary>Sums, products, fractions and relations; the operator as in the source.</summary>
internal sealed record BinaryNode(string Operator, FormulaNode Left, FormulaNode Right) : FormulaNode;

internal sealed record NegativeNode(FormulaNode Inner) : FormulaNode;

/// <summary>∂x.</summary>
internal sealed record PartialNode(FormulaNode Inner) : FormulaNode;

internal sealed record PowerNode(FormulaNode Base, FormulaNode Exponent) : FormulaNode;

internal sealed record TransposedNode(FormulaNode Base) : FormulaNode;

internal sealed record PrimeNode(FormulaNode Base) : FormulaNode;

internal sealed record SubscriptNode(FormulaNode Base, FormulaNode Index) : FormulaNode;

/// <summary>W[i,j].</summary>
internal sealed record IndexedNode(FormulaNode Base, IReadOnlyList<FormulaNode> Indices) : FormulaNode;

internal sealed record CallNode(FormulaNode Function, IReadOnlyList<FormulaNode> Arguments) : FormulaNode;

/// <summary>"hat", "bar" or "tilde" over something.</summary>
internal sealed record AccentNode(string Kind, FormulaNode Inner) : FormulaNode;

/// <summary>A root; the degree is null for the square root.</summary>
internal sealed record RootNode(FormulaNode? Degree, FormulaNode Inner) : FormulaNode;

/// <summary>|x| ("abs") or ‖x‖ ("norm").</summary>
internal sealed record BarsNode(string Kind, FormulaNode Inner) : FormulaNode;

/// <summary>"sum" or "prod" over what is written below it.</summary>
internal sealed record BigNode(string Kind, IReadOnlyList<FormulaNode> Under, FormulaNode Body) : FormulaNode;

/// <summary>Several formulas beside each other.</summary>
internal sealed record ClausesNode(IReadOnlyList<FormulaNode> Clauses) : FormulaNode;
