namespace PureLlm.Engine.Inspection;

/// <summary>The slope of the whole loss along one element, measured: the float64 twin of the step, run with the element moved up and down.</summary>
/// <param name="Step">ε.</param>
/// <param name="Above">L(w + ε).</param>
/// <param name="Here">L(w).</param>
/// <param name="Below">L(w − ε).</param>
/// <param name="KneeAbove">L(w + ε/16).</param>
/// <param name="KneeBelow">L(w − ε/16).</param>
internal readonly record struct FiniteDifference(double Step, double Above, double Here, double Below, double KneeAbove, double KneeBelow)
{
    private const double Knee = 16;

    /// <summary>(L(w + ε) − L(w − ε)) / 2ε.</summary>
    public double Slope => (Above - Below) / (2 * Step);

    /// <summary>Slope to the right.</summary>
    public double Right => (Above - Here) / Step;

    /// <summary>Slope to the left.</summary>
    public double Left => (Here - Below) / Step;

    /// <summary>Whether the loss has a corner here: the slopes to both sides differ as much in the small as in the large.</summary>
    public bool IsCorner
    {
        get
        {
            double wide = Right - Left, close = (KneeAbove - (2 * Here) + KneeBelow) / (Step / Knee);
            return Math.Abs(wide) > 1e-3 * (Math.Abs(Right) + Math.Abs(Left)) && Math.Abs(close - wide) < 0.2 * Math.Abs(wide);
        }
    }

    /// <summary>Measures along one element of a tensor that took part in the loss.</summary>
    public static FiniteDifference Of(StepTrace trace, TraceTensor tensor, int element)
    {
        double size = Math.Clamp(trace.Summary(new TensorReading(tensor, TensorPart.Value)).Stats.Rms, 0.1, 1e6);
        double step = 1e-4 * Math.Pow(10, Math.Round(Math.Log10(size)));
        double Loss(double by) => trace.Twin.Moved(trace.LossTensor, tensor.Tensor, element, by);
        return new FiniteDifference(step, Loss(step), Loss(0), Loss(-step), Loss(step / Knee), Loss(-step / Knee));
    }
}
