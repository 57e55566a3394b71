using System.Globalization;

namespace PureLlm.Engine.Configuration;

/// <summary>Recursive descent over a break rule: or, and, not, one comparison, sums, products, a sign, a number, a name or parentheses.</summary>
internal sealed class BreakParser(string text)
{
    private const int MaximumDepth = 64;
    private static readonly string[] Comparisons = ["<=", ">=", "==", "!=", "<", ">", "="];

    private int position;
    private int depth;
    private BreakError? failure;

    /// <summary>The expression, or null and the first error.</summary>
    public BreakExpression? Parse(out BreakError error)
    {
        BreakExpression expression = Or();
        SkipBlanks();
        if (failure is null && position < text.Length)
        {
            Fail($"'{text[position]}' was not expected here", position, 1);
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
        while (failure is null && (TakeWord(word) || Take(sign)))
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
        SkipBlanks();
        int start = position;
        bool sign = position < text.Length && text[position] == '!' && !text.AsSpan(position).StartsWith("!=");
        if (!sign && !TakeWord("not"))
        {
            return Comparison();
        }
        position += sign ? 1 : 0;
        if (!Enter(start))
        {
            return new BreakNumber(0, start, 0);
        }
        BreakExpression operand = Not();
        depth--;
        RequireTruth(operand);
        return new BreakUnary("not", operand, start, position - start);
    }

    private BreakExpression Comparison()
    {
        BreakExpression left = Sum();
        foreach (string comparison in Comparisons)
        {
            if (failure is null && Take(comparison))
            {
                BreakExpression right = Sum();
                RequireNumber(left);
                RequireNumber(right);
                return Join(comparison == "=" ? "==" : comparison, left, right);
            }
        }
        return left;
    }

    private BreakExpression Sum()
    {
        BreakExpression left = Product();
        while (failure is null && (Take("+") ? "+" : Take("-") ? "-" : null) is string sign)
        {
            left = Arithmetic(sign, left, Product());
        }
        return left;
    }

    private BreakExpression Product()
    {
        BreakExpression left = Factor();
        while (failure is null && (Take("*") ? "*" : Take("/") ? "/" : null) is string sign)
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
        SkipBlanks();
        int start = position;
        if (Take("-"))
        {
            if (!Enter(start))
            {
                return new BreakNumber(0, start, 0);
            }
            BreakExpression operand = Factor();
            depth--;
            RequireNumber(operand);
            return new BreakUnary("-", operand, start, position - start);
        }
        if (Take("("))
        {
            if (!Enter(start))
            {
                return new BreakNumber(0, start, 0);
            }
            BreakExpression inner = Or();
            depth--;
            if (failure is null && !Take(")"))
            {
                Fail("the parenthesis is not closed", start, 1);
            }
            return inner;
        }
        return position < text.Length && (char.IsAsciiDigit(text[position]) || text[position] == '.') ? Number() : Name();
    }

    private BreakNumber Number()
    {
        int start = position;
        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] is '.' or '_'
            || (text[position] is '+' or '-' && text[position - 1] is 'e' or 'E')))
        {
            position++;
        }
        string digits = text[start..position].Replace("_", "", StringComparison.Ordinal);
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double value))
        {
            Fail($"'{text[start..position]}' is not a number", start, position - start);
        }
        return new BreakNumber(value, start, position - start);
    }

    private BreakName Name()
    {
        int start = position;
        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] == '_'))
        {
            position++;
        }
        string name = text[start..position];
        if (name.Length == 0)
        {
            Fail(position < text.Length ? $"'{text[position]}' was not expected here" : "a number or a name is missing", Math.Min(start, Math.Max(0, text.Length - 1)), 1);
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
        if (++depth > MaximumDepth)
        {
            Fail($"more than {MaximumDepth} levels of nesting", start, 1);
            return false;
        }
        return failure is null;
    }

    private bool Take(string sign)
    {
        SkipBlanks();
        bool found = text.AsSpan(position).StartsWith(sign, StringComparison.Ordinal);
        position += found ? sign.Length : 0;
        return found;
    }

    private bool TakeWord(string word)
    {
        SkipBlanks();
        int end = position + word.Length;
        return (end >= text.Length || !(char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')) && Take(word);
    }

    private void SkipBlanks()
    {
        while (position < text.Length && text[position] is ' ' or '\t')
        {
            position++;
        }
    }

    private void Fail(string message, int start, int length) => failure ??= new BreakError(message, start, length);
}
