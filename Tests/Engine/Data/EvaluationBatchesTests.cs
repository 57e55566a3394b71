using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;

namespace PureLlm.Tests.Engine.Data;

public class EvaluationBatchesTests
{
    [Test]
    public void The_last_batch_is_filled_up_with_ignored_rows()
    {
        TokenSplit split = new(new MemoryTokens([.. Enumerable.Range(0, 16)], 16), [0]);
        var batches = new EvaluationBatches(split, rows: 2, context: 5, WindowAlignment.Any);
        Assert.That((batches.WindowCount, batches.Count, batches.Targets), Is.EqualTo((3L, 2, 15L)));
        var inputs = new int[10];
        var targets = new int[10];
        Assert.That(batches.Fill(0, inputs, targets), Is.EqualTo(10));
        Assert.That(targets, Is.EqualTo(Enumerable.Range(1, 10)));
        Assert.That(batches.Fill(1, inputs, targets), Is.EqualTo(5));
        Assert.That(targets, Is.EqualTo(new[] { 11, 12, 13, 14, 15, -100, -100, -100, -100, -100 }));
    }

    [Test]
    public void The_floor_is_the_mean_ideal_loss_of_exactly_the_counted_targets()
    {
        float[] nats = [8, 1, 2, 4, 8, 16, 32];
        TokenSplit split = new(new MemoryTokens([0, 1, 2, 3, 4, 5, 6], 7), [0, 4], nats);
        var all = new EvaluationBatches(split, rows: 4, context: 4, WindowAlignment.Document);
        Assert.That(all.Floor, Is.EqualTo((1 + 2 + 4 + 8 + 16 + 32 + 8 + 1) / 8.0), "windows 0‥4 and 4‥1 around the end; their first tokens are given");
        var first = new EvaluationBatches(split, rows: 4, context: 4, WindowAlignment.Document, maximumWindows: 1);
        Assert.That(first.Floor, Is.EqualTo((1 + 2 + 4 + 8) / 4.0));
    }

    [Test]
    public void Fewer_windows_are_spread_evenly()
    {
        TokenSplit split = new(new MemoryTokens(new int[1001], 1), [0]);
        var some = new EvaluationBatches(split, rows: 1, context: 10, WindowAlignment.Any, maximumWindows: 4);
        Assert.That(Enumerable.Range(0, 4).Select(w => some.StartOf(w)), Is.EqualTo(new long[] { 0, 250, 500, 750 }));
    }
}
