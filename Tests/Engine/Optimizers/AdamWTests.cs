using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;

namespace PureLlm.Tests.Engine.Optimizers;

public class AdamWTests
{
    [Test]
    public void Ten_steps_equal_the_formula_in_double_precision()
    {
        using var slabs = new Slabs(("w", [7, 5]), ("norm", [9]), ("u", [3, 33]), ("bias", [5]));
        using var adam = new AdamW(slabs.Backend, slabs.Parameters, 0.9, 0.98, 1e-8, 0.05);
        double[] w = Slabs.Read(slabs.Parameters.Values), m = new double[w.Length], v = new double[w.Length];
        for (int step = 1; step <= 10; step++)
        {
            double[] g = slabs.DrawGradients();
            double rate = 0.01 / step, scale = step % 2 == 0 ? 0.25 : 1;
            adam.Step(step, rate, scale);
            foreach (SlabRange range in slabs.Parameters.Ranges)
            {
                for (int i = range.Offset; i < range.Offset + range.Length; i++)
                {
                    double gradient = scale * g[i];
                    m[i] = (0.9 * m[i]) + (0.1 * gradient);
                    v[i] = (0.98 * v[i]) + (0.02 * gradient * gradient);
                    double update = m[i] / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.98, step))) + 1e-8);
                    w[i] -= rate * (update + ((range.Decays ? 0.05 : 0) * w[i]));
                }
            }
        }
        Slabs.AssertClose(slabs.Parameters.Values, w);
        Slabs.AssertClose(adam.State[0].Slab, m);
        Slabs.AssertClose(adam.State[1].Slab, v);
    }

    [Test]
    public void Decay_shrinks_matrices_and_leaves_vectors()
    {
        using var slabs = new Slabs(("w", [4, 4]), ("norm", [16]));
        using var adam = new AdamW(slabs.Backend, slabs.Parameters, 0.9, 0.999, 1e-8, 0.5);
        double[] before = Slabs.Read(slabs.Parameters.Values);
        adam.Step(1, 0.1, 1);
        double[] after = Slabs.Read(slabs.Parameters.Values);
        Assert.That(after[..16], Is.EqualTo(before[..16].Select(x => 0.95 * x)).Within(1e-6));
        Assert.That(after[16..], Is.EqualTo(before[16..]));
    }

    [Test]
    public void Reset_forgets_every_moment()
    {
        using var slabs = new Slabs(("w", [4, 4]));
        using var adam = new AdamW(slabs.Backend, slabs.Parameters, 0.9, 0.999, 1e-8, 0);
        slabs.DrawGradients();
        adam.Step(1, 0.1, 1);
        Assert.That(Slabs.Read(adam.State[0].Slab), Has.Some.Not.Zero);
        adam.Reset();
        Assert.That(Slabs.Read(adam.State[0].Slab), Is.All.Zero);
        Assert.That(Slabs.Read(adam.State[1].Slab), Is.All.Zero);
    }
}
