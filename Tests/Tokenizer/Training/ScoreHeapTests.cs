using PureLlm.Tokenizer.Training;

namespace PureLlm.Tests.Tokenizer.Training;

public class ScoreHeapTests
{
    [Test]
    public void The_highest_score_comes_first_and_of_equal_ones_the_smallest_key()
    {
        var random = new Random(3);
        var heap = new ScoreHeap();
        List<(double Score, ulong Key)> expected = [];
        for (int i = 0; i < 20_000; i++)
        {
            if (random.Next(3) > 0)
            {
                (double score, ulong key) = (random.Next(50), (ulong)random.Next(1000));
                heap.Add(score, key);
                expected.Add((score, key));
            }
            else if (heap.TryTake(out double score, out ulong key))
            {
                (double, ulong) best = expected.OrderByDescending(item => item.Score).ThenBy(item => item.Key).First();
                Assert.That((score, key), Is.EqualTo(best));
                expected.Remove(best);
            }
            if (i % 500 == 0)
            {
                heap.Clear();
                expected.Clear();
            }
            Assert.That(heap.Count, Is.EqualTo(expected.Count));
        }
        Assert.That(new ScoreHeap().TryTake(out _, out _), Is.False);
    }
}
