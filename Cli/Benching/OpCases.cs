using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Kernels;

namespace PureLlm.Cli.Benching;

/// <summary>Every operation at the size of a small GPT's step: 4 sequences of 256 tokens, 384 wide, 6 heads.</summary>
internal static class OpCases
{
    private const int Batch = 4, Time = 256, Width = 384, Heads = 6, HeadSize = 64, Vocabulary = 4096;

    private static readonly Shape Hidden = new(Batch, Time, Width);

    /// <summary>The operations with the floating-point operations of their forward pass; 0 where memory counts.</summary>
    public static IReadOnlyList<(OpExample Example, double Operations)> All =>
    [
        (new(_ => new MatMul(), [Hidden, new(4 * Width, Width), new(4 * Width)], Label: "bias"), 2.0 * Batch * Time * 4 * Width * Width),
        (new(_ => new Attention(Heads, Heads, true), [new(Batch, Time, 3 * Width)], Label: "causal"), 2.0 * Batch * Heads * Time * (Time + 1) * HeadSize),
        (new(backend => new LinearCrossEntropy(Ids(backend, 64)), [new(Batch, 64, Width), new(Vocabulary, Width)]), 2.0 * Batch * 64 * Width * Vocabulary),
        (new(backend => new CrossEntropy(Ids(backend, 64)), [new(Batch, 64, Vocabulary)]), 0),
        (new(backend => new Embedding(Ids(backend, Time)), [new(Vocabulary, Width)]), 0),
        (new(_ => new RmsNorm(), [Hidden, new(Width)]), 0),
        (new(_ => new LayerNorm(), [Hidden, new(Width), new(Width)]), 0),
        (new(_ => new HeadNorm(Heads, 2, 1e-5f), [new(Batch, Time, (Heads + 4) * HeadSize), new(HeadSize), new(HeadSize)]), 0),
        (new(_ => new Rotary(3 * Heads, 2 * Heads, false), [new(Batch, Time, 3 * Width), new(Time, HeadSize)], Constants: [1]), 0),
        Gate<Silu>(), Gate<GeluTanh>(), Gate<GeluErf>(),
        Map<Silu>(), Map<GeluTanh>(), Map<GeluErf>(), Map<Relu>(), Map<ReluSquared>(), Map<Tanh>(), Map<Sigmoid>(),
        Map<Exp>(), Map<Log>(0.1f), Map<Sqrt>(0.1f), Map<Reciprocal>(0.1f), Map<Square>(), Map<Abs>(),
        (new(_ => new Softmax(), [new(Batch * Time, Width)], Low: -4, High: 4), 0),
        (new(_ => new Dropout(0.1f) { Stream = new RandomStream(7, 11) }, [Hidden]), 0),
        (new(_ => new Add(), [Hidden, Hidden]), 0),
        (new(_ => new AddPositions(), [Hidden, new(Time, Width)]), 0),
        (new(_ => new Multiply(), [Hidden, Hidden]), 0),
        (new(_ => new Scale(2.5f), [Hidden]), 0),
    ];

    private static (OpExample, double) Gate<TFunction>() where TFunction : struct, IUnaryFunction =>
        (new(_ => new Gate<TFunction>(), [new(Batch, Time, 1024), new(Batch, Time, 1024)]), 0);

    private static (OpExample, double) Map<TFunction>(float low = -4) where TFunction : struct, IUnaryFunction =>
        (new(_ => new Map<TFunction>(), [new(Batch, Time, 4 * Width)], Low: low, High: 4), 0);

    private static Tokens Ids(Backend backend, int time)
    {
        Tokens tokens = new(backend, Batch, time);
        tokens.Set([.. Enumerable.Range(0, tokens.Rows).Select(i => CounterRandom.Below(new RandomStream(1, 3), (ulong)i, Vocabulary))]);
        return tokens;
    }
}
