using System.Diagnostics;
using PureLlm.Engine.Inspection;

namespace PureLlm.Tests.Engine.Inspection;

/// <summary>How long one waits for a view; needs a machine at rest.</summary>
[Category("Slow")]
[Explicit("times")]
public sealed class StepSpeedTests
{
    [Test]
    public void A_view_of_a_model_as_large_as_tiny_takes_50_ms_at_most()
    {
        using StepTrace trace = new(new TransformerSubject(tie: false, width: 64, vocabulary: 512, time: 32));
        List<double> times = [];
        for (int round = 0; round < 3; round++)
        {
            times.Clear();
            foreach (Frame frame in trace.Frames)
            {
                Stopwatch watch = Stopwatch.StartNew();
                StepExplainer.Explain(trace, new Cursor(0, frame.Id));
                times.Add(watch.Elapsed.TotalMilliseconds);
            }
        }
        times.Sort();
        Assert.That(times[(int)(times.Count * 0.95)], Is.LessThanOrEqualTo(50));
    }

    [Test]
    public void A_tensor_of_ten_million_values_is_looked_at_in_150_ms()
    {
        float[] values = [.. Enumerable.Range(0, 10_000_000).Select(i => MathF.Sin(i))];
        TensorSummary.Of(values, new(2500, 4000));
        Stopwatch watch = Stopwatch.StartNew();
        TensorSummary.Of(values, new(2500, 4000));
        Assert.That(watch.Elapsed.TotalMilliseconds, Is.LessThanOrEqualTo(150));
    }
}
