using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Kernels;

public unsafe class ThreadTeamTests
{
    private static ThreadTeam? s_nested;

    private struct State
    {
        public fixed int Runs[64];
        public int Threads;
        public int BadWorkers;
        public int FailAt;
    }

    private static void Count(State* state, int chunk, int worker)
    {
        Interlocked.Increment(ref state->Runs[chunk]);
        if ((uint)worker >= (uint)state->Threads)
        {
            Interlocked.Increment(ref state->BadWorkers);
        }
        if (chunk == state->FailAt)
        {
            throw new ArithmeticException($"chunk {chunk}");
        }
    }

    [Test]
    public void Every_chunk_runs_exactly_once([Values(1, 2, 3, 7)] int threads)
    {
        using var team = new ThreadTeam(threads);
        for (int round = 0; round < 4000; round++)
        {
            int chunks = round % 65;
            var state = new State { Threads = threads, FailAt = -1 };
            team.For(chunks, &state, &Count);
            for (int i = 0; i < 64; i++)
            {
                if (state.Runs[i] != (i < chunks ? 1 : 0))
                {
                    Assert.Fail($"round {round}: chunk {i} of {chunks} ran {state.Runs[i]} times");
                }
            }
            if (state.BadWorkers != 0)
            {
                Assert.Fail($"round {round}: a worker index outside [0, {threads})");
            }
        }
    }

    [Test]
    public void Threads_that_fell_asleep_are_woken()
    {
        using var team = new ThreadTeam(3);
        var seen = new HashSet<int>();
        for (int round = 0; round < 20; round++)
        {
            Thread.Sleep(2);
            var state = new State { Threads = 3, FailAt = -1 };
            team.For(3, &state, &SleepThenMark);
            for (int worker = 0; worker < 3; worker++)
            {
                if (state.Runs[worker] > 0)
                {
                    seen.Add(worker);
                }
            }
        }
        Assert.That(seen, Is.EquivalentTo(new[] { 0, 1, 2 }));
    }

    private static void SleepThenMark(State* state, int chunk, int worker)
    {
        Thread.Sleep(5);
        Interlocked.Increment(ref state->Runs[worker]);
    }

    [Test]
    public void An_exception_in_a_body_reaches_the_caller_and_the_team_goes_on([Values(1, 2, 3)] int threads, [Values(0, 17, 63)] int failAt)
    {
        using var team = new ThreadTeam(threads);
        for (int round = 0; round < 20; round++)
        {
            var state = new State { Threads = threads, FailAt = failAt };
            State* pointer = &state;
            Assert.That(() => team.For(64, pointer, &Count), Throws.TypeOf<ArithmeticException>().With.Message.EqualTo($"chunk {failAt}"));
            var next = new State { Threads = threads, FailAt = -1 };
            team.For(64, &next, &Count);
            for (int i = 0; i < 64; i++)
            {
                Assert.That(next.Runs[i], Is.EqualTo(1));
            }
        }
    }

    [Test]
    public void A_loop_inside_a_loop_is_refused([Values(1, 2)] int threads)
    {
        using var team = new ThreadTeam(threads);
        s_nested = team;
        var state = new State { Threads = threads, FailAt = -1 };
        State* pointer = &state;
        Assert.That(() => team.For(4, pointer, &CallBack), Throws.InvalidOperationException.With.Message.Contains("already runs a loop"));
    }

    private static void CallBack(State* state, int chunk, int worker) => s_nested!.For(4, state, &Count);

    [Test]
    public void A_disposed_team_refuses_work_and_has_ended_its_threads()
    {
        var team = new ThreadTeam(3);
        var state = new State { Threads = 3, FailAt = -1 };
        State* pointer = &state;
        team.For(8, pointer, &Count);
        team.Dispose();
        team.Dispose();
        Assert.That(() => team.For(8, pointer, &Count), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => (nint)team.Scratch(0, 1_000_000), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void A_loop_allocates_nothing()
    {
        using var team = new ThreadTeam(2);
        var state = new State { Threads = 2, FailAt = -1 };
        team.For(64, &state, &Count);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 100; round++)
        {
            team.For(64, &state, &Count);
        }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Scratch_is_aligned_kept_and_grows()
    {
        using var team = new ThreadTeam(2);
        float* small = team.Scratch(1, 100);
        Assert.That((long)small % 64, Is.Zero);
        small[99] = 7;
        Assert.That(team.Scratch(1, 50) == small && small[99] == 7);
        float* large = team.Scratch(1, 100_000);
        Assert.That((long)large % 64, Is.Zero);
        large[99_999] = 1;
        Assert.That(team.Scratch(0, 100) != large);
    }
}
