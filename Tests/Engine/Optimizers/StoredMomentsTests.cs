using PureLlm.Autograd;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;
using PureLlm.Tests.Kernels;

namespace PureLlm.Tests.Engine.Optimizers;

/// <summary>Optimizers on slabs in 16 bits.</summary>
public class StoredMomentsTests
{
    private static readonly (string Name, int[] Sizes)[] s_parameters = [("blocks.0.w", [24, 40]), ("norm", [9]), ("u", [3, 33]), ("bias", [5])];

    [Test]
    public void Weights_follow_those_of_float32_within_the_rounding([Values(OptimizerKind.AdamW, OptimizerKind.Sgd, OptimizerKind.Muon)] OptimizerKind kind)
    {
        float[] exact = Run(kind, StorageFormat.Float32, default), rounded = Run(kind, StorageFormat.BFloat16, new SlabFormats(StorageFormat.SplitFloat32, StorageFormat.BFloat16));
        double moved = Distance(exact, Run(kind, StorageFormat.Float32, default, steps: 0));
        Assert.That(Distance(rounded, exact), Is.GreaterThan(0).And.LessThan(0.02 * moved));
    }

    [Test]
    public void A_split_weight_moves_exactly_as_a_float32_one([Values(OptimizerKind.AdamW, OptimizerKind.Sgd, OptimizerKind.Muon)] OptimizerKind kind) =>
        Assert.That(Run(kind, StorageFormat.Float32, new SlabFormats(StorageFormat.SplitFloat32, StorageFormat.Float32)), Is.EqualTo(Run(kind, StorageFormat.Float32, default)));

    [Test]
    public void The_bits_are_a_function_of_the_seed_and_not_of_threads_or_widths([Values(OptimizerKind.AdamW, OptimizerKind.Sgd, OptimizerKind.Muon)] OptimizerKind kind)
    {
        var formats = new SlabFormats(StorageFormat.SplitFloat32, StorageFormat.Float16);
        float[] one = Run(kind, StorageFormat.BFloat16, formats);
        Assert.That(Run(kind, StorageFormat.BFloat16, formats, threads: 3), Is.EqualTo(one));
        Assert.That(Run(kind, StorageFormat.BFloat16, formats, width: SimdWidth.Vector512), Is.EqualTo(one));
        Assert.That(Run(kind, StorageFormat.BFloat16, formats, width: SimdWidth.Scalar), Is.EqualTo(one));
        Assert.That(Run(kind, StorageFormat.BFloat16, formats, seed: 6), Is.Not.EqualTo(one));
    }

    [Test]
    public void The_average_of_squares_does_not_stand_still()
    {
        using var backend = new CpuBackend(1);
        using var slabs = new ParameterSlabs(backend, [new Parameter("w", new Shape(64, 64), Initializer.Zeros)], training: true);
        using var adam = new AdamW(backend, slabs, 0.9, 0.999, 1e-8, 0, new MomentStorage(StorageFormat.BFloat16, 1));
        double expected = 0;
        for (int step = 1; step <= 1500; step++)
        {
            backend.Fill(slabs.Gradients, 1f);
            adam.Step(step, 0, 1);
            expected += 0.001 * (1 - expected);
        }
        // To nearest it would stop where 0.001·(1 − v) is half of the last bit of v: near 0.33.
        Assert.That(StoredNumbersTests.Read(backend, adam.State[1].Slab).Average(v => (double)v), Is.EqualTo(expected).Within(0.005));
    }

    [Test]
    public void Sixteen_bits_take_half_of_the_memory()
    {
        using var backend = new CpuBackend(1);
        Parameter[] parameters = [.. s_parameters.Select(p => new Parameter(p.Name, new Shape(p.Sizes), Initializer.Zeros))];
        using var slabs = new ParameterSlabs(backend, parameters, training: true, new SlabFormats(StorageFormat.SplitFloat32, StorageFormat.BFloat16));
        using var adam = new AdamW(backend, slabs, 0.9, 0.99, 1e-8, 0, new MomentStorage(StorageFormat.BFloat16, 1));
        int vectors = slabs.Ranges[1].Length;
        Assert.That(slabs.Bytes, Is.EqualTo((6L * slabs.Length) + (2 * vectors)));
        Assert.That(adam.StateBytes, Is.EqualTo(4L * slabs.Length));
    }

    private static float[] Run(OptimizerKind kind, StorageFormat moments, SlabFormats formats, int steps = 8, int threads = 1, SimdWidth width = SimdWidth.Vector256, ulong seed = 5)
    {
        using var backend = new CpuBackend(threads, width);
        using var slabs = new ParameterSlabs(backend, s_parameters.Select(p => new Parameter(p.Name, new Shape(p.Sizes), Initializer.Normal(0.5))), training: true, formats);
        slabs.Initialize(3);
        using Optimizer optimizer = Optimizer.Create(new TrainSection { Optimizer = kind }, new ModelConfig(), slabs, backend, new MomentStorage(moments, seed));
        for (int step = 1; step <= steps; step++)
        {
            foreach (Parameter parameter in slabs.Parameters)
            {
                float[] g = [.. Enumerable.Range(0, parameter.Shape.Length).Select(i => (float)CounterRandom.Normal(new RandomStream(9, (ulong)step), (ulong)(parameter.Offset + i)))];
                backend.Write(g, parameter.Tensor.Grad);
            }
            optimizer.Step(step, 0.02, 0.5);
        }
        return [.. slabs.Parameters.SelectMany(parameter => StoredNumbersTests.Read(backend, parameter.Tensor.Data))];
    }

    private static double Distance(float[] a, float[] b) => Math.Sqrt(a.Zip(b, (x, y) => Math.Pow((double)x - y, 2)).Sum());
}
