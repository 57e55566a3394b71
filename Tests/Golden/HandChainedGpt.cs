namespace PureLlm.Tests.Golden;

/// <summary>A GPT-2 in float64 whose backward pass is written out by hand: no tape, no shared code, loops only.</summary>
/// <remarks>Legend: B batch, T time, C channels, H heads, D = C/H, V vocabulary, L layers. Weights of linear layers are [out, in].
/// Pre-LayerNorm, learned positions, packed qkv, GELU (tanh form), tied output projection.</remarks>
internal sealed class HandChainedGpt(int layers, int heads, int channels, int context, int vocabulary)
{
    private const double Epsilon = 1e-5;
    private readonly int d = channels / heads;
    private readonly List<Action> backward = [];

    /// <summary>Values by name: wte, wpe, h.N.{ln1,qkv,proj,ln2,fc,out}.{w,b}, lnf.{w,b}.</summary>
    public Dictionary<string, double[]> Weights { get; } = Layout(layers, channels, context, vocabulary);

    public Dictionary<string, double[]> Gradients { get; } = Layout(layers, channels, context, vocabulary);

    public double[] Logits { get; private set; } = [];

    /// <summary>Mean loss over [B, T] tokens; fills <see cref="Logits"/> and <see cref="Gradients"/>.</summary>
    public double ForwardAndBackward(int[] inputs, int[] targets, int batch)
    {
        int time = inputs.Length / batch, rows = inputs.Length;
        backward.Clear();
        foreach (double[] gradient in Gradients.Values) { Array.Clear(gradient); }

        (double[] x, double[] dx) = Embed(inputs, time);
        for (int layer = 0; layer < layers; layer++)
        {
            string h = $"h.{layer}";
            (double[] n, double[] dn) = LayerNorm(x, dx, $"{h}.ln1");
            (double[] qkv, double[] dqkv) = Linear(n, dn, $"{h}.qkv", 3 * channels);
            (double[] mix, double[] dmix) = Attention(qkv, dqkv, batch, time);
            (double[] projected, double[] dprojected) = Linear(mix, dmix, $"{h}.proj", channels);
            (x, dx) = Residual(x, dx, projected, dprojected);
            (n, dn) = LayerNorm(x, dx, $"{h}.ln2");
            (double[] hidden, double[] dhidden) = Linear(n, dn, $"{h}.fc", 4 * channels);
            (double[] active, double[] dactive) = Gelu(hidden, dhidden);
            (projected, dprojected) = Linear(active, dactive, $"{h}.out", channels);
            (x, dx) = Residual(x, dx, projected, dprojected);
        }
        (double[] final, double[] dfinal) = LayerNorm(x, dx, "lnf");
        double loss = Head(final, dfinal, targets, rows);
        for (int i = backward.Count - 1; i >= 0; i--) { backward[i](); }
        return loss;
    }

    private static Dictionary<string, double[]> Layout(int layers, int c, int context, int vocabulary)
    {
        Dictionary<string, double[]> all = new() { ["wte"] = new double[vocabulary * c], ["wpe"] = new double[context * c] };
        for (int layer = 0; layer < layers; layer++)
        {
            foreach ((string name, int rows, int columns) in new[] { ("ln1", c, 1), ("qkv", 3 * c, c), ("proj", c, c), ("ln2", c, 1), ("fc", 4 * c, c), ("out", c, 4 * c) })
            {
                all[$"h.{layer}.{name}.w"] = new double[rows * columns];
                all[$"h.{layer}.{name}.b"] = new double[rows];
            }
        }
        all["lnf.w"] = new double[c];
        all["lnf.b"] = new double[c];
        return all;
    }

    private (double[] X, double[] Dx) Embed(int[] tokens, int time)
    {
        double[] x = new double[tokens.Length * channels], dx = new double[x.Length];
        double[] wte = Weights["wte"], wpe = Weights["wpe"], dwte = Gradients["wte"], dwpe = Gradients["wpe"];
        for (int i = 0; i < x.Length; i++)
        {
            int row = i / channels, column = i % channels;
            x[i] = wte[(tokens[row] * channels) + column] + wpe[(row % time * channels) + column];
        }
        backward.Add(() =>
        {
            for (int i = 0; i < dx.Length; i++)
            {
                int row = i / channels, column = i % channels;
                dwte[(tokens[row] * channels) + column] += dx[i];
                dwpe[(row % time * channels) + column] += dx[i];
            }
        });
        return (x, dx);
    }

    private (double[] Y, double[] Dy) LayerNorm(double[] x, double[] dx, string name)
    {
        double[] w = Weights[$"{name}.w"], b = Weights[$"{name}.b"], dw = Gradients[$"{name}.w"], db = Gradients[$"{name}.b"];
        int rows = x.Length / channels;
        double[] y = new double[x.Length], dy = new double[x.Length], n = new double[x.Length], r = new double[rows];
        for (int row = 0; row < rows; row++)
        {
            int start = row * channels;
            double mean = x.AsSpan(start, channels).ToArray().Average();
            double variance = x.AsSpan(start, channels).ToArray().Average(value => (value - mean) * (value - mean));
            r[row] = 1 / Math.Sqrt(variance + Epsilon);
            for (int i = 0; i < channels; i++)
            {
                n[start + i] = (x[start + i] - mean) * r[row];
                y[start + i] = (n[start + i] * w[i]) + b[i];
            }
        }
        backward.Add(() =>
        {
            for (int row = 0; row < rows; row++)
            {
                int start = row * channels;
                double sum = 0, dot = 0;
                for (int i = 0; i < channels; i++)
                {
                    double dn = dy[start + i] * w[i];
                    sum += dn;
                    dot += dn * n[start + i];
                    dw[i] += dy[start + i] * n[start + i];
                    db[i] += dy[start + i];
                }
                for (int i = 0; i < channels; i++) { dx[start + i] += r[row] * ((dy[start + i] * w[i]) - (sum / channels) - (n[start + i] * dot / channels)); }
            }
        });
        return (y, dy);
    }

    private (double[] Y, double[] Dy) Linear(double[] x, double[] dx, string name, int outputs)
    {
        double[] w = Weights[$"{name}.w"], b = Weights[$"{name}.b"], dw = Gradients[$"{name}.w"], db = Gradients[$"{name}.b"];
        int inputs = w.Length / outputs, rows = x.Length / inputs;
        double[] y = new double[rows * outputs], dy = new double[y.Length];
        for (int i = 0; i < y.Length; i++)
        {
            int row = i / outputs, o = i % outputs;
            y[i] = b[o];
            for (int k = 0; k < inputs; k++) { y[i] += x[(row * inputs) + k] * w[(o * inputs) + k]; }
        }
        backward.Add(() =>
        {
            for (int i = 0; i < dy.Length; i++)
            {
                int row = i / outputs, o = i % outputs;
                db[o] += dy[i];
                for (int k = 0; k < inputs; k++)
                {
                    dx[(row * inputs) + k] += dy[i] * w[(o * inputs) + k];
                    dw[(o * inputs) + k] += dy[i] * x[(row * inputs) + k];
                }
            }
        });
        return (y, dy);
    }

    private (double[] Y, double[] Dy) Attention(double[] qkv, double[] dqkv, int batch, int time)
    {
        double[] y = new double[batch * time * channels], dy = new double[y.Length], p = new double[batch * heads * time * time];
        double scale = 1 / Math.Sqrt(d);
        int At(int b, int t, int part, int h, int i) => (((b * time) + t) * 3 * channels) + (part * channels) + (h * d) + i;
        int P(int b, int h, int t, int s) => (((((b * heads) + h) * time) + t) * time) + s;
        Each((b, h, t) =>
        {
            double max = double.NegativeInfinity, sum = 0;
            for (int s = 0; s <= t; s++)
            {
                double score = 0;
                for (int i = 0; i < d; i++) { score += qkv[At(b, t, 0, h, i)] * qkv[At(b, s, 1, h, i)]; }
                p[P(b, h, t, s)] = score * scale;
                max = Math.Max(max, score * scale);
            }
            for (int s = 0; s <= t; s++) { sum += p[P(b, h, t, s)] = Math.Exp(p[P(b, h, t, s)] - max); }
            for (int s = 0; s <= t; s++)
            {
                p[P(b, h, t, s)] /= sum;
                for (int i = 0; i < d; i++) { y[(((b * time) + t) * channels) + (h * d) + i] += p[P(b, h, t, s)] * qkv[At(b, s, 2, h, i)]; }
            }
        });
        backward.Add(() => Each((b, h, t) =>
        {
            double[] dp = new double[t + 1];
            double dot = 0;
            for (int s = 0; s <= t; s++)
            {
                for (int i = 0; i < d; i++)
                {
                    double upstream = dy[(((b * time) + t) * channels) + (h * d) + i];
                    dp[s] += upstream * qkv[At(b, s, 2, h, i)];
                    dqkv[At(b, s, 2, h, i)] += upstream * p[P(b, h, t, s)];
                }
                dot += dp[s] * p[P(b, h, t, s)];
            }
            for (int s = 0; s <= t; s++)
            {
                double ds = p[P(b, h, t, s)] * (dp[s] - dot) * scale;
                for (int i = 0; i < d; i++)
                {
                    dqkv[At(b, t, 0, h, i)] += ds * qkv[At(b, s, 1, h, i)];
                    dqkv[At(b, s, 1, h, i)] += ds * qkv[At(b, t, 0, h, i)];
                }
            }
        }));
        return (y, dy);

        void Each(Action<int, int, int> body)
        {
            for (int b = 0; b < batch; b++)
            {
                for (int h = 0; h < heads; h++)
                {
                    for (int t = 0; t < time; t++) { body(b, h, t); }
                }
            }
        }
    }

    private (double[] Y, double[] Dy) Gelu(double[] x, double[] dx)
    {
        double[] y = new double[x.Length], dy = new double[x.Length];
        double s = Math.Sqrt(2 / Math.PI);
        for (int i = 0; i < x.Length; i++) { y[i] = 0.5 * x[i] * (1 + Math.Tanh(s * (x[i] + (0.044715 * x[i] * x[i] * x[i])))); }
        backward.Add(() =>
        {
            for (int i = 0; i < x.Length; i++)
            {
                double tanh = Math.Tanh(s * (x[i] + (0.044715 * x[i] * x[i] * x[i])));
                dx[i] += dy[i] * ((0.5 * (1 + tanh)) + (0.5 * x[i] * (1 - (tanh * tanh)) * s * (1 + (3 * 0.044715 * x[i] * x[i]))));
            }
        });
        return (y, dy);
    }

    private (double[] Y, double[] Dy) Residual(double[] a, double[] da, double[] b, double[] db)
    {
        double[] y = new double[a.Length], dy = new double[a.Length];
        for (int i = 0; i < y.Length; i++) { y[i] = a[i] + b[i]; }
        backward.Add(() =>
        {
            for (int i = 0; i < dy.Length; i++)
            {
                da[i] += dy[i];
                db[i] += dy[i];
            }
        });
        return (y, dy);
    }

    private double Head(double[] x, double[] dx, int[] targets, int rows)
    {
        double[] wte = Weights["wte"], dwte = Gradients["wte"];
        double loss = 0;
        Logits = new double[rows * vocabulary];
        for (int row = 0; row < rows; row++)
        {
            Span<double> z = Logits.AsSpan(row * vocabulary, vocabulary);
            for (int v = 0; v < vocabulary; v++)
            {
                for (int i = 0; i < channels; i++) { z[v] += x[(row * channels) + i] * wte[(v * channels) + i]; }
            }
            double max = z.ToArray().Max(), sum = z.ToArray().Sum(value => Math.Exp(value - max));
            loss += (max + Math.Log(sum) - z[targets[row]]) / rows;
            for (int v = 0; v < vocabulary; v++)
            {
                double dz = (Math.Exp(z[v] - max) / sum / rows) - (v == targets[row] ? 1.0 / rows : 0);
                for (int i = 0; i < channels; i++)
                {
                    dx[(row * channels) + i] += dz * wte[(v * channels) + i];
                    dwte[(v * channels) + i] += dz * x[(row * channels) + i];
                }
            }
        }
        return loss;
    }
}
