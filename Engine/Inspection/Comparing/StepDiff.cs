using PureLlm.Autograd;

namespace PureLlm.Engine.Inspection.Comparing;

/// <summary>Two places side by side: the same tensor at two training steps, or two tensors of one shape.</summary>
public static class StepDiff
{
    private const int Shown = 16;

    /// <summary>Compares what two cursors select.</summary>
    /// <exception cref="FormatException">A cursor is none.</exception>
    /// <exception cref="ArgumentException">A frame has no tensor, or the two have different shapes.</exception>
    public static StepDiffView Compare(StepTrace traceA, Cursor cursorA, StepTrace traceB, Cursor cursorB)
    {
        StepScene a = StepScene.Resolve(traceA, cursorA), b = StepScene.Resolve(traceB, cursorB);
        (TensorReading readingA, TensorReading readingB) = (Subject(a), Subject(b));
        Shape shape = readingA.Tensor.Tensor.Shape;
        if (shape != readingB.Tensor.Tensor.Shape)
        {
            throw new ArgumentException($"{readingA.Tensor.Id} {shape} and {readingB.Tensor.Id} {readingB.Tensor.Tensor.Shape} can not be compared: mark and compare two tensors of one shape, such as one tensor at two steps.");
        }
        float[] x = traceA.ReadAll(readingA), y = traceB.ReadAll(readingB);
        Alignment alignment = Alignment.Of(x, y);
        bool haveGradients = readingA.Tensor.Tensor.NeedsGradient && readingB.Tensor.Tensor.NeedsGradient;
        Alignment? gradients = haveGradients ? Alignment.Of(traceA.Gradient(readingA.Tensor.Tensor), traceB.Gradient(readingB.Tensor.Tensor)) : null;
        TensorSummary difference = TensorSummary.Of(Difference(x, y), shape), ratio = TensorSummary.Of(Ratio(x, y), shape);
        int element = a.IsSelected ? a.Element : b.IsSelected ? b.Element : difference.Largest[0].Element;
        DiffCellView Cell(int i) => new(ElementText.Of(shape, i), x[i], y[i], (double)y[i] - x[i], y[i] / (double)x[i]);
        var view = new StepDiffView
        {
            A = Side(a, readingA),
            B = Side(b, readingB),
            Shape = StepText.Sizes(shape),
            Cosine = alignment.Cosine,
            NormA = alignment.NormA,
            NormB = alignment.NormB,
            Distance = alignment.Distance,
            SignsFlipped = alignment.Flipped,
            GradientCosine = gradients?.Cosine,
            WholeGradientCosine = Whole(traceA, traceB),
            Element = Cell(element),
            Difference = Heat(difference, shape, element),
            Ratio = Heat(ratio, shape, element),
            Largest = [.. difference.Largest.Where(one => one.Value != 0).Take(Shown).Select(one => Cell(one.Element))],
        };
        return view with { ReadAs = Say(view, traceA, traceB, shape) };
    }

    private static TensorReading Subject(StepScene scene) => scene.Subject is { Tensor.Tensor.Shape.Length: > 0 } subject
        ? subject
        : throw new ArgumentException($"{scene.Cursor}: a {scene.Frame.Kind.ToString().ToLowerInvariant()} frame has no tensor to compare; choose a forward, backward or update frame.");

    private static DiffSideView Side(StepScene scene, TensorReading reading) => new(
        scene.Cursor.ToString(), scene.Trace.Subject.Title, scene.Trace.Subject.Step, scene.Trace.Loss, scene.Frame.Text, reading.Tensor.Id, reading.Kind, scene.Trace.Summary(reading).Stats);

    /// <summary>The angle between the gradients of all parameters, where both steps have the same ones.</summary>
    private static double? Whole(StepTrace a, StepTrace b)
    {
        if (ReferenceEquals(a, b) || a.Parameters.Count == 0 || !a.Parameters.Select(one => (one.Id, one.Tensor.Shape)).SequenceEqual(b.Parameters.Select(one => (one.Id, one.Tensor.Shape)))) { return null; }
        Alignment sum = default;
        for (int i = 0; i < a.Parameters.Count; i++) { sum = sum.Plus(Alignment.Of(a.Gradient(a.Parameters[i].Tensor), b.Gradient(b.Parameters[i].Tensor))); }
        return sum.Cosine;
    }

    private static float[] Difference(float[] x, float[] y)
    {
        float[] difference = new float[x.Length];
        for (int i = 0; i < x.Length; i++) { difference[i] = y[i] - x[i]; }
        return difference;
    }

    /// <summary>log₂|y/x|: 0 is the same size, 1 twice as large; 0 as well where both are 0.</summary>
    private static float[] Ratio(float[] x, float[] y)
    {
        float[] ratio = new float[x.Length];
        for (int i = 0; i < x.Length; i++) { ratio[i] = x[i] == 0 && y[i] == 0 ? 0 : (float)(Math.Log2(Math.Abs((double)y[i])) - Math.Log2(Math.Abs((double)x[i]))); }
        return ratio;
    }

    private static HeatView Heat(TensorSummary summary, Shape shape, int element)
    {
        int columns = Math.Max(1, shape.Columns);
        return new HeatView(summary.Rows, summary.Columns, summary.RowSize, summary.ColumnSize, summary.Map, element / columns / summary.RowSize, element % columns / summary.ColumnSize);
    }

    private static IReadOnlyList<string> Say(StepDiffView view, StepTrace a, StepTrace b, Shape shape)
    {
        List<string> sentences = [];
        if (!ReferenceEquals(a, b)) { sentences.Add($"the loss goes from {StepText.Number(a.Loss)} at step {a.Subject.Step} to {StepText.Number(b.Loss)} at step {b.Subject.Step}"); }
        string direction = view.Cosine switch { > 0.9 => "nearly the same direction", > 0.3 => "a similar direction", > -0.3 => "unrelated directions", > -0.9 => "opposing directions", _ => "nearly opposite directions" };
        sentences.Add(view.NormA == 0 || view.NormB == 0
            ? "one of them is 0 everywhere: there is no direction to compare"
            : $"they point in {direction} (cosine {StepText.Number(view.Cosine)}); the second is {StepText.Number(view.NormB / view.NormA)} times as long, and {view.SignsFlipped} of {shape.Length} signs are flipped");
        if (view.WholeGradientCosine is { } whole) { sentences.Add($"the gradients of all parameters together have a cosine of {StepText.Number(whole)}"); }
        return sentences;
    }
}

/// <summary>Sums of two arrays that add up over parts of them.</summary>
internal readonly record struct Alignment(double Product, double SquareA, double SquareB, double SquareDistance, int Flipped)
{
    public double NormA => Math.Sqrt(SquareA);

    public double NormB => Math.Sqrt(SquareB);

    /// <summary>‖b − a‖.</summary>
    public double Distance => Math.Sqrt(SquareDistance);

    /// <summary>a·b/(‖a‖‖b‖); 0 where one of them is 0.</summary>
    public double Cosine => SquareA == 0 || SquareB == 0 ? 0 : Math.Clamp(Product / Math.Sqrt(SquareA) / Math.Sqrt(SquareB), -1, 1);

    public static Alignment Of(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double product = 0, squareA = 0, squareB = 0, distance = 0;
        int flipped = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double x = a[i], y = b[i];
            product += x * y;
            squareA += x * x;
            squareB += y * y;
            distance += (y - x) * (y - x);
            flipped += x * y < 0 ? 1 : 0;
        }
        return new Alignment(product, squareA, squareB, distance, flipped);
    }

    public Alignment Plus(Alignment other) =>
        new(Product + other.Product, SquareA + other.SquareA, SquareB + other.SquareB, SquareDistance + other.SquareDistance, Flipped + other.Flipped);
}

/// <summary>Two places side by side.</summary>
public sealed record StepDiffView
{
    public required DiffSideView A { get; init; }

    public required DiffSideView B { get; init; }

    public required IReadOnlyList<int> Shape { get; init; }

    /// <summary>Of the two readings, as vectors; 0 where one is 0.</summary>
    public required double Cosine { get; init; }

    public required double NormA { get; init; }

    public required double NormB { get; init; }

    /// <summary>‖B − A‖.</summary>
    public required double Distance { get; init; }

    /// <summary>Elements whose signs differ.</summary>
    public required int SignsFlipped { get; init; }

    /// <summary>cos(∂L/∂A, ∂L/∂B) of the two tensors; null where one has no gradient.</summary>
    public double? GradientCosine { get; init; }

    /// <summary>The same of all parameters together; null within one step, or where the parameters differ.</summary>
    public double? WholeGradientCosine { get; init; }

    /// <summary>The selected element, or the one that differs most.</summary>
    public required DiffCellView Element { get; init; }

    /// <summary>B − A.</summary>
    public required HeatView Difference { get; init; }

    /// <summary>log₂|B/A|: 0 is the same size, 1 twice as large.</summary>
    public required HeatView Ratio { get; init; }

    /// <summary>The largest differences.</summary>
    public required IReadOnlyList<DiffCellView> Largest { get; init; }

    public IReadOnlyList<string> ReadAs { get; init; } = [];
}

/// <summary>One of two places.</summary>
public sealed record DiffSideView(string Cursor, string Title, long Step, double Loss, string Frame, string Tensor, string Kind, StatsView Stats);

/// <summary>One element at both places: A, B, B − A and B/A.</summary>
public sealed record DiffCellView(string Element, double A, double B, double Difference, double Ratio);
