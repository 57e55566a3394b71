using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;

namespace PureLlm.Tests.Engine.Data;

public class BatchSourceTests
{
    private const int Context = 5;

    private static TokenSplit Counting(int count, params long[] starts) =>
        new(new MemoryTokens([.. Enumerable.Range(0, count)], count), starts.Length == 0 ? [0] : starts);

    private static BatchSource Source(TokenSplit split, int rows, int microBatches, WindowAlignment align, DataOrder order) =>
        new(split, rows, Context, microBatches, align, order, seed: 7);

    private static (int[] Inputs, int[] Targets) Fill(BatchSource source, long step, int microBatch = 0)
    {
        var inputs = new int[source.Rows * source.Context];
        var targets = new int[inputs.Length];
        source.Fill(step, microBatch, inputs, targets);
        return (inputs, targets);
    }

    [Test]
    public void Sequential_windows_follow_row_after_row_and_batch_after_batch_and_wrap()
    {
        BatchSource source = Source(Counting(33), rows: 2, microBatches: 1, WindowAlignment.Any, DataOrder.Sequential);
        Assert.That(source.WindowsPerEpoch, Is.EqualTo(6), "(33 - 1) / 5 whole windows with a target for each token");
        for (int step = 0; step < 7; step++)
        {
            (int[] inputs, int[] targets) = Fill(source, step);
            for (int i = 0; i < inputs.Length; i++)
            {
                int expected = ((step * 10) + i) % 30;
                Assert.That((inputs[i], targets[i]), Is.EqualTo((expected, expected + 1)), $"step {step}, place {i}");
            }
        }
    }

    [Test]
    public void Shuffled_epochs_read_every_window_once_each_in_its_own_order()
    {
        BatchSource source = Source(Counting(503), rows: 1, microBatches: 1, WindowAlignment.Any, DataOrder.Shuffled);
        long[] first = [.. Enumerable.Range(0, (int)source.WindowsPerEpoch).Select(w => source.StartOf(w))];
        long[] second = [.. Enumerable.Range(0, (int)source.WindowsPerEpoch).Select(w => source.StartOf(w + source.WindowsPerEpoch))];
        foreach (long[] epoch in new[] { first, second })
        {
            long phase = epoch.Min();
            Assert.That(phase, Is.InRange(0, Context - 1));
            Assert.That(epoch.Order(), Is.EqualTo(Enumerable.Range(0, epoch.Length).Select(i => phase + (i * (long)Context))));
            Assert.That(epoch.Max() + Context, Is.LessThan(503), "the last target lies inside");
        }
        Assert.That(first, Is.Not.Ordered);
        Assert.That(second.Select(s => s - second.Min()), Is.Not.EqualTo(first.Select(s => s - first.Min())));
    }

    [Test]
    public void One_step_reads_the_same_windows_however_it_is_cut_into_micro_batches()
    {
        TokenSplit split = Counting(400);
        int[] whole = Fill(Source(split, 8, 1, WindowAlignment.Any, DataOrder.Shuffled), 3).Inputs;
        BatchSource quarters = Source(split, 2, 4, WindowAlignment.Any, DataOrder.Shuffled);
        int[] joined = [.. Enumerable.Range(0, 4).SelectMany(m => Fill(quarters, 3, m).Inputs)];
        Assert.That(joined, Is.EqualTo(whole));
        Assert.That(quarters.TokensPerStep, Is.EqualTo(8 * Context));
    }

    [Test]
    public void A_batch_depends_on_its_step_alone_so_that_a_resumed_run_reads_on_where_it_stopped()
    {
        TokenSplit split = Counting(400);
        BatchSource uninterrupted = Source(split, 4, 1, WindowAlignment.Any, DataOrder.Shuffled);
        for (int step = 0; step < 50; step++)
        {
            Fill(uninterrupted, step);
        }
        BatchSource resumed = Source(split, 4, 1, WindowAlignment.Any, DataOrder.Shuffled);
        Assert.That(Fill(resumed, 50), Is.EqualTo(Fill(uninterrupted, 50)));
    }

    [Test]
    public void Aligned_windows_start_at_documents_run_on_and_lose_no_part_of_a_long_one()
    {
        TokenSplit split = Counting(24, 0, 3, 17, 20);
        BatchSource source = Source(split, 1, 1, WindowAlignment.Document, DataOrder.Sequential);
        Assert.That(Enumerable.Range(0, (int)source.WindowsPerEpoch).Select(w => source.StartOf(w)), Is.EqualTo(new long[] { 0, 3, 8, 13, 17, 20 }));
        (int[] inputs, int[] targets) = Fill(source, 5);
        Assert.That(inputs, Is.EqualTo(new[] { 20, 21, 22, 23, 0 }), "after the last document comes the first");
        Assert.That(targets, Is.EqualTo(new[] { 21, 22, 23, 0, 1 }));
    }

    [Test]
    public void A_batch_is_filled_without_allocating()
    {
        BatchSource source = Source(Counting(4000), 8, 1, WindowAlignment.Any, DataOrder.Shuffled);
        var inputs = new int[8 * Context];
        var targets = new int[8 * Context];
        source.Fill(0, 0, inputs, targets);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 1; step < 200; step++)
        {
            source.Fill(step, 0, inputs, targets);
        }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void A_permutation_reaches_every_place_once_for_every_size([Range(1, 70)] int count)
    {
        var order = new Permutation(5, 1, count);
        Assert.That(Enumerable.Range(0, count).Select(i => order[i]).Order(), Is.EqualTo(Enumerable.Range(0, count)));
    }

    [Test]
    public void A_permutation_mixes_well_enough_that_neighbours_part()
    {
        var order = new Permutation(5, 1, 10_000);
        int close = Enumerable.Range(0, 9_999).Count(i => Math.Abs(order[i] - order[i + 1]) <= 100);
        Assert.That(close, Is.InRange(140, 260), "2 % of 9,999 neighbours is 200");
    }
}
