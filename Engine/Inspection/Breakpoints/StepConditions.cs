using System.Text.RegularExpressions;
using PureLlm.Autograd;
using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Inspection.Breakpoints;

/// <summary>A part of a breakpoint, and where it stands in the text. Truth is 1, falsehood 0, and what is not known NaN.</summary>
internal abstract record StepCondition(int Start, int Length)
{
    /// <summary>Whether it is true or false, and no number.</summary>
    public abstract bool IsTruth { get; }

    /// <summary>The parts that it is made of.</summary>
    public virtual IEnumerable<StepCondition> Parts => [];

    public abstract double Evaluate(FrameFacts facts);
}

internal sealed record ConditionNumber(double Value, int Start, int Length) : StepCondition(Start, Length)
{
    public override bool IsTruth => false;

    public override double Evaluate(FrameFacts facts) => Value;
}

/// <summary>A number of the whole step: loss, gnorm, step, …</summary>
internal sealed record StepNumber(string Name, int Start, int Length) : StepCondition(Start, Length)
{
    /// <summary>Their names: those of training's rules.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. BreakName.All.Except(["nan", "inf"])];

    public override bool IsTruth => false;

    public override double Evaluate(FrameFacts facts) => facts.Saw(Name, new BreakName(Name, 0, 0).Evaluate(facts.Values));
}

/// <summary>A number about the values or gradients that the frame makes: max(|grad|).</summary>
internal sealed record FrameNumber(string Function, bool IsMagnitude, bool IsGradient, int Start, int Length) : StepCondition(Start, Length)
{
    public static IReadOnlyList<string> Functions { get; } = ["max", "min", "mean", "rms", "zeros"];

    public override bool IsTruth => false;

    private string Name => IsMagnitude ? $"{Function}(|{Subject}|)" : $"{Function}({Subject})";

    private string Subject => IsGradient ? "grad" : "value";

    public override double Evaluate(FrameFacts facts)
    {
        double[] numbers = [.. facts.Made(IsGradient).Select(reading => Of(facts.Trace!.Summary(reading).Stats))];
        return numbers.Length == 0 ? double.NaN : facts.Saw(Name, Function == "min" ? numbers.Min() : numbers.Max());
    }

    private double Of(StatsView stats) => Function switch
    {
        "max" => stats.Infinities > 0 ? double.PositiveInfinity : IsMagnitude ? stats.MaxAbs : stats.Maximum,
        "min" => IsMagnitude ? (stats.Zeros > 0 ? 0 : Math.Min(Math.Abs(stats.Minimum), Math.Abs(stats.Maximum))) : stats.Minimum,
        "mean" => stats.Mean,
        "rms" => stats.Rms,
        _ => stats.Zeros,
    };
}

/// <summary>‖Δw‖/‖w‖.</summary>
internal sealed record UpdateRatio(int Start, int Length) : StepCondition(Start, Length)
{
    public override bool IsTruth => false;

    public override double Evaluate(FrameFacts facts) => facts.Saw("update/weight", facts.UpdateOverWeight());
}

/// <summary>nan, inf: the frame in which numbers that are not finite began. check-fails: a proof of the frame does not hold.</summary>
internal sealed record FrameTruth(string Name, int Start, int Length) : StepCondition(Start, Length)
{
    public static IReadOnlyList<string> Names { get; } = ["nan", "inf", "check-fails"];

    public override bool IsTruth => true;

    public override double Evaluate(FrameFacts facts)
    {
        if (facts.Trace is not { } trace || facts.Frame is not { } frame)
        {
            return Name != "check-fails" && !(double.IsFinite(facts.Values.Loss) && double.IsFinite(facts.Values.GradientNorm)) ? 1 : 0;
        }
        return Name == "check-fails" ? Fails(trace, frame, facts) : IsOrigin(trace, frame, facts);
    }

    private double IsOrigin(StepTrace trace, Frame frame, FrameFacts facts)
    {
        if (StepOrigin.Of(trace, frame) is not { } origin || (Name == "inf" && !double.IsInfinity(origin.Value))) { return 0; }
        facts.Saw(origin.ToString().Split('\n')[0]);
        return 1;
    }

    private static double Fails(StepTrace trace, Frame frame, FrameFacts facts)
    {
        string[] tensors = frame.Kind == FrameKind.Backward ? [.. trace.Receivers(frame.Node).Select(tensor => tensor.Id)] : [""];
        IEnumerable<StepView> views = tensors.Select(tensor => StepExplainer.Explain(trace, new Cursor(trace.Subject.Step, frame.Id, Tensor: tensor)));
        IEnumerable<ProofView?> proofs = views.SelectMany(view => (ProofView?[])[view.Element?.Proof, view.Ledger?.Proof, .. view.Proofs]);
        if (proofs.FirstOrDefault(proof => proof is { Passed: false }) is not { } failed) { return 0; }
        facts.Saw($"✗ {failed.Name}");
        return 1;
    }
}

/// <summary>op=softmax, module=blocks.1.*, tensor=wte[42,*]: what the frame is about.</summary>
internal sealed record FrameMatch(string Kind, string Pattern, IReadOnlyList<int?> Element, int Start, int Length) : StepCondition(Start, Length)
{
    private readonly Regex regex = new($"^{Regex.Escape(Pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal)}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    public static IReadOnlyList<string> Kinds { get; } = ["op", "module", "tensor"];

    public override bool IsTruth => true;

    public override double Evaluate(FrameFacts facts)
    {
        if (facts.Trace is not { } trace || facts.Frame is not { } frame) { return 0; }
        bool holds = Kind switch
        {
            "op" => frame.Node >= 0 && frame.Kind is FrameKind.Forward or FrameKind.Backward && regex.IsMatch(trace.Tape[frame.Node].Op.Name),
            "module" => frame.Module.Length > 0 && regex.IsMatch(frame.Module),
            _ => facts.Made(isGradient: false).Concat(facts.Made(isGradient: true)).Any(reading => Touches(trace, reading, facts)),
        };
        return holds ? 1 : 0;
    }

    public bool Equals(FrameMatch? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <summary>Whether the frame makes one of the elements; of a gradient, another number than 0.</summary>
    private bool Touches(StepTrace trace, TensorReading reading, FrameFacts facts)
    {
        Shape shape = reading.Tensor.Tensor.Shape;
        if (!regex.IsMatch(reading.Tensor.Id)) { return false; }
        if (Element.Count == 0 || (Element.Count == shape.Rank && reading.Part == TensorPart.Value)) { return true; }
        if (Element.Count != shape.Rank) { return false; }
        float[] values = trace.ReadAll(reading);
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is 0f || !IsAt(shape, i)) { continue; }
            facts.Saw($"∂L/∂{reading.Tensor.Id}[{ElementText.Of(shape, i)}]", values[i]);
            return true;
        }
        return false;
    }

    private bool IsAt(Shape shape, int element)
    {
        for (int i = shape.Rank - 1; i >= 0; element /= shape[i], i--)
        {
            if (Element[i] is { } index && index != element % shape[i]) { return false; }
        }
        return true;
    }
}

/// <summary>−x, or not x.</summary>
internal sealed record ConditionUnary(string Operator, StepCondition Operand, int Start, int Length) : StepCondition(Start, Length)
{
    public override bool IsTruth => Operator == "not";

    public override IEnumerable<StepCondition> Parts => [Operand];

    public override double Evaluate(FrameFacts facts)
    {
        double x = Operand.Evaluate(facts);
        return Operator == "-" ? -x : x is > 0 or < 0 ? 0 : 1;
    }
}

/// <summary>Arithmetic, a comparison, <c>and</c> or <c>or</c>; a comparison with what is not known is false.</summary>
internal sealed record ConditionBinary(string Operator, StepCondition Left, StepCondition Right, int Start, int Length) : StepCondition(Start, Length)
{
    public override bool IsTruth => Operator is not ("+" or "-" or "*" or "/");

    public override IEnumerable<StepCondition> Parts => [Left, Right];

    public override double Evaluate(FrameFacts facts)
    {
        double a = Left.Evaluate(facts), b = Right.Evaluate(facts);
        return new BreakBinary(Operator, new BreakNumber(a, 0, 0), new BreakNumber(b, 0, 0), 0, 0).Evaluate(default);
    }
}
