using System.Globalization;

namespace PureLlm.Engine.Inspection.Sources.Expressions;

/// <summary>A part of a scalar expression, and where it stands in the text.</summary>
public abstract record Expression(int Start, int Length)
{
    /// <summary>How tightly it binds: a part that binds less is put in parentheses.</summary>
    internal abstract int Strength { get; }

    /// <summary>As one would write it, with no more parentheses than needed.</summary>
    public abstract override string ToString();

    private protected static string Within(Expression part, int strength) => part.Strength < strength ? $"({part})" : part.ToString();
}

public sealed record NumberExpression(double Value, int Start, int Length) : Expression(Start, Length)
{
    internal override int Strength => Value < 0 ? 3 : 5;

    public override string ToString() => Value.ToString("R", CultureInfo.InvariantCulture);
}

public sealed record NameExpression(string Name, int Start, int Length) : Expression(Start, Length)
{
    internal override int Strength => 5;

    public override string ToString() => Name;
}

/// <summary>−x.</summary>
public sealed record NegatedExpression(Expression Operand, int Start, int Length) : Expression(Start, Length)
{
    internal override int Strength => 3;

    public override string ToString() => $"-{Within(Operand, 3)}";
}

/// <summary>a + b, a − b, a·b, a/b, or a^b.</summary>
public sealed record BinaryExpression(char Sign, Expression Left, Expression Right, int Start, int Length) : Expression(Start, Length)
{
    internal override int Strength => Sign switch { '+' or '-' => 1, '^' => 4, _ => 2 };

    public override string ToString() => Sign == '^'
        ? $"{Within(Left, 5)}^{Within(Right, 4)}"
        : $"{Within(Left, Strength)}{(Strength == 1 ? $" {Sign} " : Sign)}{Within(Right, Strength + 1)}";
}

/// <summary>f(x), or x.f().</summary>
public sealed record CallExpression(string Function, Expression Operand, int Start, int Length) : Expression(Start, Length)
{
    internal override int Strength => 5;

    public override string ToString() => $"{Function}({Operand})";
}

/// <summary>name = value; the last of several is the loss.</summary>
public sealed record ExpressionStatement(string Name, Expression Value, int Start);
