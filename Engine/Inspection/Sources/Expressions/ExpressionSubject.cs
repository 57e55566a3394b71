using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Sources.Expressions;

/// <summary>A scalar expression as operations on a tape: every name without a value of its own is a parameter.</summary>
/// <remarks>a − b is a + (−1)·b, a/b is a·(1/b), an integer power is a product, another power e^(b·ln a). The optimizer is plain gradient descent.</remarks>
internal sealed class ExpressionSubject : SmallSubject
{
    /// <summary>Most operations.</summary>
    public const int MaximumOperations = 2000;

    private const double LargestPower = 64;
    private static readonly Shape Scalar = new();

    private readonly IReadOnlyList<ExpressionStatement> statements;
    private readonly string text;
    private readonly Dictionary<string, Parameter> parameters = [];
    private readonly Dictionary<float, Tensor> constants = [];
    private readonly List<Op> ops = [];
    private readonly Dictionary<string, Tensor> values = [];
    private int next;

    /// <param name="title">As it is shown.</param>
    /// <param name="text">The text of the statements, for errors.</param>
    /// <param name="statements">What is computed.</param>
    /// <param name="names">Values of the free names, in order.</param>
    /// <param name="backend">Where to compute.</param>
    public ExpressionSubject(string title, string text, IReadOnlyList<ExpressionStatement> statements, IEnumerable<(string Name, float Value)> names, Backend backend) : base(title, backend)
    {
        (this.text, this.statements) = (text, statements);
        foreach ((string name, float value) in names) { parameters[name] = AddParameter(name, Scalar, value); }
    }

    public override TrainSection Train { get; } = GradientDescent(0.1);

    protected override Tensor Build(Tape tape)
    {
        values.Clear();
        next = 0;
        foreach ((string name, Parameter parameter) in parameters) { values[name] = parameter.Tensor; }
        foreach (ExpressionStatement statement in statements)
        {
            tape.Scope = statements.Count > 1 ? statement.Name : "";
            Tensor value = Value(tape, statement.Value);
            // A name for a name, or for a number, would be no place on the tape.
            if (value == parameters.GetValueOrDefault((statement.Value as NameExpression)?.Name ?? "")?.Tensor || !IsMade(value)) { value = Apply(tape, () => new Scale(1f), value); }
            values[statement.Name] = Named(statement.Name, value);
        }
        return values[statements[^1].Name];
    }

    private bool IsMade(Tensor tensor) => parameters.Values.All(parameter => parameter.Tensor != tensor) && !constants.ContainsValue(tensor) && !values.ContainsValue(tensor);

    private Tensor Value(Tape tape, Expression expression)
    {
        if (Constant(expression) is { } number) { return Number((float)number); }
        Tensor result = expression switch
        {
            NameExpression name => values[name.Name],
            NegatedExpression minus => Times(tape, Value(tape, minus.Operand), -1),
            CallExpression call => Apply(tape, () => ExpressionFunctions.Create(call.Function), Value(tape, call.Operand)),
            BinaryExpression { Sign: '^' } power => Power(tape, power),
            BinaryExpression { Sign: '*' } times => Multiply(tape, times.Left, times.Right),
            BinaryExpression { Sign: '/' } over => Divide(tape, over),
            BinaryExpression { Sign: '-' } minus => Apply(tape, () => new Add(), Value(tape, minus.Left), Constant(minus.Right) is { } subtracted ? Number((float)-subtracted) : Times(tape, Value(tape, minus.Right), -1)),
            BinaryExpression plus => Apply(tape, () => new Add(), Value(tape, plus.Left), Value(tape, plus.Right)),
            _ => throw new ExpressionException(text, expression.Start, expression.Length, "this can not be computed"),
        };
        return expression is NameExpression ? result : Named(expression.ToString(), result);
    }

    private Tensor Multiply(Tape tape, Expression left, Expression right) =>
        Constant(left) is { } a ? Times(tape, Value(tape, right), a)
        : Constant(right) is { } b ? Times(tape, Value(tape, left), b)
        : Apply(tape, () => new Multiply(), Value(tape, left), Value(tape, right));

    private Tensor Divide(Tape tape, BinaryExpression over)
    {
        if (Constant(over.Right) is { } divisor && divisor != 0) { return Times(tape, Value(tape, over.Left), 1 / divisor); }
        Tensor? dividend = Constant(over.Left) == 1 ? null : Value(tape, over.Left);
        Tensor reciprocal = Apply(tape, () => new Map<Reciprocal>(), Value(tape, over.Right));
        return dividend is null ? reciprocal : Apply(tape, () => new Multiply(), dividend, Named($"1/{(over.Right.Strength < 3 ? $"({over.Right})" : over.Right)}", reciprocal));
    }

    private Tensor Power(Tape tape, BinaryExpression power)
    {
        double? exponent = Constant(power.Right);
        Tensor x = Value(tape, power.Left);
        if (exponent is { } n && n == Math.Round(n) && Math.Abs(n) is >= 1 and <= LargestPower)
        {
            Tensor whole = Whole(tape, x, (int)Math.Abs(n), power.Left.ToString());
            return n > 0 ? whole : Apply(tape, () => new Map<Reciprocal>(), whole);
        }
        if (exponent == 0.5) { return Apply(tape, () => new Map<Sqrt>(), x); }
        Tensor log = Named($"log({power.Left})", Apply(tape, () => new Map<Log>(), x));
        Tensor product = exponent is { } fixedPower ? Times(tape, log, fixedPower) : Apply(tape, () => new Multiply(), Value(tape, power.Right), log);
        return Apply(tape, () => new Map<Exp>(), product);
    }

    /// <summary>xⁿ by squaring.</summary>
    private Tensor Whole(Tape tape, Tensor x, int n, string name)
    {
        if (n == 1) { return x; }
        Tensor half = Whole(tape, x, n / 2, name);
        Tensor square = Apply(tape, () => new Map<Square>(), half);
        return n % 2 == 0 ? square : Apply(tape, () => new Multiply(), Named($"{name}^{n - 1}", square), x);
    }

    private Tensor Times(Tape tape, Tensor x, double factor) => Apply(tape, () => new Scale((float)factor), x);

    /// <summary>Applies the next operation, made when it is first met and the same in every later pass.</summary>
    private Tensor Apply(Tape tape, Func<Op> create, params ReadOnlySpan<Tensor> inputs)
    {
        if (next == MaximumOperations) { throw new ExpressionException(text, 0, text.Length, $"more than {MaximumOperations} operations"); }
        if (next == ops.Count) { ops.Add(create()); }
        return tape.Apply(ops[next++], inputs);
    }

    private Tensor Number(float value)
    {
        if (!constants.TryGetValue(value, out Tensor? tensor)) { constants[value] = tensor = AddConstant(new NumberExpression(value, 0, 0).ToString(), Scalar, value); }
        return tensor;
    }

    /// <summary>The value of a part in which no name is; null: there is one.</summary>
    private static double? Constant(Expression expression) => expression switch
    {
        NumberExpression number => number.Value,
        NegatedExpression minus => -Constant(minus.Operand),
        CallExpression call => Constant(call.Operand) is { } x ? ExpressionFunctions.Value(call.Function, x) : null,
        BinaryExpression binary when Constant(binary.Left) is { } a && Constant(binary.Right) is { } b => binary.Sign switch
        {
            '+' => a + b,
            '-' => a - b,
            '*' => a * b,
            '/' => a / b,
            _ => Math.Pow(a, b),
        },
        _ => null,
    };
}
