using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Cli.Benching;

/// <summary>Fused multiply-adds in registers, ten independent chains: the ceiling of all float32 arithmetic.</summary>
internal static unsafe class MultiplyAddPeak
{
    private const int Steps = 20_000, Chains = 10;

    /// <summary>Floating-point operations of one <see cref="Run"/> of a single round.</summary>
    public static double Operations(SimdWidth width, int threads) => 2.0 * Steps * Chains * Math.Max(1, (int)width / 32) * threads;

    /// <summary>Keeps every thread of the team busy, in the mean for <paramref name="rounds"/> rounds; <paramref name="sink"/> holds 16 floats for each thread.</summary>
    public static void Run(ThreadTeam team, SimdWidth width, float* sink, int rounds = 1) =>
        team.For(team.Threads * rounds, sink, width switch { SimdWidth.Vector512 => &Chains512, SimdWidth.Vector256 => &Chains256, _ => &Chains1 });

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chains1(float* sink, int chunk, int worker)
    {
        float x = 0.5f, c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x;
        for (int i = 0; i < Steps; i++)
        {
            c0 = MathF.FusedMultiplyAdd(c0, x, x);
            c1 = MathF.FusedMultiplyAdd(c1, x, x);
            c2 = MathF.FusedMultiplyAdd(c2, x, x);
            c3 = MathF.FusedMultiplyAdd(c3, x, x);
            c4 = MathF.FusedMultiplyAdd(c4, x, x);
            c5 = MathF.FusedMultiplyAdd(c5, x, x);
            c6 = MathF.FusedMultiplyAdd(c6, x, x);
            c7 = MathF.FusedMultiplyAdd(c7, x, x);
            c8 = MathF.FusedMultiplyAdd(c8, x, x);
            c9 = MathF.FusedMultiplyAdd(c9, x, x);
        }
        sink[16 * worker] = c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chains256(float* sink, int chunk, int worker)
    {
        Vector256<float> x = Vector256.Create(0.5f), c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x;
        for (int i = 0; i < Steps; i++)
        {
            c0 = Vector256.FusedMultiplyAdd(c0, x, x);
            c1 = Vector256.FusedMultiplyAdd(c1, x, x);
            c2 = Vector256.FusedMultiplyAdd(c2, x, x);
            c3 = Vector256.FusedMultiplyAdd(c3, x, x);
            c4 = Vector256.FusedMultiplyAdd(c4, x, x);
            c5 = Vector256.FusedMultiplyAdd(c5, x, x);
            c6 = Vector256.FusedMultiplyAdd(c6, x, x);
            c7 = Vector256.FusedMultiplyAdd(c7, x, x);
            c8 = Vector256.FusedMultiplyAdd(c8, x, x);
            c9 = Vector256.FusedMultiplyAdd(c9, x, x);
        }
        sink[16 * worker] = Vector256.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chains512(float* sink, int chunk, int worker)
    {
        Vector512<float> x = Vector512.Create(0.5f), c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x;
        for (int i = 0; i < Steps; i++)
        {
            c0 = Vector512.FusedMultiplyAdd(c0, x, x);
            c1 = Vector512.FusedMultiplyAdd(c1, x, x);
            c2 = Vector512.FusedMultiplyAdd(c2, x, x);
            c3 = Vector512.FusedMultiplyAdd(c3, x, x);
            c4 = Vector512.FusedMultiplyAdd(c4, x, x);
            c5 = Vector512.FusedMultiplyAdd(c5, x, x);
            c6 = Vector512.FusedMultiplyAdd(c6, x, x);
            c7 = Vector512.FusedMultiplyAdd(c7, x, x);
            c8 = Vector512.FusedMultiplyAdd(c8, x, x);
            c9 = Vector512.FusedMultiplyAdd(c9, x, x);
        }
        sink[16 * worker] = Vector512.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9);
    }
}
