using PureLlm.Autograd;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;
using PureLlm.Tests.Kernels;

namespace PureLlm.Tests.Autograd.Inspection.Mutations;

/// <summary>A mistake in one backward rule, and an operation that makes it.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="Example">The operation.</param>
/// <param name="Backend">Computes as the textbook says, but for the mistake.</param>
internal sealed record Mutation(string Name, OpExample Example, Func<PlainBackend> Backend)
{
    public override string ToString() => Name;

    /// <summary>New memory with zeros.</summary>
    public static View Zeros(int length) => new(new CpuBuffer(Math.Max(1, length)), 0, length);

    /// <summary>A changed copy; the function sees the place too.</summary>
    public static View Changed(View x, Func<float, int, float> change)
    {
        View copy = Zeros(x.Length);
        for (int i = 0; i < x.Length; i++) { copy.Span[i] = change(x.Span[i], i); }
        return copy;
    }

    /// <summary>A changed copy.</summary>
    public static View Changed(View x, Func<float, float> change) => Changed(x, (value, _) => change(value));

    /// <summary>Every element at the place of its neighbour: off by one.</summary>
    public static View Shifted(View x, int by = 1) => Changed(x, (_, i) => x.Span[(i + by) % x.Length]);
}
