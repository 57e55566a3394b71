using System.Globalization;
using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Inspection.Sources.Expressions;

/// <summary>Recursive descent over statements like "d = a*b; L = (d + c).tanh()".</summary>
/// <remarks>Operators: + − * / and ^ or **, which binds tightest and to the right; a sign; parentheses; calls f(x) and x.f().</remarks>
public sealed class ExpressionParser
{
    /// <summary>Longest text, deepest nesting, most statements.</summary>
    public const int MaximumLength = 2000, MaximumDepth = 64, MaximumStatements = 200;

    private readonly string text;
    private int position, depth;

    private ExpressionParser(string text) => this.text = text;

    /// <summary>The statements; the last is the loss, called L where it has no name.</summary>
    /// <exception cref="ExpressionException">The text is no expression.</exception>
    public static IReadOnlyList<ExpressionStatement> Parse(string text)
    {
        if (text.Length > MaximumLength) { throw new ExpressionException(text[..60] + "…", 0, 60, $"an expression may have {MaximumLength} characters, this one has {text.Length}"); }
        return new ExpressionParser(text).Statements();
    }

    private List<ExpressionStatement> Statements()
    {
        List<ExpressionStatement> statements = [];
        while (true)
        {
            while (Take(";")) { }
            if (position == text.Length) { break; }
            statements.Add(Statement(statements));
            if (statements.Count > MaximumStatements) { throw Wrong($"more than {MaximumStatements} statements", statements[^1].Start, 1); }
            SkipBlanks();
            if (position < text.Length && text[position] != ';') { throw Wrong($"'{text[position]}' was not expected here", position, 1); }
        }
        return statements.Count > 0 ? statements : throw Wrong("an expression is missing, as in \"L = (a*b + c).tanh()\"", 0, 1);
    }

    private ExpressionStatement Statement(List<ExpressionStatement> before)
    {
        if (before.Count > 0 && before[^1].Start < 0) { throw Wrong("only the last statement may be without a name: name = value", position, 1); }
        SkipBlanks();
        int start = position;
        string name = Word();
        SkipBlanks();
        bool isNamed = name.Length > 0 && position < text.Length && text[position] == '=';
        if (!isNamed)
        {
            position = start;
            Expression value = Sum();
            if (before.Any(statement => statement.Name == "L")) { throw Wrong("the value that is looked at is called L, and L is another one already; give it a name", start, value.Length); }
            return new ExpressionStatement("L", value, -1);
        }
        if (before.Any(statement => statement.Name == name)) { throw Wrong($"'{name}' has a value already; use another name", start, name.Length); }
        if (ExpressionFunctions.Names.Contains(name)) { throw Wrong($"'{name}' is a function; use another name", start, name.Length); }
        position++;
        return new ExpressionStatement(name, Sum(), start);
    }

    private Expression Sum()
    {
        Expression left = Product();
        while (TakeOne("+-") is { } sign)
        {
            left = Join(sign, left, Product());
        }
        return left;
    }

    private Expression Product()
    {
        Expression left = Signed();
        while (TakeOne("*/") is { } sign)
        {
            left = Join(sign, left, Signed());
        }
        return left;
    }

    private Expression Signed()
    {
        SkipBlanks();
        int start = position;
        char? sign = TakeOne("+-");
        if (sign is null) { return Power(); }
        Enter(start);
        Expression operand = Signed();
        depth--;
        return sign == '+' ? operand : new NegatedExpression(operand, start, position - start);
    }

    /// <summary>a^b: the exponent may have a sign, and a^b^c is a^(b^c).</summary>
    private Expression Power()
    {
        Expression left = Postfix();
        if (!Take("**") && !Take("^")) { return left; }
        Enter(left.Start);
        Expression right = Signed();
        depth--;
        return Join('^', left, right);
    }

    /// <summary>A value, then any number of .f().</summary>
    private Expression Postfix()
    {
        Expression value = Atom();
        while (Take("."))
        {
            SkipBlanks();
            int start = position;
            string name = Function(start, Word());
            if (!Take("(") || !Take(")")) { throw Wrong($"a call of {name} is written .{name}()", start, name.Length); }
            value = new CallExpression(name, value, value.Start, position - value.Start);
        }
        return value;
    }

    private Expression Atom()
    {
        SkipBlanks();
        int start = position;
        if (Take("(")) { return Inner(start) with { Start = start, Length = position - start }; }
        if (position < text.Length && (char.IsAsciiDigit(text[position]) || (text[position] == '.' && position + 1 < text.Length && char.IsAsciiDigit(text[position + 1])))) { return Number(); }
        string name = Word();
        if (name.Length == 0)
        {
            throw position < text.Length ? Wrong($"'{text[position]}' was not expected here; a number, a name or a parenthesis was", position, 1) : Wrong("a value is missing at the end", text.Length, 1);
        }
        int end = position;
        if (!Take("("))
        {
            position = end;
            return ExpressionFunctions.Names.Contains(name) ? throw Wrong($"'{name}' is a function: {name}(x)", start, name.Length) : new NameExpression(name, start, name.Length);
        }
        Expression operand = Inner(end);
        return new CallExpression(Function(start, name), operand, start, position - start);
    }

    /// <summary>What follows an opening parenthesis, and the closing one.</summary>
    private Expression Inner(int open)
    {
        Enter(open);
        Expression inner = Sum();
        depth--;
        return Take(")") ? inner : throw (position < text.Length ? Wrong($"'{text[position]}' was not expected here; ')' was", position, 1) : Wrong("the parenthesis is not closed", open, 1));
    }

    private NumberExpression Number()
    {
        int start = position;
        while (position < text.Length && (char.IsAsciiDigit(text[position]) || text[position] is '.' or 'e' or 'E' || (text[position] is '+' or '-' && text[position - 1] is 'e' or 'E')))
        {
            // "2.tanh()" calls a function of 2.
            if (text[position] == '.' && position + 1 < text.Length && char.IsAsciiLetter(text[position + 1]) && text[position + 1] is not ('e' or 'E')) { break; }
            position++;
        }
        string digits = text[start..position];
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double value) && float.IsFinite((float)value)
            ? new NumberExpression(value, start, digits.Length)
            : throw Wrong($"'{digits}' is not a number that float32 has", start, digits.Length);
    }

    private string Function(int start, string name)
    {
        if (ExpressionFunctions.Names.Contains(name)) { return name; }
        string guess = Spelling.Nearest(name, ExpressionFunctions.Names) is { } near ? $"; did you mean {near}?" : $"; functions are {string.Join(", ", ExpressionFunctions.Names)}";
        throw Wrong(name.Length == 0 ? "the name of a function is missing" : $"there is no function '{name}'{guess}", start, name.Length);
    }

    private string Word()
    {
        SkipBlanks();
        int start = position;
        while (position < text.Length && (char.IsAsciiLetter(text[position]) || text[position] == '_' || (position > start && char.IsAsciiDigit(text[position])))) { position++; }
        return text[start..position];
    }

    private static BinaryExpression Join(char sign, Expression left, Expression right) => new(sign, left, right, left.Start, right.Start + right.Length - left.Start);

    private char? TakeOne(string signs)
    {
        SkipBlanks();
        if (position == text.Length || !signs.Contains(text[position], StringComparison.Ordinal) || (text[position] == '*' && position + 1 < text.Length && text[position + 1] == '*')) { return null; }
        return text[position++];
    }

    private bool Take(string sign)
    {
        SkipBlanks();
        bool found = text.AsSpan(position).StartsWith(sign, StringComparison.Ordinal);
        position += found ? sign.Length : 0;
        return found;
    }

    private void SkipBlanks()
    {
        while (position < text.Length && char.IsWhiteSpace(text[position])) { position++; }
    }

    private void Enter(int start)
    {
        if (++depth > MaximumDepth) { throw Wrong($"more than {MaximumDepth} levels of nesting", start, 1); }
    }

    private ExpressionException Wrong(string message, int start, int length) => new(text, start, length, message);
}
