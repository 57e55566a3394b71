namespace PureLlm.Engine.Configuration;

/// <summary>Recursive descent over a break rule: or, and, not, one comparison, sums, products, a sign, a number, a name or parentheses.</summary>
internal sealed class BreakParser(string text)
{
    /// <summary>What breakpoints of the step viewer know beside the names of rules: things of one frame.</summary>
    private static readonly string[] OfFrames = ["op", "module", "tensor", "max", "min", "mean", "rms", "zeros", "update", "check"];

    private readonly RuleText rule = new(text);
    private BreakError? failure;

    /// <summary>The expression, or null and the first error.</summary>
    public BreakExpression? Parse(out BreakError error)
    {
        BreakExpression expression = Or();
        rule.SkipBlanks();
        if (failure is null && !rule.IsAtEnd)
        {
            Fail($"'{rule.Next}' was not expected here", rule.Position, 1);
        }
        if (failure is null && !IsTruth(expression))
        {
            Fail("a rule must be true or false: compare it, as in \"gnorm > 100\"", expression.Start, expression.Length);
        }
        error = failure ?? default;
        return failure is null ? expression : null;
    }

    private static bool IsTruth(BreakExpression expression) => expression switch
    {
        BreakName { Name: "nan" or "inf" } => true,
        BreakUnary { Operator: "not" } => true,
        BreakBinary { Operator: "+" or "-" or "*" or "/" } => false,
        BreakBinary => true,
        _ => false,
    };

    private BreakExpression Or() => Chain(And, "or", "||");

    private BreakExpression And() => Chain(Not, "and", "&&");

    private BreakExpression Chain(Func<BreakExpression> next, string word, string sign)
    {
        BreakExpression left = next();
        while (failure is null && (rule.TakeWord(word) || rule.Take(sign)))
        {
            BreakExpression right = next();
            RequireTruth(left);
            RequireTruth(right);
            left = Join(word, left, right);
        }
        return left;
    }

    private BreakExpression Not()
    {
        rule.SkipBlanks();
        int start = rule.Position;
        if (!rule.TakeNot())
        {
            return Comparison();
        }
        if (!Enter(start))
        {
            return new BreakNumber(0, start, 0);
        }
        BreakExpression operand = Not();
        rule.Leave();
        RequireTruth(operand);
        return new BreakUnary("not", operand, start, rule.Position - start);
    }

    private BreakExpression Comparison()
    {
        BreakExpression left = Sum();
        if (failure is not null || rule.TakeComparison() is not { } comparison)
        {
            return left;
        }
        BreakExpression right = Sum();
        RequireNumber(left);
        RequireNumber(right);
        return Join(comparison, left, right);
    }

    private BreakExpression Sum()
    {
        BreakExpression left = Product();
        while (failure is null && rule.Take("+", "-") is { } sign)
        {
            left = Arithmetic(sign, left, Product());
        }
        return left;
    }

    private BreakExpression Product()
    {
        BreakExpression left = Factor();
        while (failure is null && rule.Take("*", "/") is { } sign)
        {
            left = Arithmetic(sign, left, Factor());
        }
        return left;
    }

    private BreakBinary Arithmetic(string sign, BreakExpression left, BreakExpression right)
    {
        RequireNumber(left);
        RequireNumber(right);
        return Join(sign, left, right);
    }

    private BreakExpression Factor()
    {
        rule.SkipBlanks();
        int start = rule.Position;
        if (rule.Take("-"))
        {
            if (!Enter(start))
            {
                return new BreakNumber(0, start, 0);
            }
            BreakExpression operand = Factor();
            rule.Leave();
            RequireNumber(operand);
            return new BreakUnary("-", operand, start, rule.Position - start);
        }
        if (rule.Take("("))
        {
            if (!Enter(start))
            {
                return new BreakNumber(0, start, 0);
            }
            BreakExpression inner = Or();
            rule.Leave();
            if (failure is null && !rule.Take(")"))
            {
                Fail("the parenthesis is not closed", start, 1);
            }
            return inner;
        }
        return rule.IsAtNumber ? Number() : Name();
    }

    private BreakNumber Number()
    {
        int start = rule.Position;
        if (!rule.TakeNumber(out double value))
        {
            Fail($"'{rule.From(start)}' is not a number", start, rule.Position - start);
        }
        return new BreakNumber(value, start, rule.Position - start);
    }

    private BreakName Name()
    {
        int start = rule.Position;
        string name = rule.TakeName();
        if (name.Length == 0)
        {
            Fail(rule.IsAtEnd ? "a number or a name is missing" : $"'{rule.Next}' was not expected here", Math.Min(start, Math.Max(0, text.Length - 1)), 1);
        }
        else if (OfFrames.Contains(name))
        {
            Fail($"'{name}' is of one frame of a step, which pure-llm step --break stops at; a rule of training knows {string.Join(", ", BreakName.All)}", start, name.Length);
        }
        else if (!BreakName.All.Contains(name))
        {
            string near = Spelling.Nearest(name, BreakName.All) is string guess ? $"; did you mean '{guess}'?" : $"; names are {string.Join(", ", BreakName.All)}";
            Fail($"unknown name '{name}'{near}", start, name.Length);
        }
        return new BreakName(name, start, name.Length);
    }

    private static BreakBinary Join(string sign, BreakExpression left, BreakExpression right) =>
        new(sign, left, right, left.Start, right.Start + right.Length - left.Start);

    private void RequireTruth(BreakExpression expression)
    {
        if (!IsTruth(expression))
        {
            Fail("'and', 'or' and 'not' join comparisons, and this is a number", expression.Start, expression.Length);
        }
    }

    private void RequireNumber(BreakExpression expression)
    {
        if (IsTruth(expression))
        {
            Fail("this is true or false, and a number is needed", expression.Start, expression.Length);
        }
    }

    private bool Enter(int start)
    {
        if (!rule.Enter())
        {
            Fail($"more than {RuleText.MaximumDepth} levels of nesting", start, 1);
            return false;
        }
        return failure is null;
    }

    private void Fail(string message, int start, int length) => failure ??= new BreakError(message, start, length);
}
