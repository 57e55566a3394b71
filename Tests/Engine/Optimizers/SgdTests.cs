using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;

namespace PureLlm.Tests.Engine.Optimizers;

public class SgdTests
{
    [Test]
    public void Ten_steps_equal_the_formula_in_double_precision([Values] bool nesterov, [Values(0, 0.9)] double momentum)
    {
        using var slabs = new Slabs(("w", [7, 5]), ("norm", [9]));
        using var sgd = new Sgd(slabs.Backend, slabs.Parameters, momentum, 0.01, nesterov);
        double[] w = Slabs.Read(slabs.Parameters.Values), m = new double[w.Length];
        for (int step = 1; step <= 10; step++)
        {
            double[] g = slabs.DrawGradients();
            double rate = 0.02 * step, scale = step == 3 ? 0.5 : 1;
            sgd.Step(step, rate, scale);
            foreach (SlabRange range in slabs.Parameters.Ranges)
            {
                for (int i = range.Offset; i < range.Offset + range.Length; i++)
                {
                    double gradient = (scale * g[i]) + ((range.Decays ? 0.01 : 0) * w[i]);
                    m[i] = (momentum * m[i]) + gradient;
                    w[i] -= rate * (nesterov ? gradient + (momentum * m[i]) : m[i]);
                }
            }
        }
        Slabs.AssertClose(slabs.Parameters.Values, w, 5e-6);
        Assert.That(sgd.State, Has.Count.EqualTo(momentum == 0 ? 0 : 1), "no memory without momentum, never a second moment");
        if (momentum != 0) { Slabs.AssertClose(sgd.State[0].Slab, m, 5e-6); }
    }
}
