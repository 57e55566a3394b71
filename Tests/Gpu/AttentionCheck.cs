using PureLlm.Kernels;
using static PureLlm.Tests.Gpu.GpuCheck;

namespace PureLlm.Tests.Gpu;

/// <summary>Calls of attention on random rows, against the textbook.</summary>
internal static class AttentionCheck
{
    /// <summary>Rows without gaps between them; the scale is 1/√D.</summary>
    public static AttentionShape Shape(int batch, int queries, int keys, int heads, int groups, int size, bool causal, int window = 0) =>
        new(batch, queries, keys, heads, groups, size, heads * size, groups * size, groups * size, heads * size, keys, causal, window, 1f / MathF.Sqrt(size));

    /// <summary>q, k, v, y, logSumExp, dy, dq, dk, dv, each with one number before it.</summary>
    public static float[][] Arrays(AttentionShape s)
    {
        int queries = s.Batch * s.Queries, keys = s.Batch * s.KeyBatchStride;
        int[] lengths = [queries * s.QueryStride, keys * s.KeyStride, keys * s.ValueStride, queries * s.OutputStride, queries * s.Heads,
            queries * s.OutputStride, queries * s.QueryStride, keys * s.KeyStride, keys * s.ValueStride];
        return [.. lengths.Select((length, i) => Random(1 + length, i + 1))];
    }

    /// <summary>Forward only: by chunks of keys up to so many queries, else by tiles.</summary>
    public static void Forward(AttentionShape s, bool aligned, int mostSplitQueries, float[][]? arrays = null) => With(mostSplitQueries, () =>
        Matches(4e-6, (b, v) => b.Attention(At(v[0], aligned), At(v[1], aligned), At(v[2], aligned), At(v[3], aligned), v[4].Slice(1), s), (arrays ?? Arrays(s))[..5]));

    /// <summary>Forward and backward onto gradients that are not 0; a letter of "qkv" asks for that gradient.</summary>
    public static void Backward(AttentionShape s, bool aligned, string wanted = "qkv", float[][]? arrays = null) => With(0, () =>
        Matches(2e-5, (b, v) =>
        {
            View q = At(v[0], aligned), k = At(v[1], aligned), values = At(v[2], aligned), y = At(v[3], aligned), logSumExp = v[4].Slice(1), dy = At(v[5], aligned);
            b.Attention(q, k, values, y, logSumExp, s);
            if (b == GpuCheck.Gpu)
            {
                b.AttentionBackward(q, k, values, y, logSumExp, dy, Wanted('q', v[6]), Wanted('k', v[7]), Wanted('v', v[8]), s);
            }
            else
            {
                // The textbook takes all three: what is not asked for goes elsewhere.
                float[][] kept = [.. new[] { v[6], v[7], v[8] }.Select(view => view.Span.ToArray())];
                b.AttentionBackward(q, k, values, y, logSumExp, dy, At(v[6], aligned), At(v[7], aligned), At(v[8], aligned), s);
                for (int i = 0; i < 3; i++) { if (!wanted.Contains("qkv"[i])) { kept[i].CopyTo(v[6 + i].Span); } }
            }
            View Wanted(char letter, View view) => wanted.Contains(letter) ? At(view, aligned) : default;
        }, arrays ?? Arrays(s)));

    // An array lies 19 floats behind the start of its buffer: 20 is a multiple of four.
    private static View At(View view, bool aligned) => aligned ? view.Slice(1) : view.Slice(0, view.Length - 1);

    private static void With(int mostSplitQueries, Action test)
    {
        int before = GpuCheck.Gpu.MostSplitQueries;
        GpuCheck.Gpu.MostSplitQueries = mostSplitQueries;
        try { test(); }
        finally { GpuCheck.Gpu.MostSplitQueries = before; }
    }
}
