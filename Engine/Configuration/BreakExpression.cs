namespace PureLlm.Engine.Configuration;

/// <summary>A node of a break rule: what it computes and where it stands in the text. Truth is 1, falsehood 0.</summary>
public abstract record BreakExpression(int Start, int Length)
{
    public abstract double Evaluate(in BreakValues values);

    /// <summary>The names in it, in order.</summary>
    internal virtual IEnumerable<string> Names => [];
}

public sealed record BreakNumber(double Value, int Start, int Length) : BreakExpression(Start, Length)
{
    public override double Evaluate(in BreakValues values) => Value;
}

public sealed record BreakName(string Name, int Start, int Length) : BreakExpression(Start, Length)
{
    /// <summary>Every name that a rule may use.</summary>
    public static IReadOnlyList<string> All { get; } = ["nan", "inf", "loss", "prev", "best", "val", "gnorm", "lr", "step", "tokens", "seconds"];

    internal override IEnumerable<string> Names => [Name];

    public override double Evaluate(in BreakValues values) => Name switch
    {
        "nan" => double.IsNaN(values.Loss) || double.IsNaN(values.GradientNorm) ? 1 : 0,
        "inf" => double.IsInfinity(values.Loss) || double.IsInfinity(values.GradientNorm) ? 1 : 0,
        "loss" => values.Loss,
        "prev" => values.Previous,
        "best" => values.Best,
        "val" => values.Validation,
        "gnorm" => values.GradientNorm,
        "lr" => values.LearningRate,
        "step" => values.Step,
        "tokens" => values.Tokens,
        "seconds" => values.Seconds,
        _ => double.NaN,
    };
}

/// <summary>−x, or not x.</summary>
public sealed record BreakUnary(string Operator, BreakExpression Operand, int Start, int Length) : BreakExpression(Start, Length)
{
    internal override IEnumerable<string> Names => Operand.Names;

    public override double Evaluate(in BreakValues values)
    {
        double x = Operand.Evaluate(values);
        return Operator == "-" ? -x : x is > 0 or < 0 ? 0 : 1;
    }
}

/// <summary>Arithmetic, a comparison, <c>and</c> or <c>or</c>.</summary>
public sealed record BreakBinary(string Operator, BreakExpression Left, BreakExpression Right, int Start, int Length) : BreakExpression(Start, Length)
{
    internal override IEnumerable<string> Names => Left.Names.Concat(Right.Names);

    public override double Evaluate(in BreakValues values)
    {
        double a = Left.Evaluate(values), b = Right.Evaluate(values);
        return Operator switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            "<" => a < b ? 1 : 0,
            "<=" => a <= b ? 1 : 0,
            ">" => a > b ? 1 : 0,
            ">=" => a >= b ? 1 : 0,
            "==" => a == b ? 1 : 0,
            "!=" => a < b || a > b ? 1 : 0,
            "and" => a is > 0 or < 0 && b is > 0 or < 0 ? 1 : 0,
            _ => a is > 0 or < 0 || b is > 0 or < 0 ? 1 : 0,
        };
    }
}
