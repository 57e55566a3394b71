using PureLlm.Kernels;

namespace PureLlm.Engine.Modules;

/// <summary>Two views of one length and format change places, piece by piece: a large one needs no third of its size.</summary>
internal static class BufferExchange
{
    private const int Piece = 1 << 20;

    public static void Run(Backend backend, View a, View b)
    {
        using TensorBuffer between = backend.Allocate(Math.Min(Piece, a.Length), a.Buffer.Format);
        for (int start = 0; start < a.Length; start += Piece)
        {
            int count = Math.Min(Piece, a.Length - start);
            View first = a.Slice(start, count), second = b.Slice(start, count), kept = new(between, 0, count);
            backend.Copy(first, kept);
            backend.Copy(second, first);
            backend.Copy(kept, second);
        }
    }
}
