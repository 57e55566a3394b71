using System.Globalization;

namespace PureLlm.Engine.Configuration;

/// <summary>What a <see cref="Budget"/> counts.</summary>
public enum BudgetUnit { Steps, Seconds, Tokens }

/// <summary>An amount of training: "2000 steps", "120s", "3M tokens". The length of a run, or the distance between two evaluations; 0 is off.</summary>
public readonly record struct Budget(double Amount, BudgetUnit Unit)
{
    public static Budget Steps(long steps) => new(steps, BudgetUnit.Steps);

    public static Budget Time(TimeSpan time) => new(time.TotalSeconds, BudgetUnit.Seconds);

    public static Budget Seconds(double seconds) => new(seconds, BudgetUnit.Seconds);

    public static Budget Tokens(long tokens) => new(tokens, BudgetUnit.Tokens);

    public bool IsZero => Amount == 0;

    /// <summary>The steps of this budget, if it is one of steps or tokens; null for a time, whose steps only a calibration knows.</summary>
    public long? StepsFor(long tokensPerStep) => Unit switch
    {
        BudgetUnit.Steps => (long)Amount,
        BudgetUnit.Tokens => Math.Max(1, (long)Math.Ceiling(Amount / tokensPerStep)),
        _ => null,
    };

    /// <summary>The text that the reader turns back into this budget.</summary>
    public override string ToString() => Unit switch
    {
        BudgetUnit.Seconds => Amount.ToString("R", CultureInfo.InvariantCulture) + "s",
        BudgetUnit.Tokens => Quantity.Count(Amount) + " tokens",
        _ => Amount.ToString("R", CultureInfo.InvariantCulture) + " steps",
    };
}

/// <summary>An absolute amount, or a share of a whole that is known later: "40 steps" or "2%".</summary>
public readonly record struct Portion(double Value, bool IsShare)
{
    public static Portion Absolute(double value) => new(value, false);

    public static Portion Share(double share) => new(share, true);

    public double Of(double whole) => IsShare ? Value * whole : Value;

    public override string ToString() => IsShare
        ? (Value * 100).ToString("G15", CultureInfo.InvariantCulture) + "%"
        : Value.ToString("R", CultureInfo.InvariantCulture);
}
