namespace PureLlm.Engine.Inspection.Sources;

/// <summary>How much of a training batch is looked at: a few tokens under the microscope, or all of them.</summary>
/// <param name="Sequences">From the first of the batch on.</param>
/// <param name="Tokens">Of each sequence, from its start; the whole sequence where it is shorter.</param>
/// <param name="IsWhole">Everything: the gradients are then the trainer's, bit for bit.</param>
public readonly record struct BatchCut(int Sequences, int Tokens, bool IsWhole = false)
{
    /// <summary>One sequence of at most 32 tokens.</summary>
    public static BatchCut Microscope { get; } = new(1, 32);

    /// <summary>The batch as the trainer sees it.</summary>
    public static BatchCut Whole { get; } = new(int.MaxValue, int.MaxValue, true);
}
