using PureLlm.Kernels;

namespace PureLlm.Tests.Kernels;

public class RangeAllocatorTests
{
    [Test]
    public void Places_do_not_meet_and_what_comes_back_is_one_again([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var places = new RangeAllocator();
        List<(long Start, long Bytes)> live = [];
        for (int i = 0; i < 500; i++)
        {
            if (live.Count > 0 && random.Next(5) < 2)
            {
                int at = random.Next(live.Count);
                places.Give(live[at].Start, live[at].Bytes);
                live.RemoveAt(at);
                continue;
            }
            long bytes = random.Next(3) == 0 ? 0 : 1 + random.Next(5000), start = places.Take(bytes), size = RangeAllocator.Aligned(bytes);
            Assert.That(start % 256, Is.Zero);
            Assert.That(live.Any(other => start < other.Start + RangeAllocator.Aligned(other.Bytes) && other.Start < start + size), Is.False);
            live.Add((start, bytes));
            Assert.That(places.Used, Is.EqualTo(live.Sum(item => RangeAllocator.Aligned(item.Bytes))));
            Assert.That(places.Peak, Is.GreaterThanOrEqualTo(start + size));
        }
        foreach ((long start, long bytes) in live) { places.Give(start, bytes); }
        Assert.That((places.Used, places.Take(1)), Is.EqualTo((0L, 0L)), "nothing is left over");
    }

    [Test]
    public void What_was_rehearsed_fits_into_a_block_of_that_size([Range(1, 20)] int seed)
    {
        List<long> Run(RangeAllocator places)
        {
            var random = new Random(seed);
            List<(long, long)> live = [];
            List<long> starts = [];
            for (int i = 0; i < 300; i++)
            {
                if (live.Count > 0 && random.Next(2) == 0)
                {
                    int at = random.Next(live.Count);
                    places.Give(live[at].Item1, live[at].Item2);
                    live.RemoveAt(at);
                }
                long bytes = 1 + random.Next(9000), start = places.Take(bytes);
                starts.Add(start);
                live.Add((start, bytes));
            }
            return starts;
        }

        var rehearsed = new RangeAllocator();
        List<long> expected = Run(rehearsed);
        Assert.That(Run(new RangeAllocator(rehearsed.Peak)), Is.EqualTo(expected));
        Assert.That(Run(new RangeAllocator(rehearsed.Peak - 256)), Does.Contain(-1), "no smaller block does");
    }

    [Test]
    public void The_smallest_gap_is_taken_first()
    {
        var places = new RangeAllocator(4096);
        long a = places.Take(1024), b = places.Take(256), c = places.Take(512), d = places.Take(256);
        places.Give(a, 1024);
        places.Give(c, 512);
        Assert.That((places.Take(300), places.Take(300), places.Take(2048), places.Take(2049)), Is.EqualTo((c, a, d + 256, -1L)));
        Assert.That(b, Is.EqualTo(1024));
    }
}
