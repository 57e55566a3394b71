using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Engine.Training;

namespace PureLlm.Engine.Inspection.Updates;

/// <summary>The frames before and after the updates: how long the gradient is, and what became of the loss.</summary>
public static partial class UpdateExplainer
{
    private const int ShownTerms = 12;

    private static UpdateView Summary(StepUpdate update) => new()
    {
        Optimizer = update.Optimizer.Name,
        Number = update.Number,
        LearningRate = update.LearningRate,
        Norm = update.Norm,
        MaximumNorm = update.MaximumNorm,
        ClipScale = update.ClipScale,
        Weights = update.Weights,
        Predicted = update.Predicted,
        LossBefore = update.LossBefore,
        LossAfter = update.LossAfter,
        Observed = update.Observed,
        Linearity = Linearity(update.Predicted, update.Observed),
        Arithmetic = update.Arithmetic,
    };

    /// <summary>How near the observed change is to the predicted one, at most 1; 0 where they have different signs.</summary>
    internal static double Linearity(double predicted, double observed) =>
        predicted == observed ? 1 : predicted * observed <= 0 ? 0 : Math.Min(predicted / observed, observed / predicted);

    private static StepView Clip(StepScene scene, StepUpdate update, StepView view)
    {
        StepTrace trace = scene.Trace;
        IReadOnlyList<Parameter> parameters = trace.Subject.Slabs.Parameters;
        double square = Enumerable.Range(0, parameters.Count).Sum(i => update.Part(i).SquaredNorm), norm = Math.Sqrt(square);
        List<LineView> lines = [new("‖g‖", "√Σ g², over all parameters", update.Norm)];
        lines.Add(update.MaximumNorm > 0
            ? new("clip", update.Clips ? $"{NumberText.Of(update.MaximumNorm)}/(‖g‖ + 1e−6)" : $"off: ‖g‖ ≤ {NumberText.Of(update.MaximumNorm)}", update.ClipScale)
            : new("clip", "off: [train] clip = 0", 1));
        if (scene.Element >= 0)
        {
            double g = trace.At(scene.Subject!.Value, scene.Element);
            lines.AddRange([new("g", $"∂L/∂{scene.Subject.Value.Tensor.Id}[{scene.Indices}]", g), new("c·g", "what the optimizer gets", update.ClipScale * g)]);
        }
        double error = norm == 0 ? update.Norm : Math.Abs(update.Norm - norm) / norm;
        ProofView proof = new("‖g‖ in float64", update.Norm, norm, error, 1e-5, "relative", error <= 1e-5, $"√Σ of {parameters.Count} parameters");
        return view with
        {
            Rule = FormulaOf("c = min(1, g_max/(norm(g) + epsilon)); norm(g) = sqrt(sum(i: g_i^2))"),
            Element = Shares(trace, scene.Indices, update.Norm * update.Norm, lines, i => update.Part(i).SquaredNorm, "‖g‖²", proof),
            Proofs = [.. view.Proofs, proof],
            ReadAs = [.. view.ReadAs, update.Clips
                ? $"the whole gradient is {UpdateText.Rounded(update.Norm / update.MaximumNorm, 3)} times as long as allowed: its direction stays, its length becomes {NumberText.Of(update.MaximumNorm)}"
                : "the gradient is not clipped: the optimizer gets it as it is"],
            Code = [Place(SourceFiles.Method(typeof(GradientNorm).Assembly, "Engine/Optimizers/GradientNorm.cs", "public double Measure("))],
        };
    }

    private static StepView Check(StepTrace trace, StepUpdate update, StepView view)
    {
        (double predicted, double observed) = (update.Predicted, update.Observed);
        double linearity = Linearity(predicted, observed);
        ProofView? proof = update.Arithmetic == "float64" ? Slope(trace, update) : null;
        return view with
        {
            Rule = FormulaOf("L(w') - L(w) ~ sum(i: g_i*(w'_i - w_i))"),
            Element = Shares(trace, "", observed,
                [
                    new("predicted ΔL", $"Σ g·Δw over all {update.Weights} weights", predicted),
                    new("L before", update.Arithmetic, update.LossBefore),
                    new("L after", update.Arithmetic, update.LossAfter),
                    new("observed ΔL", "L after − L before", observed),
                    new("linear", "the smaller of predicted/observed and its inverse", linearity),
                ], i => update.Part(i).Predicted, "Σ g·Δw", proof),
            Proofs = proof is null ? view.Proofs : [.. view.Proofs, proof],
            ReadAs = [.. view.ReadAs, SayChange(predicted, observed, linearity)],
        };
    }

    /// <summary>Σ g·Δw beside the slope of the loss along the update: a central difference, so short that curvature does not count.</summary>
    private static ProofView Slope(StepTrace trace, StepUpdate update)
    {
        const double Share = 1e-3;
        double above = update.LossAt(Share), below = update.LossAt(-Share), slope = (above - below) / (2 * Share), predicted = update.Predicted;
        double scale = Enumerable.Range(0, trace.Parameters.Count).Sum(i => Math.Abs(update.Part(i).Predicted)), error = predicted.Equals(slope) ? 0 : Math.Abs(predicted - slope) / scale;
        return new("Σ g·Δw = slope along the update", predicted, slope, error, ModelGradientCheck.Tolerance, "relative", error <= ModelGradientCheck.Tolerance,
            $"L(w + Δw/1000) = {StepText.Loss(above)}, L(w − Δw/1000) = {StepText.Loss(below)}, in float64; relative to Σ |g·Δw| of the parameters");
    }

    /// <summary>What each parameter gives to a sum, largest first.</summary>
    private static ElementView Shares(StepTrace trace, string indices, double kernel, IReadOnlyList<LineView> lines, Func<int, double> share, string name, ProofView? proof)
    {
        TermView[] terms = [.. trace.Subject.Slabs.Parameters
            .Select((parameter, i) => (Label: trace.Of(parameter.Tensor).Id, Value: share(i)))
            .OrderByDescending(term => Math.Abs(term.Value))
            .Select(term => new TermView(term.Label, [new FactorView($"{name} of {term.Label}", term.Value)], term.Value))];
        return new ElementView
        {
            Indices = indices,
            Kernel = kernel,
            Lines = lines,
            Terms = [.. terms.Take(ShownTerms)],
            MoreTerms = Math.Max(0, terms.Length - ShownTerms),
            MoreSum = terms.Skip(ShownTerms).Sum(term => term.Value),
            Sum = terms.Sum(term => term.Value),
            Proof = proof,
        };
    }

    private static string SayChange(double predicted, double observed, double linearity) => (observed, linearity) switch
    {
        (0, _) => "the update does not change the loss on this batch",
        ( > 0, _) when predicted < 0 => "the loss rises although the gradient says it falls: the step is too long for a straight line. Look at the line search",
        ( > 0, _) => "the loss rises on this batch: the momentum of earlier steps outweighs its gradient",
        (_, > 0.95) => $"the loss falls by {UpdateText.Rounded(-observed, 4)}, {Percent(linearity)} as the gradient predicts: at this learning rate the loss is nearly a plane",
        _ => $"the loss falls by {UpdateText.Rounded(-observed, 4)}; {Percent(linearity)} of a straight line: the rest is curvature",
    };

    /// <summary>The losses along the update's direction, in any frame of a step that has an optimizer.</summary>
    public static StepView LineSearch(StepScene scene, StepView view) => scene.Trace.Subject.Optimizer is null
        ? view with { Notes = [.. view.Notes, new("no optimizer", "this step ends with its gradients: without an optimizer there is no direction to search along", null)] }
        : view with { LineSearch = scene.Trace.Update.LineSearch(), Update = Summary(scene.Trace.Update), ReadAs = [.. view.ReadAs, SayLineSearch(scene.Trace.Update)] };

    private static string SayLineSearch(StepUpdate update)
    {
        IReadOnlyList<PointView> points = update.LineSearch();
        PointView best = points.MinBy(point => double.IsNaN(point.Loss) ? double.PositiveInfinity : point.Loss)!;
        string turn = best.Factor == points[^1].Factor
            ? "it keeps falling as far as was looked: one small batch can be learned by heart in a step, a real run can not"
            : "beyond, it rises again, and that is why a learning rate can be too high";
        return $"along this update the loss is lowest at η × {NumberText.Of(best.Factor)}: {UpdateText.Rounded(best.Loss, 4)}; {turn}";
    }

    private static string Percent(double share) => FormattableString.Invariant($"{100 * share:0.0} %");
}
