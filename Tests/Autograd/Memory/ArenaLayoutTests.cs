using PureLlm.Autograd.Memory;
using PureLlm.Kernels;

namespace PureLlm.Tests.Autograd.Memory;

public class ArenaLayoutTests
{
    private const long Unlimited = long.MaxValue / 4;

    [Test]
    public void Blocks_that_never_meet_share_one_place()
    {
        MemoryBlock[] blocks = [Block(100, 0, 1), Block(90, 2, 5), Block(112, 6, 6)];
        Assert.That(ArenaLayout.Place(blocks, Unlimited), Is.EqualTo(112));
        Assert.That(blocks, Has.All.Property(nameof(MemoryBlock.Offset)).Zero);
    }

    [Test]
    public void Blocks_that_meet_at_one_step_lie_side_by_side()
    {
        MemoryBlock[] blocks = [Block(16, 0, 3), Block(16, 3, 4)];
        Assert.That(ArenaLayout.Place(blocks, Unlimited), Is.EqualTo(32));
    }

    [Test]
    public void Nothing_needs_nothing() => Assert.That(ArenaLayout.Place([], Unlimited), Is.Zero);

    [TestCase(1), TestCase(2), TestCase(3)]
    public void Random_blocks_never_overlap_and_stay_near_the_lower_bound(int seed)
    {
        MemoryBlock[] blocks = Random(300, seed);
        long total = ArenaLayout.Place(blocks, Unlimited);
        AssertApart(blocks);
        Assert.That(total, Is.EqualTo(blocks.Max(block => block.Offset + block.Size)));
        Assert.That(total, Is.InRange(ArenaLayout.LowerBound(blocks), 1.25 * ArenaLayout.LowerBound(blocks)));
        Assert.That(blocks, Has.All.Matches<MemoryBlock>(block => block!.Offset % 16 == 0));
    }

    [Test]
    public void Values_that_nest_as_a_forward_and_backward_pass_fit_exactly()
    {
        MemoryBlock[] blocks = [.. Enumerable.Range(0, 50).Select(i => Block(64 * (1 + (i % 5)), i, 99 - i))];
        Assert.That(ArenaLayout.Place(blocks, Unlimited), Is.EqualTo(ArenaLayout.LowerBound(blocks)));
    }

    [Test]
    public void No_block_lies_across_two_arenas()
    {
        MemoryBlock[] blocks = Random(100, 9);
        const long Arena = 1040;
        ArenaLayout.Place(blocks, Arena);
        AssertApart(blocks);
        Assert.That(blocks, Has.All.Matches<MemoryBlock>(block => block!.Offset / Arena == (block.Offset + block.Size - 1) / Arena));
    }

    private static void AssertApart(MemoryBlock[] blocks)
    {
        foreach (MemoryBlock a in blocks)
        {
            foreach (MemoryBlock b in blocks)
            {
                bool isApart = ReferenceEquals(a, b) || !a.Meets(b) || a.Offset + a.Size <= b.Offset || b.Offset + b.Size <= a.Offset;
                Assert.That(isApart, $"[{a.From}, {a.To}] at {a.Offset} and [{b.From}, {b.To}] at {b.Offset}");
            }
        }
    }

    private static MemoryBlock[] Random(int count, int seed) =>
        [.. Enumerable.Range(0, count).Select(i =>
        {
            RandomStream stream = new((ulong)seed, (ulong)i);
            int from = CounterRandom.Below(stream, 0, 200);
            return Block(1 + CounterRandom.Below(stream, 1, 1000), from, from + CounterRandom.Below(stream, 2, 60));
        })];

    private static MemoryBlock Block(int length, int from, int to)
    {
        MemoryBlock block = new(length, from);
        block.UseAt(to);
        return block;
    }
}
