using PureLlm.Kernels.Gpu;

namespace PureLlm.Tests.Gpu;

/// <summary>Two queues whose work is done at the worst time: later than it was queued, in any order that the marks allow.</summary>
/// <param name="words">Words of staging.</param>
/// <param name="seed">Decides the order.</param>
/// <param name="ignored">Calls of this kind that do nothing, one in two: what a missing one would do.</param>
internal sealed class SimulatedStreams(int words, int seed, string ignored = "") : ICopyStreams
{
    private readonly Random random = new(seed);
    private readonly float[] host = new float[words];
    private readonly Queue<(Func<bool> IsReady, Action Run)>[] queues = [new(), new()];
    private readonly List<int> set = [], passed = [];

    /// <summary>Staging of the device.</summary>
    public float[] Device { get; } = new float[words];

    public int CreateMark()
    {
        set.Add(0);
        passed.Add(0);
        return set.Count - 1;
    }

    /// <summary>Work of the compute queue.</summary>
    public void Compute(Action action) => Enqueue(StreamKind.Compute, action);

    public void Set(int mark, StreamKind behind)
    {
        int turn = ++set[mark];
        Enqueue(behind, () => passed[mark] = turn);
    }

    public void Hold(StreamKind stream, int mark)
    {
        if (IsIgnored($"hold {stream}")) { return; }
        int turn = set[mark];
        queues[(int)stream].Enqueue((() => passed[mark] >= turn, () => { }));
    }

    public void Wait(int mark)
    {
        if (IsIgnored("wait")) { return; }
        for (int idle = 0; passed[mark] < set[mark]; idle++)
        {
            Assert.That(idle, Is.LessThan(100_000), "the host waits for ever");
            Advance();
        }
    }

    public bool IsPassed(int mark) => passed[mark] >= set[mark];

    public void Upload(int start, int words) => Enqueue(StreamKind.Copy, () => host.AsSpan(start, words).CopyTo(Device.AsSpan(start)));

    public void Download(int start, int words) => Enqueue(StreamKind.Copy, () => Device.AsSpan(start, words).CopyTo(host.AsSpan(start)));

    /// <summary>While the host is about to touch staging, the device goes on for a while.</summary>
    public Span<float> Host(int start, int words)
    {
        for (int i = random.Next(6); i > 0; i--) { Advance(); }
        return host.AsSpan(start, words);
    }

    /// <summary>Does all that is queued.</summary>
    public void Finish()
    {
        for (int idle = 0; queues.Any(queue => queue.Count > 0); idle++)
        {
            Assert.That(idle, Is.LessThan(1_000_000), "the queues wait for each other");
            Advance();
        }
    }

    public void Dispose()
    {
    }

    private bool IsIgnored(string call) => call == ignored && random.Next(2) == 0;

    private void Enqueue(StreamKind stream, Action action) => queues[(int)stream].Enqueue((() => true, action));

    private void Advance()
    {
        if (queues[random.Next(2)] is { Count: > 0 } queue && queue.Peek().IsReady()) { queue.Dequeue().Run(); }
    }
}
