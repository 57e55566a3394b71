namespace PureLlm.Engine.Configuration;

/// <summary>The numbers of one training step that a <see cref="BreakRule"/> may name; NaN where not measured.</summary>
public readonly record struct BreakValues
{
    public BreakValues() { }

    public double Step { get; init; } = double.NaN;

    public double Tokens { get; init; } = double.NaN;

    public double Seconds { get; init; } = double.NaN;

    public double Loss { get; init; } = double.NaN;

    /// <summary>Loss of the step before; NaN at the first.</summary>
    public double Previous { get; init; } = double.NaN;

    /// <summary>Lowest loss of the steps before; NaN at the first.</summary>
    public double Best { get; init; } = double.NaN;

    /// <summary>The last validation loss.</summary>
    public double Validation { get; init; } = double.NaN;

    public double GradientNorm { get; init; } = double.NaN;

    public double LearningRate { get; init; } = double.NaN;
}

/// <summary>A rule of [break] on: "nan", "gnorm > 100", "loss > 2 * best and step > 100".</summary>
/// <remarks><c>nan</c> and <c>inf</c> look at loss and gradient norm. Names: step, tokens, seconds, loss, prev, best, val, gnorm, lr.
/// A comparison with a value that was not measured is false.</remarks>
public sealed class BreakRule : IEquatable<BreakRule>
{
    /// <summary>Longest text of a rule.</summary>
    public const int MaximumLength = 500;

    private BreakRule(string text, BreakExpression expression) => (Text, Expression) = (text, expression);

    /// <summary>The rule as it was written.</summary>
    public string Text { get; }

    public BreakExpression Expression { get; }

    /// <exception cref="FormatException">The text is no rule; the message names the place.</exception>
    public static BreakRule Parse(string text) => TryParse(text, out BreakRule? rule, out BreakError error)
        ? rule!
        : throw new FormatException($"Break rule \"{text}\", column {error.Start + 1}: {error.Message}.");

    public static bool TryParse(string text, out BreakRule? rule, out BreakError error)
    {
        if (text.Length > MaximumLength)
        {
            (rule, error) = (null, new BreakError($"a rule may have {MaximumLength} characters, this one has {text.Length}", 0, text.Length));
            return false;
        }
        BreakExpression? expression = new BreakParser(text).Parse(out error);
        rule = expression is null ? null : new BreakRule(text, expression);
        return rule is not null;
    }

    /// <summary>Whether it asks for what a step has to be computed for: the loss, or the norm of the gradient.</summary>
    public bool IsMeasured => Expression.Names.Any(name => name is "nan" or "inf" or "loss" or "gnorm");

    public bool IsTrue(in BreakValues values) => Expression.Evaluate(values) is > 0 or < 0;

    public bool Equals(BreakRule? other) => other is not null && other.Text == Text;

    public override bool Equals(object? obj) => Equals(obj as BreakRule);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}

/// <summary>Why a text is no rule, and where in it.</summary>
public readonly record struct BreakError(string Message, int Start, int Length);
