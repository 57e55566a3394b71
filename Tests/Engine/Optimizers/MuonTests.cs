using PureLlm.Autograd;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Optimizers;

public class MuonTests
{
    private static readonly ModelConfig Model = new() { Width = 8, Heads = 2, KeyValueHeads = 1 };

    private static readonly TrainSection Train = new() { Optimizer = OptimizerKind.Muon, Decay = 0.1, Beta1 = 0.9, Beta2 = 0.98 };

    private static readonly (string, int[])[] Parameters =
        [("embedding.weight", [11, 8]), ("blocks.0.attention.qkv.weight", [16, 8]), ("blocks.0.mlp.up.weight", [32, 8]), ("blocks.0.mlp.down.weight", [8, 32]), ("blocks.0.norm.weight", [8])];

    [Test]
    public void Newton_Schulz_equals_its_formula_in_double_precision([Values(5, 16, 31)] int rows, [Values(5, 16, 31)] int columns)
    {
        using var backend = new CpuBackend(threads: 1);
        using var newtonSchulz = new NewtonSchulz(backend, [(rows, columns)]);
        double[] x = Random(rows * columns);
        using TensorBuffer matrix = backend.Allocate(x.Length);
        View view = new(matrix, 0, x.Length);
        backend.Write([.. x.Select(v => (float)v)], view);
        newtonSchulz.Orthogonalize(view, rows, columns);
        Slabs.AssertClose(view, Orthogonalized(x, rows, columns), 2e-4);
    }

    [TestCase(12, 12)]
    [TestCase(8, 40)]
    [TestCase(40, 8)]
    public void Newton_Schulz_brings_every_singular_value_near_1(int rows, int columns)
    {
        using var backend = new CpuBackend(threads: 1);
        using var newtonSchulz = new NewtonSchulz(backend, [(rows, columns)]);
        int side = Math.Min(rows, columns);
        // A diagonal matrix shows its singular values; the smallest is a fiftieth of the norm.
        float[] x = new float[rows * columns];
        for (int i = 0; i < side; i++)
        {
            x[(i * columns) + i] = 0.05f + (i / (float)side);
        }
        using TensorBuffer matrix = backend.Allocate(x.Length);
        View view = new(matrix, 0, x.Length);
        backend.Write(x, view);
        newtonSchulz.Orthogonalize(view, rows, columns);
        for (int i = 0; i < side; i++)
        {
            Assert.That(view.Span[(i * columns) + i], Is.InRange(0.6f, 1.25f), $"singular value {i}");
        }
    }

    [Test]
    public void Five_steps_equal_the_formula_in_double_precision([Values] bool nesterov)
    {
        using var slabs = new Slabs(Parameters);
        using var muon = new Muon(slabs.Backend, slabs.Parameters, Model, Train with { Nesterov = nesterov });
        double[] w = Slabs.Read(slabs.Parameters.Values), m = new double[w.Length], v = new double[w.Length];
        for (int step = 1; step <= 5; step++)
        {
            double[] g = [.. slabs.DrawGradients().Select(x => 0.5 * x)];
            muon.Step(step, 0.02, 0.5);
            foreach (Parameter parameter in slabs.Parameters.Parameters)
            {
                (int start, int length) = (parameter.Tensor.Data.Offset, parameter.Shape.Length);
                if (!parameter.Name.StartsWith("blocks.", StringComparison.Ordinal) || parameter.Shape.Rank < 2)
                {
                    AdamWReference(w, g, m, v, start, length, step, parameter.Decays ? 0.1 : 0);
                    continue;
                }
                // Query [8, 8], key [4, 8] and value [4, 8] are three matrices.
                int[] rows = parameter.Name.EndsWith("qkv.weight", StringComparison.Ordinal) ? [8, 4, 4] : [parameter.Shape[0]];
                foreach (int count in rows)
                {
                    MuonReference(w, g, m, start, count, parameter.Shape[1], nesterov);
                    start += count * parameter.Shape[1];
                }
            }
        }
        Slabs.AssertClose(slabs.Parameters.Values, w, 1e-3);
        Slabs.AssertClose(muon.State[0].Slab, m, 1e-6);
        Slabs.AssertClose(muon.State[1].Slab, [.. slabs.Parameters.Parameters.Where(parameter => !HiddenMatrix.Is(parameter))
            .SelectMany(parameter => v.Skip(parameter.Tensor.Data.Offset).Take(parameter.Shape.Length))], 1e-6);
    }

    [Test]
    public void The_bits_do_not_depend_on_the_number_of_threads()
    {
        float[] Run(int threads)
        {
            using var backend = new CpuBackend(threads);
            using var slabs = new ParameterSlabs(backend, Parameters.Select(p => new Parameter(p.Item1, new Shape(p.Item2), Initializer.Normal(1))), training: true);
            using var muon = new Muon(backend, slabs, Model, Train);
            slabs.Initialize(1);
            for (int step = 1; step <= 3; step++)
            {
                backend.Copy(slabs.Values, slabs.Gradients);
                muon.Step(step, 0.1, 1);
            }
            return slabs.Values.Span.ToArray();
        }
        float[] one = Run(1);
        Assert.That(Run(2), Is.EqualTo(one));
        Assert.That(Run(3), Is.EqualTo(one));
    }

    [Test]
    public void The_gaps_between_parameters_stay_zero()
    {
        using var slabs = new Slabs(("blocks.0.a.weight", [3, 3]), ("blocks.0.b", [3]));
        using var muon = new Muon(slabs.Backend, slabs.Parameters, Model, Train);
        slabs.DrawGradients();
        muon.Step(1, 0.1, 1);
        Assert.That(Slabs.Read(slabs.Parameters.Values)[9..16], Is.All.Zero);
    }

    private static void AdamWReference(double[] w, double[] g, double[] m, double[] v, int start, int length, int step, double decay)
    {
        for (int i = start; i < start + length; i++)
        {
            m[i] = (0.9 * m[i]) + (0.1 * g[i]);
            v[i] = (0.98 * v[i]) + (0.02 * g[i] * g[i]);
            w[i] -= 0.02 * ((m[i] / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.98, step))) + 1e-8)) + (decay * w[i]));
        }
    }

    private static void MuonReference(double[] w, double[] g, double[] m, int start, int rows, int columns, bool nesterov)
    {
        double[] u = new double[rows * columns];
        for (int i = 0; i < u.Length; i++)
        {
            m[start + i] = (0.95 * m[start + i]) + g[start + i];
            u[i] = nesterov ? g[start + i] + (0.95 * m[start + i]) : m[start + i];
        }
        u = Orthogonalized(u, rows, columns);
        for (int i = 0; i < u.Length; i++)
        {
            w[start + i] -= 0.02 * ((0.2 * Math.Sqrt(Math.Max(rows, columns)) * u[i]) + (0.1 * w[start + i]));
        }
    }

    /// <summary>Five iterations in double, always with A = XXᵀ; a tall matrix is transposed first.</summary>
    private static double[] Orthogonalized(double[] x, int rows, int columns)
    {
        if (rows > columns)
        {
            return Transposed(Orthogonalized(Transposed(x, rows, columns), columns, rows), columns, rows);
        }
        double norm = Math.Sqrt(x.Sum(v => v * v)) + 1e-7;
        x = [.. x.Select(v => v / norm)];
        for (int i = 0; i < 5; i++)
        {
            double[] a = Product(x, Transposed(x, rows, columns), rows, columns, rows);
            double[] aa = Product(a, a, rows, rows, rows);
            double[] p = [.. a.Zip(aa, (first, second) => (-4.7750 * first) + (2.0315 * second))];
            x = [.. x.Zip(Product(p, x, rows, rows, columns), (old, add) => (3.4445 * old) + add)];
        }
        return x;
    }

    private static double[] Product(double[] a, double[] b, int m, int k, int n)
    {
        double[] c = new double[m * n];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                for (int l = 0; l < k; l++)
                {
                    c[(i * n) + j] += a[(i * k) + l] * b[(l * n) + j];
                }
            }
        }
        return c;
    }

    private static double[] Transposed(double[] x, int rows, int columns)
    {
        double[] y = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            y[(i % columns * rows) + (i / columns)] = x[i];
        }
        return y;
    }

    private static double[] Random(int count) => [.. Enumerable.Range(0, count).Select(i => CounterRandom.Normal(new RandomStream(5, 6), (ulong)i))];
}
