using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Engine.Optimizers;

namespace PureLlm.Engine.Inspection.Updates;

/// <summary>Gradient descent's update of one weight, with momentum, Nesterov's look-ahead and the L2 term.</summary>
internal sealed record SgdElement : ElementUpdate
{
    private bool HasMomentum { get; init; }

    private bool LooksAhead { get; init; }

    public override string Formula => (HasMomentum, LooksAhead) switch
    {
        (false, _) => "w <- w - eta*(g + lambda*w)",
        (true, false) => "m <- mu*m + g + lambda*w; w <- w - eta*m",
        _ => "m <- mu*m + g + lambda*w; w <- w - eta*(g + lambda*w + mu*m)",
    };

    public override IReadOnlyList<SourcePlace> Source => [SourceFiles.Method("Kernels/Cpu/SgdKernel.cs", "private void Update<")];

    public static SgdElement Of(StepUpdate update, SgdRule rule, WeightState state)
    {
        double eta = update.LearningRate, w = state.Weight, g = update.ClipScale * state.Gradient, full = g + (rule.Decay * w), mu = rule.Momentum;
        bool hasMomentum = !rule.M.IsEmpty;
        double m = hasMomentum ? (mu * state.M) + full : full, step = hasMomentum && rule.Nesterov ? full + (mu * m) : m;
        List<LineView> lines = GradientLines(update, state.Gradient);
        if (rule.Decay != 0) { lines.Add(new("g'", $"g + λ·w = {NumberText.Of(g)} + {NumberText.Of(rule.Decay)}·{NumberText.Operand(w)}", full)); }
        if (hasMomentum) { lines.Add(new("m", $"{NumberText.Of(mu)}·{NumberText.Operand(state.M)} + {NumberText.Operand(full)}", m)); }
        if (hasMomentum && rule.Nesterov) { lines.Add(new("look-ahead", $"g' + μ·m = {NumberText.Of(full)} + {NumberText.Of(mu)}·{NumberText.Operand(m)}", step)); }
        lines.Add(new("step", $"−η·{(hasMomentum ? rule.Nesterov ? "(g' + μ·m)" : "m" : "g'")} = −{NumberText.Of(eta)}·{NumberText.Operand(step)}", -eta * step));
        lines.AddRange(WeightLines(w, -eta * step, "w + step"));
        (IReadOnlyList<LineView> kernel, float replayed) = Replay(update, rule, state);
        return new SgdElement { Lines = lines, Kernel = kernel, Textbook = w - (eta * step), Replayed = replayed, HasMomentum = hasMomentum, LooksAhead = rule.Nesterov, Notes = [.. Remark(state)] };
    }

    private static (IReadOnlyList<LineView>, float) Replay(StepUpdate update, SgdRule rule, WeightState state)
    {
        float eta = (float)update.LearningRate, mu = (float)rule.Momentum, decay = (float)rule.Decay, scaled = state.Gradient * (float)update.ClipScale;
        float g = MathF.FusedMultiplyAdd(decay, state.Weight, scaled), step = g;
        List<LineView> lines =
        [
            new("g", $"∂L/∂w · {NumberText.Of((float)update.ClipScale)}, rounded", scaled),
            new("λ", "", decay),
            new("w before", "", state.Weight),
            new("g'", "fma(λ, w, g)", g),
        ];
        if (!rule.M.IsEmpty)
        {
            float m = step = MathF.FusedMultiplyAdd(mu, state.M, g);
            lines.AddRange([new("μ", "", mu), new("m before", "", state.M), new("m", "fma(μ, m, g')", m)]);
            if (rule.Nesterov)
            {
                step = MathF.FusedMultiplyAdd(mu, m, g);
                lines.Add(new("look-ahead", "fma(μ, m, g')", step));
            }
        }
        float w = MathF.FusedMultiplyAdd(-eta, step, state.Weight);
        lines.AddRange([new("η", "", eta), new("w after", $"fma(−η, {lines[^1].Name}, w)", w)]);
        return (lines, w);
    }

    private static IEnumerable<NoteView> Remark(WeightState state)
    {
        if (state.Gradient == 0) { yield return new("zero gradient", "the gradient is exactly 0: this weight moves by its momentum and its decay alone", null); }
    }
}
