using System.Globalization;
using System.Text;
using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Training;

/// <summary>Which rule stopped a run, what led to it, and what is saved.</summary>
/// <param name="Step">The step that was measured and not applied, from 1.</param>
/// <param name="Rule">The rule's text.</param>
/// <param name="Values">What it looked at.</param>
/// <param name="EarlierLoss">The loss two steps before, NaN if there was none.</param>
/// <param name="Origin">Where the first number that is not finite came from, if there is one.</param>
/// <param name="Checkpoint">The last good checkpoint's folder, or null if there is none.</param>
public sealed record BreakReport(long Step, string Rule, BreakValues Values, double EarlierLoss, NonFiniteOrigin? Origin, string? Checkpoint)
{
    /// <summary>The whole message: what, where, what is saved.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        string[] losses = [.. new[] { EarlierLoss, Values.Previous }.Where(double.IsFinite).Append(Values.Loss).Select(Number)];
        text.Append(CultureInfo.InvariantCulture, $"stopped at step {Step}: loss {string.Join(" → ", losses)}, gradient norm {Number(Values.GradientNorm)}   (break rule \"{Rule}\")\n");
        if (Origin is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"  origin    step {Step}, {Origin}\n");
        }
        text.Append(Checkpoint is null ? "  saved     nothing: no step was good" : $"  saved     {Checkpoint} (last good)");
        return text.ToString();
    }

    internal static string Number(double x) =>
        double.IsNaN(x) ? "NaN" : double.IsPositiveInfinity(x) ? "+∞" : double.IsNegativeInfinity(x) ? "−∞" : x.ToString("G4", CultureInfo.InvariantCulture);
}
