using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inspection.Sources.Demos;
using PureLlm.Engine.Inspection.Sources.Expressions;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Sources;

/// <summary>A built-in step: its name, what it shows, and how it is made.</summary>
public sealed record Demo(string Name, string Shows, Func<Backend, DemoSubject> Create);

/// <summary>A built-in step and those after it: small enough to follow every number.</summary>
/// <param name="name">One of <see cref="All"/>.</param>
/// <param name="backend">Where to compute; the caller's.</param>
/// <exception cref="ArgumentException">There is no such demo; the message says which there are.</exception>
public sealed class DemoSource(string name, Backend backend) : SmallSource(backend)
{
    private readonly Demo demo = All.FirstOrDefault(demo => demo.Name == name) ?? throw new ArgumentException(Unknown(name));

    /// <summary>All demos, from the simplest.</summary>
    public static IReadOnlyList<Demo> All { get; } =
    [
        new("scalar", "(a·b + c).tanh(): three numbers and the chain rule", backend => Expression("scalar", "L = (a*b + c).tanh()", backend, ("a", 2f), ("b", -3f), ("c", 6.88f))),
        new("neuron", "two inputs, two weights, a bias and a target", backend => Expression("neuron", "n = x1*w1 + x2*w2 + b; y = tanh(n); e = y - t; L = e*e", backend, ("x1", 2f), ("w1", -0.3f), ("x2", -1f), ("w2", 0.4f), ("b", 0.5f), ("t", 1f))),
        new("softmax", "softmax and cross-entropy in single parts: p − onehot", backend => new SoftmaxDemo(backend)),
        new("norm", "RMSNorm and LayerNorm of one row: one input, two consumers", backend => new NormDemo(backend)),
        new("residual", "a residual block 4 numbers wide: two paths meet in one gradient", backend => new ResidualDemo(backend)),
        new("attention", "causal attention of 4 tokens, 2 heads", backend => new AttentionDemo(backend)),
        new("block", "a whole transformer block on 5 words", backend => new TransformerDemo("block", isTied: false, backend)),
        new("tied", "one matrix that reads the words and writes them", backend => new TransformerDemo("tied", isTied: true, backend)),
        new("nan", "0·ln 0: a number that is none, and where it came from", backend => new NanDemo(backend)),
    ];

    public override string Title => $"demo {demo.Name}";

    private protected override DemoSubject Create(Backend backend) => demo.Create(backend);

    private static ExpressionSubject Expression(string name, string text, Backend backend, params (string, float)[] values) =>
        new($"demo {name}", text, ExpressionParser.Parse(text), values, backend);

    private static string Unknown(string name)
    {
        string[] names = [.. All.Select(demo => demo.Name)];
        return $"there is no demo '{name}'{(Spelling.Nearest(name, names) is { } near ? $"; did you mean {near}?" : $"; there are {string.Join(", ", names)}")}";
    }
}
