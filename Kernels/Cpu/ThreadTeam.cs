using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>Threads that stay alive between kernels and share the chunks of a loop; the caller works with them as worker 0.</summary>
/// <remarks>
/// A free thread claims the next chunk that nobody has started, so a late thread delays nothing. Which thread runs a chunk is chance:
/// a body must compute the same from (state, chunk) on any worker. One loop at a time; a call allocates nothing.
/// Idle threads spin for some tens of microseconds, then sleep. Knows nothing about arithmetic.
/// </remarks>
public sealed unsafe class ThreadTeam : IDisposable
{
    private static readonly long s_spinTicks = Environment.ProcessorCount > 1 ? Stopwatch.Frequency * 50 / 1_000_000 : 0;

    private readonly Thread[] _threads;
    private readonly NativeBlock[] _scratch;
    private readonly object _wake = new();
    private readonly object _joined = new();

    private NativeBlock _shared;
    private Counters _counters;
    private int _chunks;
    private void* _state;
    private delegate*<void*, int, int, void> _body;
    private Exception? _error;
    private int _busy;
    private int _sleepers;
    private int _callerSleeps;
    private volatile bool _disposed;

    /// <summary>Starts <paramref name="threads"/> − 1 background threads.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one thread.</exception>
    public ThreadTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _scratch = new NativeBlock[threads];
        _threads = new Thread[threads - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"kernels {worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads that work on a loop, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Runs <paramref name="body"/>(state, chunk, worker) once for each chunk in [0, <paramref name="chunks"/>), and returns when all are done.</summary>
    /// <remarks>Worker is in [0, <see cref="Threads"/>). One chunk, or one thread, runs on the caller without waking anybody.
    /// After an exception chunks that nobody has started are skipped; the first exception reaches the caller.</remarks>
    /// <exception cref="InvalidOperationException">The team is already running a loop: a body called back, or two threads share the team.</exception>
    public void For<TState>(int chunks, TState* state, delegate*<TState*, int, int, void> body) where TState : unmanaged
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (chunks <= 0)
        {
            return;
        }
        if (Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            throw new InvalidOperationException("ThreadTeam.For: the team already runs a loop; a body must not start another one, and two threads must not share a team: give each its own backend.");
        }
        try
        {
            if (chunks == 1 || Threads == 1)
            {
                for (int chunk = 0; chunk < chunks; chunk++)
                {
                    body(state, chunk, 0);
                }
            }
            else
            {
                RunShared(chunks, state, (delegate*<void*, int, int, void>)body);
            }
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    /// <summary>Memory that only <paramref name="worker"/> uses, at least <paramref name="floats"/> long, 64-byte aligned; its content is whatever was left there.</summary>
    /// <remarks>Call it from that worker's body, or between loops. A longer request moves it.</remarks>
    public float* Scratch(int worker, int floats)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _scratch[worker].Reserve(floats);
    }

    /// <summary>Memory that the caller fills for all workers, under the same rules; reserve it between loops.</summary>
    public float* SharedScratch(int floats)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _shared.Reserve(floats);
    }

    /// <summary>Ends the threads and frees the scratch memory.</summary>
    /// <exception cref="InvalidOperationException">A loop is running.</exception>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }
        if (Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            throw new InvalidOperationException("ThreadTeam.Dispose: a loop is still running; dispose the team after it.");
        }
        _disposed = true;
        lock (_wake)
        {
            Monitor.PulseAll(_wake);
        }
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }
        foreach (ref NativeBlock block in _scratch.AsSpan())
        {
            block.Dispose();
        }
        _shared.Dispose();
    }

    private void RunShared(int chunks, void* state, delegate*<void*, int, int, void> body)
    {
        _chunks = chunks;
        _state = state;
        _body = body;
        _error = null;
        Volatile.Write(ref _counters.Unfinished, chunks);
        Interlocked.Exchange(ref _counters.Unclaimed, chunks);   // publishes the fields above; full fence before _sleepers is read
        if (Volatile.Read(ref _sleepers) > 0)
        {
            Wake(chunks - 1);
        }
        RunChunks(worker: 0);
        if (Volatile.Read(ref _counters.Unfinished) != 0)
        {
            Join();
        }
        if (_error is { } error)
        {
            _error = null;
            ExceptionDispatchInfo.Capture(error).Throw();
        }
    }

    // A successful claim keeps the loop open until the chunk is finished, so the fields read after it belong to that loop.
    private void RunChunks(int worker)
    {
        int unclaimed = Volatile.Read(ref _counters.Unclaimed);
        while (unclaimed > 0)
        {
            int seen = Interlocked.CompareExchange(ref _counters.Unclaimed, unclaimed - 1, unclaimed);
            if (seen == unclaimed)
            {
                RunChunk(_chunks - unclaimed, worker);
                seen = Volatile.Read(ref _counters.Unclaimed);
            }
            unclaimed = seen;
        }
    }

    private void RunChunk(int chunk, int worker)
    {
        try
        {
            if (_error is null)
            {
                _body(_state, chunk, worker);
            }
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _error, e, null);
        }
        if (Interlocked.Decrement(ref _counters.Unfinished) == 0 && worker != 0 && Volatile.Read(ref _callerSleeps) != 0)
        {
            lock (_joined)
            {
                Monitor.PulseAll(_joined);
            }
        }
    }

    private void Wake(int threads)
    {
        lock (_wake)
        {
            for (int i = Math.Min(threads, _sleepers); i > 0; i--)
            {
                Monitor.Pulse(_wake);
            }
        }
    }

    private void Join()
    {
        if (Spin(ref _counters.Unfinished, untilZero: true))
        {
            return;
        }
        lock (_joined)
        {
            Interlocked.Exchange(ref _callerSleeps, 1);   // full fence: the last worker sees the flag, or this thread sees zero
            while (Volatile.Read(ref _counters.Unfinished) != 0)
            {
                Monitor.Wait(_joined);
            }
            Volatile.Write(ref _callerSleeps, 0);
        }
    }

    private void Work(int worker)
    {
        while (!_disposed)
        {
            RunChunks(worker);
            if (!Spin(ref _counters.Unclaimed, untilZero: false))
            {
                Sleep();
            }
        }
    }

    private void Sleep()
    {
        lock (_wake)
        {
            Interlocked.Increment(ref _sleepers);         // full fence: the caller sees a sleeper, or this thread sees its chunks
            if (Volatile.Read(ref _counters.Unclaimed) == 0 && !_disposed)
            {
                Monitor.Wait(_wake);
            }
            Interlocked.Decrement(ref _sleepers);
        }
    }

    // Bounded: on a shared machine the thread that is waited for may not be running.
    private bool Spin(ref int counter, bool untilZero)
    {
        long end = Stopwatch.GetTimestamp() + s_spinTicks;
        do
        {
            for (int i = 0; i < 16; i++)
            {
                if (Volatile.Read(ref counter) == 0 == untilZero)
                {
                    return true;
                }
                Thread.SpinWait(1);
            }
            if (_disposed)
            {
                return false;
            }
        }
        while (Stopwatch.GetTimestamp() < end);
        return false;
    }

    // Each counter on a pair of cache lines of its own.
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Counters
    {
        [FieldOffset(128)] public int Unclaimed;
        [FieldOffset(256)] public int Unfinished;
    }
}
