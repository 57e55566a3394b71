using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Engine.Optimizers;

namespace PureLlm.Engine.Inspection.Updates;

/// <summary>Muon's update of one weight: its momentum's matrix, made orthogonal.</summary>
internal sealed record MuonElement : ElementUpdate
{
    public override string Formula => LooksAhead
        ? "m <- mu*m + g; U = g + mu*m; O = NS_5(U); w <- w - eta*(s*O + lambda*w)"
        : "m <- mu*m + g; O = NS_5(m); w <- w - eta*(s*O + lambda*w)";

    public override IReadOnlyList<SourcePlace> Source =>
    [
        SourceFiles.Method(typeof(Muon).Assembly, "Engine/Optimizers/Muon.cs", "private void Step(HiddenMatrix"),
        SourceFiles.Method(typeof(Muon).Assembly, "Engine/Optimizers/NewtonSchulz.cs", "public void Orthogonalize("),
    ];

    private bool LooksAhead { get; init; }

    /// <param name="update">The step.</param>
    /// <param name="rule">How the parameter is moved.</param>
    /// <param name="state">Weight, gradient and momentum.</param>
    /// <param name="muon">The matrix that the weight lies in.</param>
    /// <param name="element">Its place in that matrix.</param>
    public static MuonElement Of(StepUpdate update, MuonRule rule, WeightState state, MuonMatrix muon, int element)
    {
        double eta = update.LearningRate, w = state.Weight, g = update.ClipScale * state.Gradient, mu = rule.Momentum;
        double scale = Muon.UpdateSize * Math.Sqrt(Math.Max(muon.Matrix.Rows, muon.Matrix.Columns)), orthogonal = muon.Iterates[^1][element];
        double m = (mu * state.M) + g, step = -eta * scale * orthogonal, decay = -eta * rule.Decay * w;
        List<LineView> lines = GradientLines(update, state.Gradient);
        lines.Add(new("m", $"{NumberText.Of(mu)}·{NumberText.Operand(state.M)} + {NumberText.Operand(g)}", m));
        lines.Add(new("u", rule.Nesterov ? $"g + μ·m = {NumberText.Of(g)} + {NumberText.Of(mu)}·{NumberText.Operand(m)}" : "m", muon.Look[element]));
        for (int i = 0; i < muon.Iterates.Count; i++)
        {
            int steps = muon.Iterates.Count == 1 ? NewtonSchulz.Iterations : i;
            lines.Add(new($"X{Subscript(steps)}", steps == 0 ? "u/‖U‖" : $"aX + bAX + cA²X, A = X·Xᵀ{Range(muon, i)}", muon.Iterates[i][element]));
        }
        lines.Add(new("s", $"0.2·√max({muon.Matrix.Rows}, {muon.Matrix.Columns})", scale));
        lines.Add(new("step", $"−η·s·O = −{NumberText.Of(eta)}·{NumberText.Of(scale)}·{NumberText.Operand(orthogonal)}", step));
        lines.Add(new("decay", $"−η·λ·w = −{NumberText.Of(eta)}·{NumberText.Of(rule.Decay)}·{NumberText.Operand(w)}", decay));
        lines.AddRange(WeightLines(w, step + decay, "w + step + decay"));
        (IReadOnlyList<LineView> kernel, float replayed) = Replay(update, rule, state, muon.Iterates[^1][element], (float)scale);
        return new MuonElement { Lines = lines, Kernel = kernel, Textbook = w + step + decay, Replayed = replayed, LooksAhead = rule.Nesterov, Notes = [.. Remark(muon)] };
    }

    private static (IReadOnlyList<LineView>, float) Replay(StepUpdate update, MuonRule rule, WeightState state, float orthogonal, float scale)
    {
        float eta = (float)update.LearningRate, mu = (float)rule.Momentum, decay = (float)rule.Decay;
        float g = state.Gradient * (float)update.ClipScale, m = MathF.FusedMultiplyAdd(mu, state.M, g), look = rule.Nesterov ? MathF.FusedMultiplyAdd(mu, m, g) : m;
        float scaled = orthogonal * scale, full = MathF.FusedMultiplyAdd(decay, state.Weight, scaled), w = MathF.FusedMultiplyAdd(-eta, full, state.Weight);
        return
        ([
            new("g", $"∂L/∂w · {NumberText.Of((float)update.ClipScale)}, rounded", g),
            new("μ", "", mu),
            new("m before", "", state.M),
            new("m", "fma(μ, m, g)", m),
            new("u", rule.Nesterov ? "fma(μ, m, g)" : "m", look),
            new("O", "five Newton–Schulz steps of the whole matrix", orthogonal),
            new("s", "rounded", scale),
            new("s·O", "rounded", scaled),
            new("λ", "", decay),
            new("w before", "", state.Weight),
            new("s·O + λ·w", "fma(λ, w, s·O)", full),
            new("η", "", eta),
            new("w after", "fma(−η, s·O + λ·w, w)", w),
        ], w);
    }

    private static string Range(MuonMatrix muon, int iterate) =>
        muon.SingularValues.Count == 0 ? "" : $", σ {UpdateText.Rounded(muon.SingularValues[iterate][0], 3)} … {UpdateText.Rounded(muon.SingularValues[iterate][^1], 3)}";

    private static IEnumerable<NoteView> Remark(MuonMatrix muon)
    {
        if (muon.SingularValues.Count == 0) { yield break; }
        double[] first = muon.SingularValues[0], last = muon.SingularValues[^1];
        yield return new("singular values",
            $"divided by its norm, the momentum has singular values from {UpdateText.Rounded(first[0], 3)} to {UpdateText.Rounded(first[^1], 3)}; after five Newton–Schulz steps from {UpdateText.Rounded(last[0], 3)} to {UpdateText.Rounded(last[^1], 3)}: every direction moves by about as much", null);
    }

    private static char Subscript(int digit) => (char)('₀' + digit);
}
