using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Cli.Benching;

/// <summary>Reads or copies a block of its own on every thread, again and again: the bandwidth of whatever level the block fits into.</summary>
internal sealed unsafe class MemorySweep : IDisposable
{
    private readonly ThreadTeam team;
    private readonly State* state;

    /// <param name="team">Who sweeps.</param>
    /// <param name="bytes">Bytes of each thread's block, a multiple of 1,024; a copy's source and destination are half of it each.</param>
    /// <param name="passes">Sweeps of one call.</param>
    public MemorySweep(ThreadTeam team, int bytes, int passes)
    {
        this.team = team;
        state = (State*)NativeMemory.AlignedAlloc((nuint)sizeof(State), 64);
        nuint all = (nuint)bytes * (nuint)team.Threads;
        *state = new State { Block = (byte*)NativeMemory.AlignedAlloc(all, 64), Bytes = bytes, Passes = passes };
        NativeMemory.Fill(state->Block, all, 0);
        BytesMoved = (double)bytes * passes * team.Threads;
    }

    /// <summary>Bytes that one call reads, or reads and writes.</summary>
    public double BytesMoved { get; }

    public void Read() => team.For(team.Threads, state, &ReadBlock);

    public void Copy() => team.For(team.Threads, state, &CopyBlock);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadBlock(State* state, int chunk, int worker)
    {
        byte* block = state->Block + ((long)state->Bytes * chunk);
        Vector256<byte> a = default, b = default, c = default, d = default;
        for (int pass = 0; pass < state->Passes; pass++)
        {
            for (byte* p = block, end = block + state->Bytes; p < end; p += 128)
            {
                a |= Vector256.Load(p);
                b |= Vector256.Load(p + 32);
                c |= Vector256.Load(p + 64);
                d |= Vector256.Load(p + 96);
            }
        }
        state->Sink = (a | b | c | d).GetElement(0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyBlock(State* state, int chunk, int worker)
    {
        byte* block = state->Block + ((long)state->Bytes * chunk);
        int half = state->Bytes / 2;
        for (int pass = 0; pass < state->Passes; pass++)
        {
            for (byte* p = block, end = block + half; p < end; p += 128)
            {
                Vector256.Load(p).Store(p + half);
                Vector256.Load(p + 32).Store(p + half + 32);
                Vector256.Load(p + 64).Store(p + half + 64);
                Vector256.Load(p + 96).Store(p + half + 96);
            }
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(state->Block);
        NativeMemory.AlignedFree(state);
    }

    private struct State
    {
        public byte* Block;
        public int Bytes, Passes;
        public byte Sink;
    }
}
