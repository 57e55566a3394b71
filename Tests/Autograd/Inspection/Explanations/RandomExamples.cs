using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Kernels;

namespace PureLlm.Tests.Autograd.Inspection.Explanations;

/// <summary>Ops on random shapes, with random hyper-parameters and token ids, the same for the same seed.</summary>
internal static class RandomExamples
{
    private static readonly Dictionary<Type, Func<Dice, OpExample>> Makers = new()
    {
        [typeof(Add)] = dice => Same(dice, () => new Add(), 2),
        [typeof(Multiply)] = dice => Same(dice, () => new Multiply(), 2),
        [typeof(Scale)] = dice => Same(dice, Once(new Scale(dice.Between(-3f, 3f))), 1),
        [typeof(Dropout)] = dice => Same(dice, Once(new Dropout(dice.Between(0f, 0.9f)) { Stream = new RandomStream((ulong)dice.From(1, 99), 3) }), 1),
        [typeof(Softmax)] = dice => Same(dice, () => new Softmax(), 1, 6f),
        [typeof(Map<>)] = dice => Same(dice, dice.Pick<Func<Op>>(
            () => new Map<Silu>(), () => new Map<GeluTanh>(), () => new Map<GeluErf>(), () => new Map<Relu>(), () => new Map<ReluSquared>(), () => new Map<Tanh>(), () => new Map<Sigmoid>(), () => new Map<Exp>(), () => new Map<Square>(), () => new Map<Abs>()), 1, 6f),
        [typeof(Gate<>)] = dice => Same(dice, dice.Pick<Func<Op>>(
            () => new Gate<Silu>(), () => new Gate<GeluTanh>(), () => new Gate<GeluErf>()), 2, 4f),
        [typeof(MatMul)] = MatMul,
        [typeof(Embedding)] = dice =>
        {
            int batch = dice.From(1, 3), time = dice.From(1, 6), vocabulary = dice.From(1, 7);
            int[] ids = dice.Ids(batch * time, vocabulary);
            return new OpExample(backend => new Embedding(PureLlm.Autograd.Ops.Embedding.Ids(backend, batch, time, ids)), [new(vocabulary, dice.From(1, 9))]);
        },
        [typeof(AddPositions)] = dice =>
        {
            int time = dice.From(1, 6), columns = dice.From(1, 9), first = dice.From(0, 3);
            return new OpExample(_ => new AddPositions { FirstPosition = first }, [new(dice.From(1, 4), time, columns), new(first + time + dice.From(0, 2), columns)]);
        },
        [typeof(RmsNorm)] = dice => Norm(dice, Once(new RmsNorm(dice.Between(1e-6f, 1e-2f))), hasBias: false),
        [typeof(LayerNorm)] = dice => Norm(dice, Once(new LayerNorm(dice.Between(1e-5f, 1e-2f))), dice.From(0, 1) == 1),
        [typeof(HeadNorm)] = dice =>
        {
            int shared = dice.From(1, 3), heads = shared * dice.From(1, 3), size = dice.From(2, 9);
            float epsilon = dice.Between(1e-5f, 1e-2f);
            return new OpExample(_ => new HeadNorm(heads, shared, epsilon), [new(dice.From(1, 2), dice.From(1, 4), (heads + (2 * shared)) * size), new(size), new(size)]);
        },
        [typeof(Rotary)] = dice =>
        {
            int total = dice.From(1, 4), rotated = dice.From(0, total), half = dice.From(1, 3), size = (2 * half) + dice.From(0, 3), time = dice.From(1, 4), first = dice.From(0, 2);
            bool interleaved = dice.From(0, 1) == 1;
            return new OpExample(_ => new Rotary(total, rotated, interleaved) { FirstPosition = first }, [new(dice.From(1, 2), time, total * size), new(first + time, 2 * half)], Constants: [1]);
        },
        [typeof(Attention)] = dice =>
        {
            int shared = dice.From(1, 2), heads = shared * dice.From(1, 3), size = dice.From(1, 6), batch = dice.From(1, 2), time = dice.From(1, 6);
            bool causal = dice.From(0, 1) == 1, isCross = !causal && dice.From(0, 1) == 1;
            int window = causal ? dice.From(0, 3) : 0;
            return new OpExample(_ => new Attention(heads, shared, causal, window), isCross
                ? [new(batch, time, heads * size), new(batch, dice.From(1, 6), 2 * shared * size)]
                : [new(batch, time, (heads + (2 * shared)) * size)]);
        },
        [typeof(CrossEntropy)] = dice =>
        {
            int batch = dice.From(1, 3), time = dice.From(1, 4), vocabulary = dice.From(2, 40);
            int[] ids = Targets(dice, batch * time, vocabulary);
            return new OpExample(backend => new CrossEntropy(PureLlm.Autograd.Ops.Embedding.Ids(backend, batch, time, ids)), [new(batch, time, vocabulary)], Low: -5f, High: 5f);
        },
        [typeof(LinearCrossEntropy)] = dice =>
        {
            int batch = dice.From(1, 2), time = dice.From(1, 4), vocabulary = dice.From(2, 20), columns = dice.From(1, 9), chunk = dice.From(0, 3);
            int[] ids = Targets(dice, batch * time, vocabulary);
            return new OpExample(backend => new LinearCrossEntropy(PureLlm.Autograd.Ops.Embedding.Ids(backend, batch, time, ids), chunk), [new(batch, time, columns), new(vocabulary, columns)]);
        },
    };

    /// <summary>The op types, generic ones by their definition, that there are random examples of.</summary>
    public static IEnumerable<Type> Types => Makers.Keys;

    public static OpExample Make(Type op, ulong seed) => Makers[op](new Dice(new RandomStream(seed, 77)));

    private static OpExample MatMul(Dice dice)
    {
        int n = dice.From(1, 20), k = dice.From(1, 20);
        Shape x = dice.From(1, 3) switch { 1 => new(k), 2 => new(dice.From(1, 40), k), _ => new(dice.From(1, 3), dice.From(1, 9), k) };
        return new OpExample(_ => new MatMul(), dice.From(0, 1) == 0 ? [x, new(n, k)] : [x, new(n, k), new(n)]);
    }

    private static OpExample Norm(Dice dice, Func<Op> op, bool hasBias)
    {
        int columns = dice.From(2, 40);
        Shape x = dice.From(0, 1) == 0 ? new(dice.From(1, 20), columns) : new(dice.From(1, 2), dice.From(1, 5), columns);
        return new OpExample(_ => op(), hasBias ? [x, new(columns), new(columns)] : [x, new(columns)]);
    }

    /// <summary>Inputs of one shape of one to four dimensions.</summary>
    private static OpExample Same(Dice dice, Func<Op> op, int inputs, float size = 1.5f)
    {
        Shape shape = dice.From(1, 4) switch
        {
            1 => new(dice.From(1, 40)),
            2 => new(dice.From(1, 5), dice.From(1, 20)),
            3 => new(dice.From(1, 3), dice.From(1, 4), dice.From(1, 9)),
            _ => new(dice.From(1, 2), dice.From(1, 3), dice.From(1, 3), dice.From(1, 5)),
        };
        return new OpExample(_ => op(), [.. Enumerable.Repeat(shape, inputs)], -size, size);
    }

    private static Func<Op> Once(Op op) => () => op;

    private static int[] Targets(Dice dice, int count, int vocabulary)
    {
        int[] ids = dice.Ids(count, vocabulary);
        if (count > 1 && dice.From(0, 1) == 1) { ids[dice.From(0, count - 1)] = Tokens.Ignored; }
        return ids;
    }

    /// <summary>Random choices that a seed repeats.</summary>
    private sealed class Dice(RandomStream stream)
    {
        private ulong next;

        public int From(int low, int high) => low + CounterRandom.Below(stream, next++, high - low + 1);

        public float Between(float low, float high) => low + ((high - low) * CounterRandom.Uniform(stream with { Stream = stream.Stream + 1 }, next++));

        public T Pick<T>(params T[] choices) => choices[From(0, choices.Length - 1)];

        public int[] Ids(int count, int vocabulary) => [.. Enumerable.Range(0, count).Select(_ => From(0, vocabulary - 1))];
    }
}
