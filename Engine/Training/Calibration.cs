using System.Diagnostics;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;

namespace PureLlm.Engine.Training;

/// <summary>Measures what a step takes by doing a few, then puts every bit back: weights from a copy, moments to zero.</summary>
/// <remarks>Batches and dropout are functions of the step's number, so there is no position to put back.</remarks>
internal static class Calibration
{
    /// <summary>Steps that are measured in any case.</summary>
    public const int FewestSteps = 2;

    /// <summary>Seconds of one step: the median of those in the second half of the time, when the code is compiled and the threads are awake; other work of the machine disturbs it least.</summary>
    /// <param name="work">The step.</param>
    /// <param name="slabs">What it changes.</param>
    /// <param name="optimizer">What holds the moments.</param>
    /// <param name="backend">Where they live.</param>
    /// <param name="learningRate">For the updates that are thrown away.</param>
    /// <param name="seconds">How long to measure.</param>
    public static double SecondsPerStep(TrainingStep work, ParameterSlabs slabs, Optimizer optimizer, Backend backend, double learningRate, double seconds)
    {
        TensorBuffer[] copy = slabs.CopyValues();
        (double scale, int scaleSteps) = (work.LossScaler.Scale, work.LossScaler.Steps);
        var times = new List<double>();
        long start = Stopwatch.GetTimestamp();
        for (long step = 0; ; step++)
        {
            long began = Stopwatch.GetTimestamp();
            work.Measure(step);
            work.Update(step, learningRate);
            double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (step > 0 && elapsed > seconds / 2)
            {
                times.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            }
            if (elapsed >= seconds && times.Count >= FewestSteps)
            {
                break;
            }
        }
        slabs.RestoreValues(copy);
        work.LossScaler.Restore(scale, scaleSteps);
        Array.ForEach(copy, buffer => buffer.Dispose());
        slabs.ClearGradients();
        optimizer.Reset();
        times.Sort();
        return (times[(times.Count - 1) / 2] + times[times.Count / 2]) / 2;
    }

    /// <summary>Seconds that something takes.</summary>
    public static double SecondsOf(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Seconds that something takes when it is not the first time; something long is not repeated.</summary>
    public static double SecondsOfSecond(Action action)
    {
        double first = SecondsOf(action);
        return first > 0.5 ? first : SecondsOf(action);
    }
}
