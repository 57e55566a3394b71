using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Engine.Optimizers;

namespace PureLlm.Engine.Inspection.Updates;

/// <summary>What goes into the update of one weight, as it is stored.</summary>
/// <param name="Weight">w before.</param>
/// <param name="Gradient">∂L/∂w, not clipped.</param>
/// <param name="M">The first moment before; 0 where there is none.</param>
/// <param name="V">The second moment before; 0 where there is none.</param>
internal readonly record struct WeightState(float Weight, float Gradient, float M, float V);

/// <summary>The update of one weight, taken apart twice: as a learner would write it, and in the kernel's own float32 operations.</summary>
internal abstract record ElementUpdate
{
    /// <summary>The rule of the optimizer, in the notation of <see cref="Autograd.Inspection.Explanations.Formula"/>.</summary>
    public abstract string Formula { get; }

    /// <summary>The formula with its numbers, in float64.</summary>
    public required IReadOnlyList<LineView> Lines { get; init; }

    /// <summary>Every rounded number of the kernel, in its order; the last is the new weight.</summary>
    public required IReadOnlyList<LineView> Kernel { get; init; }

    /// <summary>The new weight by the formula in float64.</summary>
    public required double Textbook { get; init; }

    /// <summary>The new weight by the kernel's operations in float32: the bits that are stored.</summary>
    public required float Replayed { get; init; }

    public IReadOnlyList<NoteView> Notes { get; init; } = [];

    /// <summary>The lines that make the update.</summary>
    public abstract IReadOnlyList<SourcePlace> Source { get; }

    /// <summary>g, and its clipping where there is one.</summary>
    private protected static List<LineView> GradientLines(StepUpdate update, float gradient)
    {
        List<LineView> lines = [new("g", "∂L/∂w", gradient)];
        if (update.Clips)
        {
            lines.Add(new("c", $"clip: {NumberText.Of(update.MaximumNorm)}/(‖g‖ + 1e−6), ‖g‖ = {NumberText.Of(update.Norm)}", update.ClipScale));
            lines.Add(new("g", $"c·g = {NumberText.Of(update.ClipScale)}·{NumberText.Operand(gradient)}", update.ClipScale * gradient));
        }
        return lines;
    }

    /// <summary>The last lines: w before, after, and how much that is.</summary>
    private protected static IEnumerable<LineView> WeightLines(double before, double change, string expression) =>
    [
        new("w before", "", before),
        new("w after", expression, before + change),
        new("update/weight", $"|Δw|/|w|, usual 1e−3: {Size(change, before)}", before == 0 ? double.PositiveInfinity : Math.Abs(change / before)),
    ];

    /// <summary>"high", "low" or "usual", as most steps move a weight by about a thousandth.</summary>
    public static string Size(double change, double weight) => (weight == 0 ? double.PositiveInfinity : Math.Abs(change / weight)) switch
    {
        > 3e-3 => "high",
        < 3e-4 => "low",
        _ => "usual",
    };
}
