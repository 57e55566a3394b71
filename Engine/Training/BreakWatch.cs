using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Training;

/// <summary>Keeps what break rules compare with, and tries them on every step.</summary>
internal sealed class BreakWatch(Values<BreakRule> rules)
{
    /// <summary>Loss of the last step, NaN before the first.</summary>
    public double Previous { get; private set; } = double.NaN;

    /// <summary>Loss of the step before it.</summary>
    public double Earlier { get; private set; } = double.NaN;

    /// <summary>Lowest loss so far.</summary>
    public double Best { get; private set; } = double.NaN;

    /// <summary>Whether a rule asks for the loss or the gradient's norm of the step that it may stop.</summary>
    public bool IsMeasured { get; } = rules.Any(rule => rule.IsMeasured);

    /// <summary>The first rule that holds, or null.</summary>
    public BreakRule? Check(in BreakValues values)
    {
        for (int i = 0; i < rules.Count; i++)
        {
            if (rules[i].IsTrue(values))
            {
                return rules[i];
            }
        }
        return null;
    }

    /// <summary>Takes in the loss of a step that was applied.</summary>
    public void Note(double loss)
    {
        (Earlier, Previous) = (Previous, loss);
        Best = double.IsNaN(Best) || loss < Best ? loss : Best;
    }

    /// <summary>Goes on from a checkpoint.</summary>
    public void Restore(double? previous, double? best) => (Previous, Best) = (previous ?? double.NaN, best ?? double.NaN);
}
