using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Engine.Optimizers;

namespace PureLlm.Engine.Inspection.Updates;

/// <summary>AdamW's update of one weight.</summary>
/// <remarks>The kernel's form is m += (1 − β₁)(g − m), v += (1 − β₂)(g² − v), w −= (η·λ)·w, w −= (η/(1 − β₁ᵗ))·m/(√v·(1/√(1 − β₂ᵗ)) + ε), each with fused multiply-adds.</remarks>
internal sealed record AdamWElement : ElementUpdate
{
    private const float SmallestNormal = 1.17549435e-38f;

    public override string Formula => "w <- w - eta*(hat(m)/(sqrt(hat(v)) + epsilon) + lambda*w); hat(m) = m/(1 - beta_1^t); hat(v) = v/(1 - beta_2^t)";

    public override IReadOnlyList<SourcePlace> Source => [SourceFiles.Method("Kernels/Cpu/AdamWKernel.cs", "private void Update<")];

    public static AdamWElement Of(StepUpdate update, AdamWRule rule, WeightState state)
    {
        (double eta, long t, double w, double g) = (update.LearningRate, update.Number, state.Weight, update.ClipScale * state.Gradient);
        double b1 = rule.Beta1, b2 = rule.Beta2;
        double m = (b1 * state.M) + ((1 - b1) * g), v = (b2 * state.V) + ((1 - b2) * g * g);
        double mHat = m / (1 - Math.Pow(b1, t)), vHat = v / (1 - Math.Pow(b2, t));
        double adaptive = -eta * mHat / (Math.Sqrt(vHat) + rule.Epsilon), decay = -eta * rule.Decay * w;
        (string one, string two, string power) = (NumberText.Of(b1), NumberText.Of(b2), UpdateText.Power(t));

        List<LineView> lines = GradientLines(update, state.Gradient);
        lines.Add(new("m", $"{one}·{NumberText.Operand(state.M)} + {NumberText.Of(1 - b1)}·{NumberText.Operand(g)}", m));
        lines.Add(new("v", $"{two}·{NumberText.Operand(state.V)} + {NumberText.Of(1 - b2)}·{NumberText.Operand(g)}²", v));
        lines.Add(new("m̂", $"m/(1 − {one}{power})", mHat));
        lines.Add(new("v̂", $"v/(1 − {two}{power})", vHat));
        lines.Add(new("adaptive step", $"−η·m̂/(√v̂ + ε) = −{NumberText.Of(eta)}·{NumberText.Operand(mHat)}/({NumberText.Of(Math.Sqrt(vHat))} + {NumberText.Of(rule.Epsilon)})", adaptive));
        lines.Add(new("decay", rule.Decay == 0 ? "−η·λ·w, λ = 0 here: vectors and scalars do not decay" : $"−η·λ·w = −{NumberText.Of(eta)}·{NumberText.Of(rule.Decay)}·{NumberText.Operand(w)}", decay));
        lines.AddRange(WeightLines(w, adaptive + decay, "w + adaptive step + decay"));
        (IReadOnlyList<LineView> kernel, float replayed) = Replay(update, rule, state);
        return new AdamWElement { Lines = lines, Kernel = kernel, Textbook = w + adaptive + decay, Replayed = replayed, Notes = [.. Remark(update, rule, state, mHat, vHat)] };
    }

    private static (IReadOnlyList<LineView>, float) Replay(StepUpdate update, AdamWRule rule, WeightState state)
    {
        float eta = (float)update.LearningRate, scale = (float)update.ClipScale, toMean = (float)(1 - rule.Beta1), toSquare = (float)(1 - rule.Beta2);
        float rate = (float)(eta / (1 - Math.Pow(rule.Beta1, update.Number))), decay = (float)((double)eta * (float)rule.Decay);
        float correction = (float)(1 / Math.Sqrt(1 - Math.Pow(rule.Beta2, update.Number))), epsilon = (float)rule.Epsilon;
        float g = state.Gradient * scale;
        float m = Normal(MathF.FusedMultiplyAdd(toMean, g - state.M, state.M));
        float v = Normal(MathF.FusedMultiplyAdd(toSquare, (g * g) - state.V, state.V));
        float root = MathF.FusedMultiplyAdd(MathF.Sqrt(v), correction, epsilon);
        float kept = MathF.FusedMultiplyAdd(-decay, state.Weight, state.Weight);
        float w = MathF.FusedMultiplyAdd(-rate, m / root, kept);
        return
        ([
            new("g", $"∂L/∂w · {NumberText.Of(scale)}, rounded", g),
            new("1 − β₁", "rounded", toMean),
            new("m before", "", state.M),
            new("m", "fma(1 − β₁, g − m, m)", m),
            new("1 − β₂", "rounded", toSquare),
            new("v before", "", state.V),
            new("v", "fma(1 − β₂, g·g − v, v)", v),
            new("1/√(1 − β₂ᵗ)", "rounded", correction),
            new("ε", "", epsilon),
            new("root", "fma(√v, 1/√(1 − β₂ᵗ), ε)", root),
            new("η·λ", "rounded", decay),
            new("w before", "", state.Weight),
            new("w decayed", "fma(−η·λ, w, w)", kept),
            new("η/(1 − β₁ᵗ)", "rounded", rate),
            new("w after", "fma(−η/(1 − β₁ᵗ), m/root, w decayed)", w),
        ], w);
    }

    /// <summary>A moment below the normal floats is kept as 0.</summary>
    private static float Normal(float x) => MathF.Abs(x) < SmallestNormal ? 0 : x;

    private static IEnumerable<NoteView> Remark(StepUpdate update, AdamWRule rule, WeightState state, double mHat, double vHat)
    {
        if (update.Number == 1 && Math.Sqrt(vHat) > 10 * rule.Epsilon)
        {
            yield return new("first step", $"the first Adam step is ±η whatever the gradient's size: m̂ = g and √v̂ = |g|, so m̂/√v̂ = {(mHat < 0 ? "−1" : "+1")}", null);
        }
        if (state.Gradient == 0) { yield return new("zero gradient", "the gradient is exactly 0: this weight moves by its momentum and its decay alone", null); }
        else if (Math.Sqrt(vHat) < 10 * rule.Epsilon)
        {
            yield return new("epsilon", $"√v̂ = {NumberText.Of(Math.Sqrt(vHat))} is not far above ε = {NumberText.Of(rule.Epsilon)}: the step is smaller than Adam's usual one", null);
        }
        if (mHat * state.Gradient < 0) { yield return new("momentum", "the mean of the gradients outweighs this one: the weight moves along its own gradient, uphill for this batch", null); }
    }
}
