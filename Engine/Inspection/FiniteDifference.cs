namespace PureLlm.Engine.Inspection;

/// <summary>The slope of the whole loss along one element, measured: the float64 twin of the step, run with the element moved up and down.</summary>
/// <param name="Step">ε.</param>
/// <param name="Above">L(w + ε).</param>
/// <param name="Below">L(w − ε).</param>
internal readonly record struct FiniteDifference(double Step, double Above, double Below)
{
    /// <summary>(L(w + ε) − L(w − ε)) / 2ε.</summary>
    public double Slope => (Above - Below) / (2 * Step);

    /// <summary>Measures along one element of a tensor that took part in the loss.</summary>
    /// <remarks>ε goes with the size of the tensor's values: 1e-4 where they are about 1. Where the result is not the recorded gradient,
    /// a corner of the loss may lie within ε (relu, near 0): then it is measured again from nearer by. A wrong gradient stays wrong at any ε.</remarks>
    public static FiniteDifference Of(StepTrace trace, TraceTensor tensor, int element)
    {
        double size = Math.Clamp(trace.Summary(new TensorReading(tensor, TensorPart.Value)).Stats.Rms, 0.1, 1e6), step = 1e-4 * Math.Pow(10, Math.Round(Math.Log10(size)));
        double gradient = trace.At(new TensorReading(tensor, TensorPart.Gradient), element), slack = MeasuredProofs.SlackOf(trace, tensor);
        FiniteDifference Measure(double by) => new(by, trace.Twin.Moved(trace.LossTensor, tensor.Tensor, element, by), trace.Twin.Moved(trace.LossTensor, tensor.Tensor, element, -by));
        FiniteDifference first = Measure(step);
        if (!(Math.Abs(gradient - first.Slope) > slack)) { return first; }
        foreach (double closer in new[] { 10.0, 1000.0 })
        {
            FiniteDifference again = Measure(step / closer);
            if (Math.Abs(gradient - again.Slope) <= slack) { return again; }
        }
        return first;
    }
}

/// <summary>A corner of the loss, as relu has at 0: another slope to each side, however near one looks.</summary>
/// <param name="Left">Slope to the left.</param>
/// <param name="Right">Slope to the right.</param>
internal readonly record struct LossCorner(double Left, double Right)
{
    private const double Closer = 16;

    /// <summary>Looks for a corner at an element: the slopes to both sides differ, and as much from nearby as from afar.</summary>
    public static LossCorner? Find(StepTrace trace, TraceTensor tensor, int element)
    {
        FiniteDifference difference = trace.Difference(tensor, element);
        double Loss(double by) => trace.Twin.Moved(trace.LossTensor, tensor.Tensor, element, by);
        double step = difference.Step, near = step / Closer, here = Loss(0), right = (difference.Above - here) / step, left = (here - difference.Below) / step;
        double far = right - left, close = (Loss(near) - (2 * here) + Loss(-near)) / near;
        return Math.Abs(far) > 1e-3 * (Math.Abs(right) + Math.Abs(left)) && Math.Abs(close - far) < 0.2 * Math.Abs(far) ? new LossCorner(left, right) : null;
    }

    /// <summary>Whether a gradient lies between both slopes: any there is as right as another.</summary>
    public bool Admits(double gradient, double slack) => gradient >= Math.Min(Left, Right) - slack && gradient <= Math.Max(Left, Right) + slack;
}
