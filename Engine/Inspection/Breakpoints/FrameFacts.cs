using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inspection.Updates;

namespace PureLlm.Engine.Inspection.Breakpoints;

/// <summary>The numbers of a frame that a breakpoint may ask for, and a note of those that it did; NaN where the frame has none such.</summary>
internal sealed class FrameFacts
{
    private readonly List<string> seen = [];
    private readonly BreakValues values;
    private readonly StepTrace? trace;
    private readonly Frame? frame;

    /// <summary>Of a step as a whole, which need not be open.</summary>
    public FrameFacts(BreakValues values) => this.values = values;

    public FrameFacts(StepTrace trace, Frame frame)
    {
        (this.trace, this.frame) = (trace, frame);
        BreakValues training = trace.Subject.Training;
        values = training with
        {
            Step = trace.Subject.Step,
            Loss = double.IsNaN(training.Loss) ? trace.Loss : training.Loss,
            GradientNorm = double.IsNaN(training.GradientNorm) ? trace.Modules.Norm : training.GradientNorm,
            LearningRate = double.IsNaN(training.LearningRate) ? trace.Subject.LearningRate : training.LearningRate,
        };
    }

    /// <summary>Without a frame only numbers of the step are known.</summary>
    public StepTrace? Trace => trace;

    public Frame? Frame => frame;

    public BreakValues Values => values;

    /// <summary>What was asked for and found: "gnorm = 6.1".</summary>
    public string Why => string.Join(", ", seen.Distinct());

    public void Saw(string text) => seen.Add(text);

    public double Saw(string name, double value)
    {
        if (!double.IsNaN(value)) { seen.Add($"{name} = {NumberText.Of(value)}"); }
        return value;
    }

    /// <summary>The numbers that the frame makes: forward its output; backward its shares of gradients; at an accumulation the sum; at an update the new weights.</summary>
    public IReadOnlyList<TensorReading> Made(bool isGradient)
    {
        if (trace is null || frame is null) { return []; }
        return frame.Kind switch
        {
            FrameKind.Forward when !isGradient => [new TensorReading(trace.Of(trace.Tape[frame.Node].Output), TensorPart.Value)],
            FrameKind.Backward when isGradient => [.. trace.Receivers(frame.Node).Select(tensor => new TensorReading(tensor, TensorPart.Share, frame.Node))],
            FrameKind.Accumulate when isGradient => [new TensorReading(trace.Of(trace.Tape[frame.Node].Inputs[frame.Input]), TensorPart.After, frame.Node)],
            FrameKind.Update => [new TensorReading(trace.Parameters[frame.Parameter], isGradient ? TensorPart.Gradient : TensorPart.Value)],
            _ => [],
        };
    }

    /// <summary>‖Δw‖/‖w‖ of the parameter that the frame updates.</summary>
    public double UpdateOverWeight()
    {
        if (trace is null || frame is not { Kind: FrameKind.Update }) { return double.NaN; }
        (Kernels.View before, Kernels.View after) = trace.Update!.WeightsOf(trace.Subject.Slabs.Parameters[frame.Parameter]);
        float[] w = trace.Read(before), moved = trace.Read(after);
        double change = 0, size = 0;
        for (int i = 0; i < w.Length; i++)
        {
            double delta = (double)moved[i] - w[i];
            (change, size) = (change + (delta * delta), size + ((double)w[i] * w[i]));
        }
        return size > 0 ? Math.Sqrt(change / size) : double.NaN;
    }
}
