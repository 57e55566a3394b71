using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Updates;

/// <summary>Walks through large views on the host: a piece of each is read into memory that is used again, then threads share its parts.</summary>
/// <remarks>Parts have a fixed size, so that what is summed up part by part has the same bits on any number of threads.</remarks>
internal sealed class HostPieces(Backend backend)
{
    private const int Part = 1 << 16, Piece = 16 * Part;

    private readonly List<float[]> host = [];

    /// <summary>Parts of so many numbers.</summary>
    public static int PartsOf(int length) => (length + Part - 1) / Part;

    /// <summary>Reads views of one length, and works on them part by part.</summary>
    /// <param name="work">Gets the number of a part, and its numbers in each of the views.</param>
    /// <param name="views">What is read, side by side.</param>
    public void Read(Action<int, ArraySegment<float>[]> work, params ReadOnlySpan<View> views) => Walk(views, work, null);

    /// <summary>The same, and writes what the work leaves of the first view to a place as long.</summary>
    public void Write(View to, Action<int, ArraySegment<float>[]> work, params ReadOnlySpan<View> views) => Walk(views, work, to);

    private void Walk(ReadOnlySpan<View> views, Action<int, ArraySegment<float>[]> work, View? to)
    {
        int length = views[0].Length;
        for (int start = 0; start < length; start += Piece)
        {
            int first = start, count = Math.Min(Piece, length - start);
            for (int i = 0; i < views.Length; i++) { backend.Read(views[i].Slice(start, count), Memory(i, Math.Min(Piece, length)).AsSpan(0, count)); }
            int inputs = views.Length;
            Parallel.For(0, PartsOf(count), part =>
            {
                var parts = new ArraySegment<float>[inputs];
                for (int i = 0; i < inputs; i++) { parts[i] = new ArraySegment<float>(host[i], part * Part, Math.Min(Part, count - (part * Part))); }
                work((first / Part) + part, parts);
            });
            if (to is { } place) { backend.Write(host[0].AsSpan(0, count), place.Slice(start, count)); }
        }
    }

    private float[] Memory(int place, int length)
    {
        if (host.Count == place) { host.Add([]); }
        if (host[place].Length < length) { host[place] = GC.AllocateUninitializedArray<float>(length); }
        return host[place];
    }
}
