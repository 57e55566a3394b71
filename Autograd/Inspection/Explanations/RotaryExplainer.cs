using PureLlm.Autograd.Ops;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Explains <see cref="Rotary"/>: pairs of channels turned by an angle that grows with the position; gradients are turned back.</summary>
internal sealed class RotaryExplainer : OpExplainer
{
    private static readonly Formula ForwardFormula = Formula.Parse("y[u] = x[u] * cos(theta) - x[v] * sin(theta); y[v] = x[v] * cos(theta) + x[u] * sin(theta)");
    private static readonly Formula InputFormula = Formula.Parse("dx[u] = dy[u] * cos(theta) + dy[v] * sin(theta); dx[v] = dy[v] * cos(theta) - dy[u] * sin(theta)");
    private static readonly Formula FirstRule = Formula.Parse("dx[u] = dy[u] * cos(theta) + dy[v] * sin(theta)");
    private static readonly Formula SecondRule = Formula.Parse("dx[v] = dy[v] * cos(theta) - dy[u] * sin(theta)");
    private static readonly Formula PassedRule = Formula.Parse("dx = dy");
    private static readonly Formula TableFormula = Formula.Parse("dtable = 0");

    public override Formula Forward(NodeValues values) => ForwardFormula;

    public override Formula Backward(NodeValues values, int input) => input == 0 ? InputFormula : TableFormula;

    public override Formula Backward(NodeValues values, int input, int element) =>
        input != 0 ? TableFormula : Turn.Of(values, element) is not { } turn ? PassedRule : turn.IsFirst ? FirstRule : SecondRule;

    public override string Symbol(NodeValues values, int input) => input == 0 ? "x" : "table";

    public override IReadOnlyList<Quantity> Rule(NodeValues values, int input, int element)
    {
        if (input != 0) { return []; }
        Shape shape = values.InputShape(0);
        return Lines(Place.At("dx", shape, element), "dy", shape, values.OutputGradient, element, Turn.Of(values, element), isBackward: true);
    }

    public override IReadOnlyList<Term> Terms(NodeValues values, int input, int element)
    {
        if (input != 0) { return []; }
        Shape shape = values.InputShape(0);
        Factor own = new(Place.At("dy", shape, element), values.OutputGradient[element]);
        if (Turn.Of(values, element) is not { } turn) { return [new Term("passed on", own)]; }
        Factor sine = turn.IsFirst ? new("sin θ", turn.Sin) : new("−sin θ", -turn.Sin);
        return
        [
            new Term("own channel", own, new Factor("cos θ", turn.Cos)),
            new Term("pair partner", new Factor(Place.At("dy", shape, turn.Partner), values.OutputGradient[turn.Partner]), sine),
        ];
    }

    public override IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element)
    {
        Shape shape = values.OutputShape;
        return Lines(Place.At("y", shape, element), "x", shape, values.Input(0), element, Turn.Of(values, element), isBackward: false);
    }

    public override IEnumerable<Observation> Observe(NodeValues values, int input, int element)
    {
        if (input != 0)
        {
            yield return new("constant", "the table of cosines and sines is a constant: it gets no gradient");
        }
        else if (Turn.Of(values, element) is { } turn)
        {
            yield return turn.Sin == 0 && turn.Cos == 1
                ? new("position 0", "position 0 is turned by 0°: the gradient passes unchanged")
                : new("rotated pair", $"channel {turn.Channel} turns with channel {turn.PartnerChannel} by {NumberText.Of(turn.Degrees)}° at position {turn.Position}; a rotation changes no length, so the pair's gradient keeps its size", 0, turn.Partner);
        }
        else
        {
            Rotary op = (Rotary)values.Op;
            int size = values.InputShape(0).Columns / op.TotalHeads;
            bool isHead = element / size % op.TotalHeads < op.RotatedHeads;
            yield return new("passed on", isHead ? $"only the first {values.InputShape(1)[1]} of {size} channels of a head are turned; this one passes unchanged" : "value heads are not turned: the gradient passes unchanged");
        }
    }

    public override string Describe(NodeValues values, int input, int element)
    {
        if (input > 0)
        {
            int columns = values.InputShape(1)[1], half = columns / 2, column = element % columns;
            return $"position {element / columns}, {(column < half ? "cosine" : "sine")} of pair {column % half}";
        }
        Rotary op = (Rotary)values.Op;
        Shape shape = values.InputShape(0);
        int size = shape.Columns / op.TotalHeads;
        return $"{Place.Row(shape, element / shape.Columns)}, head {element / size % op.TotalHeads}, channel {element % size}";
    }

    /// <remarks>Two products and a sum; no sum inside.</remarks>
    public override double ToleranceInUlps(NodeValues values, int input) => 2;

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
    [
        SourceFiles.Method("Autograd/Ops/Rotary.cs", "void Backward("),
        SourceFiles.Method("Kernels/Cpu/RotaryKernel.cs", ((Rotary)values.Op).Interleaved ? "void RotateNeighbours<" : "readonly struct Halves("),
    ];

    /// <summary>The angle, then the result with symbols and with numbers; backward turns the other way.</summary>
    private static IReadOnlyList<Quantity> Lines(string result, string symbol, Shape shape, ReadOnlySpan<float> from, int element, Turn? turn, bool isBackward)
    {
        double own = from[element];
        string place = Place.At(symbol, shape, element);
        if (turn is null) { return [new(result, $"{place}, which is not turned", own)]; }
        double other = from[turn.Partner];
        bool adds = turn.IsFirst == isBackward;
        string sign = adds ? "+" : "−";
        return
        [
            new("θ", $"the angle of position {turn.Position}, pair {turn.Pair}, in degrees from −180 to 180", turn.Degrees),
            new("cos θ", "from the table", turn.Cos),
            new("sin θ", "from the table", turn.Sin),
            .. RuleLines.Both(result, $"{place}·cos θ {sign} {Place.At(symbol, shape, turn.Partner)}·sin θ",
                $"{NumberText.Of(own)}·{NumberText.Operand(turn.Cos)} {sign} {NumberText.Operand(other)}·{NumberText.Operand(turn.Sin)}", (own * turn.Cos) + ((adds ? other : -other) * turn.Sin)),
        ];
    }

    /// <summary>The rotation that an element takes part in.</summary>
    private sealed record Turn(int Position, int Pair, int Channel, int Partner, int PartnerChannel, bool IsFirst, double Cos, double Sin)
    {
        public double Degrees => Math.Atan2(Sin, Cos) * 180 / Math.PI;

        public static Turn? Of(NodeValues values, int element)
        {
            Rotary op = (Rotary)values.Op;
            Shape shape = values.InputShape(0);
            int size = shape.Columns / op.TotalHeads, turned = values.InputShape(1)[1], half = turned / 2, channel = element % size;
            if (element / size % op.TotalHeads >= op.RotatedHeads || channel >= turned) { return null; }
            bool isFirst = op.Interleaved ? channel % 2 == 0 : channel < half;
            int step = (op.Interleaved ? 1 : half) * (isFirst ? 1 : -1), pair = op.Interleaved ? channel / 2 : channel % half;
            int position = op.FirstPosition + (element / shape.Columns % shape[1]), at = (position * turned) + pair;
            return new Turn(position, pair, channel, element + step, channel + step, isFirst, values.Input(1)[at], values.Input(1)[at + half]);
        }
    }
}
