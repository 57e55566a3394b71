namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Reads the notation of <see cref="Formula"/> into a tree, by recursive descent.</summary>
internal sealed class FormulaReader
{
    private static readonly string[] Signs = ["...", ".*", "<=", ">=", "!=", "<-", "->", "+=", "=", "<", ">", "~", "+", "-", "*", "/", "^", "_", "'", "(", ")", "[", "]", ",", ";", ":"];
    private static readonly HashSet<string> Relations = ["=", "<=", ">=", "!=", "<-", "->", "+=", "<", ">", "~", "in"];
    private static readonly HashSet<string> Products = ["*", ".*", "/", "times"];

    private readonly string source;
    private readonly List<(string Text, int Start)> tokens = [];
    private int next;

    private FormulaReader(string source) => this.source = source;

    /// <exception cref="FormatException">It is no formula; says where and what is expected.</exception>
    public static FormulaNode Read(string source)
    {
        FormulaReader reader = new(source);
        reader.Cut();
        List<FormulaNode> clauses = [reader.Relation()];
        while (reader.Take(";")) { clauses.Add(reader.Relation()); }
        return reader.next < reader.tokens.Count ? throw reader.Wrong("an operator or the end") : clauses.Count == 1 ? clauses[0] : new ClausesNode(clauses);
    }

    private void Cut()
    {
        for (int i = 0; i < source.Length;)
        {
            int start = i;
            if (char.IsWhiteSpace(source[i])) { i++; continue; }
            if (char.IsAsciiLetter(source[i])) { i = End(i, char.IsAsciiLetterOrDigit); }
            else if (char.IsAsciiDigit(source[i]))
            {
                i = End(i, char.IsAsciiDigit);
                if (i + 1 < source.Length && source[i] == '.' && char.IsAsciiDigit(source[i + 1])) { i = End(i + 1, char.IsAsciiDigit); }
            }
            else if (source[i] == '"')
            {
                int close = source.IndexOf('"', i + 1);
                i = close > 0 ? close + 1 : throw new FormatException($"formula '{source}', character {start + 1}: the quotation mark is not closed.");
            }
            else
            {
                i += Array.Find(Signs, sign => string.CompareOrdinal(source, start, sign, 0, sign.Length) == 0)?.Length
                    ?? throw new FormatException($"formula '{source}', character {start + 1}: '{source[i]}' has no meaning here; Greek letters are written by name, operators are + - * .* / ^ _ '.");
            }
            tokens.Add((source[start..i], start));
        }

        int End(int from, Func<char, bool> belongs)
        {
            while (from < source.Length && belongs(source[from])) { from++; }
            return from;
        }
    }

    private FormulaNode Relation()
    {
        FormulaNode left = Sum();
        while (Peek is { } sign && Relations.Contains(sign))
        {
            next++;
            left = new BinaryNode(sign, left, Sum());
        }
        return left;
    }

    private FormulaNode Sum()
    {
        FormulaNode left = Product();
        while (Peek is "+" or "-") { left = new BinaryNode(tokens[next++].Text, left, Product()); }
        return left;
    }

    private FormulaNode Product()
    {
        FormulaNode left = Factor();
        while (Peek is { } sign && Products.Contains(sign))
        {
            next++;
            left = new BinaryNode(sign, left, Factor());
        }
        return left;
    }

    private FormulaNode Factor()
    {
        if (Take("-")) { return new NegativeNode(Factor()); }
        return Take("partial") ? new PartialNode(Factor()) : Postfix(Primary());
    }

    private FormulaNode Postfix(FormulaNode node)
    {
        while (true)
        {
            if (Take("["))
            {
                node = new IndexedNode(node, List());
                Require("]");
            }
            else if (Take("_")) { node = new SubscriptNode(node, Script()); }
            else if (Take("'")) { node = new PrimeNode(node); }
            else if (Take("^")) { node = Take("T") ? new TransposedNode(node) : new PowerNode(node, Script()); }
            else if (node is SymbolNode or PrimeNode or SubscriptNode && Take("(")) { node = new CallNode(node, Arguments()); }
            else { return node; }
        }
    }

    /// <summary>What stands above or below: one thing, or more in parentheses.</summary>
    private FormulaNode Script()
    {
        if (!Take("(")) { return Primary(); }
        FormulaNode inner = Relation();
        Require(")");
        return inner;
    }

    private FormulaNode Primary()
    {
        if (next == tokens.Count) { throw Wrong("a number, a symbol or '('"); }
        string token = tokens[next++].Text;
        if (char.IsAsciiDigit(token[0])) { return new NumberNode(token); }
        if (token[0] == '"') { return new TextNode(token[1..^1]); }
        if (char.IsAsciiLetter(token[0])) { return Named(token); }
        switch (token)
        {
            case "...":
                return new SymbolNode(token);
            case "(":
                FormulaNode inner = Relation();
                Require(")");
                return new GroupNode(inner);
            case "[":
                FormulaNode condition = Relation();
                Require("]");
                return new IversonNode(condition);
            default:
                next--;
                throw Wrong("a number, a symbol or '('");
        }
    }

    private FormulaNode Named(string name)
    {
        if (Peek == "(")
        {
            switch (name)
            {
                case "sum" or "prod":
                    return Big(name);
                case "sqrt":
                    return new RootNode(null, One());
                case "root":
                    next++;
                    FormulaNode[] parts = [.. Arguments()];
                    return parts.Length == 2 ? new RootNode(parts[0], parts[1]) : throw Wrong("root(degree, inner)");
                case "abs" or "norm":
                    return new BarsNode(name, One());
                case "hat" or "bar" or "tilde":
                    return new AccentNode(name, One());
            }
        }
        int digits = name.Length;
        while (char.IsAsciiDigit(name[digits - 1])) { digits--; }
        return digits == name.Length ? new SymbolNode(name) : new SubscriptNode(new SymbolNode(name[..digits]), new NumberNode(name[digits..]));
    }

    private BigNode Big(string kind)
    {
        next++;
        List<FormulaNode> list = List();
        bool hasUnder = Take(":");
        FormulaNode body = hasUnder ? Relation() : list.Count == 1 ? list[0] : throw Wrong("':' after the indices");
        Require(")");
        return new BigNode(kind, hasUnder ? list : [], body);
    }

    private FormulaNode One()
    {
        next++;
        FormulaNode inner = Relation();
        Require(")");
        return inner;
    }

    private List<FormulaNode> Arguments()
    {
        List<FormulaNode> list = List();
        Require(")");
        return list;
    }

    private List<FormulaNode> List()
    {
        List<FormulaNode> list = [Relation()];
        while (Take(",")) { list.Add(Relation()); }
        return list;
    }

    private string? Peek => next < tokens.Count ? tokens[next].Text : null;

    private bool Take(string sign)
    {
        if (Peek != sign) { return false; }
        next++;
        return true;
    }

    private void Require(string sign)
    {
        if (!Take(sign)) { throw Wrong($"'{sign}'"); }
    }

    private FormatException Wrong(string expected)
    {
        (string found, int start) = next < tokens.Count ? ($"'{tokens[next].Text}'", tokens[next].Start) : ("the end", source.Length);
        return new FormatException($"formula '{source}', character {start + 1}: {expected} expected, not {found}.");
    }
}
