using PureLlm.Engine.Optimizers;

namespace PureLlm.Engine.Inspection;

/// <summary>Muon's update of one weight: its momentum's matrix, made orthogonal.</summary>
internal sealed record MuonElement : ElementUpdate
{
    public override string Formula => "w ← w − η·(s·O + λ·w),  O = NS₅(U),  s = 0.2·√max(rows, columns)";

    public override string Source => "Engine/Optimizers/NewtonSchulz.cs";

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
        lines.Add(new("m", $"{Shown.Short(mu)}·{Shown.Inner(state.M)} + {Shown.Inner(g)}", m));
        lines.Add(new("u", rule.Nesterov ? $"g + μ·m = {Shown.Of(g)} + {Shown.Short(mu)}·{Shown.Inner(m)}" : "m", muon.Look[element]));
        for (int i = 0; i < muon.Iterates.Count; i++)
        {
            int steps = muon.Iterates.Count == 1 ? NewtonSchulz.Iterations : i;
            lines.Add(new($"X{Subscript(steps)}", steps == 0 ? "u/‖U‖" : $"aX + bAX + cA²X, A = X·Xᵀ{Range(muon, i)}", muon.Iterates[i][element]));
        }
        lines.Add(new("s", $"0.2·√max({muon.Matrix.Rows}, {muon.Matrix.Columns})", scale));
        lines.Add(new("step", $"−η·s·O = −{Shown.Short(eta)}·{Shown.Of(scale)}·{Shown.Inner(orthogonal)}", step));
        lines.Add(new("decay", $"−η·λ·w = −{Shown.Short(eta)}·{Shown.Short(rule.Decay)}·{Shown.Inner(w)}", decay));
        lines.AddRange(WeightLines(w, step + decay, "w + step + decay"));
        (IReadOnlyList<LineView> kernel, float replayed) = Replay(update, rule, state, muon.Iterates[^1][element], (float)scale);
        return new MuonElement { Lines = lines, Kernel = kernel, Textbook = w + step + decay, Replayed = replayed, Notes = [.. Remark(muon)] };
    }

    private static (IReadOnlyList<LineView>, float) Replay(StepUpdate update, MuonRule rule, WeightState state, float orthogonal, float scale)
    {
        float eta = (float)update.LearningRate, mu = (float)rule.Momentum, decay = (float)rule.Decay;
        float g = state.Gradient * (float)update.ClipScale, m = MathF.FusedMultiplyAdd(mu, state.M, g), look = rule.Nesterov ? MathF.FusedMultiplyAdd(mu, m, g) : m;
        float scaled = orthogonal * scale, full = MathF.FusedMultiplyAdd(decay, state.Weight, scaled), w = MathF.FusedMultiplyAdd(-eta, full, state.Weight);
        return
        ([
            new("g", $"∂L/∂w · {Shown.Short((float)update.ClipScale)}, rounded", g),
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
        muon.SingularValues.Count == 0 ? "" : $", σ {Shown.Of(muon.SingularValues[iterate][0], 3)} … {Shown.Of(muon.SingularValues[iterate][^1], 3)}";

    private static IEnumerable<NoteView> Remark(MuonMatrix muon)
    {
        if (muon.SingularValues.Count == 0) { yield break; }
        double[] first = muon.SingularValues[0], last = muon.SingularValues[^1];
        yield return new("singular values",
            $"Divided by its norm, the momentum has singular values from {Shown.Of(first[0], 3)} to {Shown.Of(first[^1], 3)}; after five Newton–Schulz steps from {Shown.Of(last[0], 3)} to {Shown.Of(last[^1], 3)}: every direction moves by about as much.", null);
    }

    private static char Subscript(int digit) => (char)('₀' + digit);
}
