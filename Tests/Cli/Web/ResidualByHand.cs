namespace PureLlm.Tests.Cli.Web;

/// <summary>The demo's residual block in plain float64, written a second time: x → RMSNorm → W1 → relu² → W2 → + x → Wout → cross-entropy.</summary>
/// <remarks>Knows no derivatives but those of central differences. The two uses of x are two arguments, so that each path's share can be asked for alone.</remarks>
internal static class ResidualByHand
{
    public static readonly double[] X = Single(0.5f, -1.2f, 0.8f, 0.1f);

    private static readonly double[] W1 = Single(0.42f, -0.47f, -0.81f, 0.33f, -0.51f, -0.62f, 0.25f, -0.77f, 0.50f, -0.38f, -0.27f, -0.49f, 0.86f, 0.57f, -0.64f, -0.06f);
    private static readonly double[] W2 = Single(-0.43f, 0.90f, -0.66f, 0.09f, 0.75f, -0.06f, -0.29f, 0.49f, 0.68f, 0.03f, 0.73f, 0.77f, -0.20f, 0.20f, 0.53f, -0.72f);
    private static readonly double[] Wout = Single(0.82f, 0.12f, 0.02f, 0.38f, 0.36f, 0.64f, 0.16f, 0.53f, -0.77f, -0.14f, 0.49f, 0.34f);

    /// <summary>The loss when the norm reads one x and the way around it another.</summary>
    public static double Loss(double[] norm, double[] around)
    {
        double r = 1 / Math.Sqrt(norm.Average(x => x * x) + 1e-6f);
        double[] hidden = Product(W1, [.. norm.Select(x => x * r)]);
        double[] o = Product(W2, [.. hidden.Select(h => h > 0 ? h * h : 0)]);
        double[] z = Product(Wout, [.. around.Zip(o, (a, b) => a + b)]);
        return Math.Log(z.Sum(Math.Exp)) - z[1];
    }

    /// <summary>The share of the norm's path in ∂L/∂x[i], by a central difference.</summary>
    public static double ThroughNorm(int i) => Difference(moved => Loss(moved, X), i);

    /// <summary>The share of the way around it.</summary>
    public static double Around(int i) => Difference(moved => Loss(X, moved), i);

    private static double Difference(Func<double[], double> loss, int i)
    {
        const double Epsilon = 1e-5;
        double[] up = [.. X], down = [.. X];
        up[i] += Epsilon;
        down[i] -= Epsilon;
        return (loss(up) - loss(down)) / (2 * Epsilon);
    }

    private static double[] Product(double[] matrix, double[] x) =>
        [.. Enumerable.Range(0, matrix.Length / x.Length).Select(row => Enumerable.Range(0, x.Length).Sum(k => matrix[row * x.Length + k] * x[k]))];

    private static double[] Single(params float[] values) => Array.ConvertAll(values, value => (double)value);
}
