using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>Heads side by side in a row: the first are queries, the next keys, the rest is left alone. A plain row is one query head.</summary>
internal readonly record struct HeadRows(int Total, int Queries, int Keys, int Size)
{
    public int Normed => Queries + Keys;
}

/// <summary>y = x·r·w, r = 1/√(mean x² + ε), of rows or of heads; its gradient of x.</summary>
internal static class RmsNormKernels
{
    /// <summary>y and r [row, Normed] of one head; an empty weight is 1.</summary>
    public readonly struct Forward(
        ArrayView<float> x, ArrayView<float> wq, ArrayView<float> wk, ArrayView<float> y, ArrayView<float> r, HeadRows heads, int hasWq, int hasWk, float epsilon) : IRowKernel
    {
        public static int Kept => 1;

        public void Run<TTeam, TPack, TData>(int row) where TTeam : struct, ITeam where TPack : struct, IPack<TData> where TData : unmanaged
        {
            int count = heads.Size / TPack.Lanes, start = row * count, head = row % heads.Total;
            ArrayView<TData> from = x.Cast<TData>(), to = y.Cast<TData>(), kept = RowKernels.Kept<TTeam, TPack, TData>(Kept * count);
            if (head >= heads.Normed)
            {
                for (int i = TTeam.Rank; i < count; i += TTeam.Size) { to[start + i] = from[start + i]; }
                return;
            }
            TData squares = TPack.Broadcast(0f);
            for (int i = TTeam.Rank; i < count; i += TTeam.Size)
            {
                TData v = from[start + i];
                if (TTeam.Keeps) { kept[i] = v; }
                squares = TPack.MultiplyAdd(v, v, squares);
            }
            float scale = 1f / MathF.Sqrt((TTeam.Sum(TPack.Sum(squares)) / heads.Size) + epsilon);
            if (TTeam.Rank == 0) { r[(row / heads.Total * heads.Normed) + head] = scale; }
            bool isQuery = head < heads.Queries, weighted = isQuery ? hasWq != 0 : hasWk != 0;
            ArrayView<TData> ofQueries = wq.Cast<TData>(), ofKeys = wk.Cast<TData>();
            for (int i = TTeam.Rank; i < count; i += TTeam.Size)
            {
                TData v = TPack.Multiply(TTeam.Keeps ? kept[i] : from[start + i], TPack.Broadcast(scale));
                if (weighted) { v = TPack.Multiply(v, isQuery ? ofQueries[i] : ofKeys[i]); }
                to[start + i] = v;
            }
        }
    }

    /// <summary>With g = dy·w and n = x·r: dx += r·(g − n·mean(g·n)); dx += dy of a head that is left alone.</summary>
    public readonly struct Backward(
        ArrayView<float> x, ArrayView<float> wq, ArrayView<float> wk, ArrayView<float> r, ArrayView<float> dy, ArrayView<float> dx, HeadRows heads, int hasWq, int hasWk) : IRowKernel
    {
        public static int Kept => 2;

        public void Run<TTeam, TPack, TData>(int row) where TTeam : struct, ITeam where TPack : struct, IPack<TData> where TData : unmanaged
        {
            int count = heads.Size / TPack.Lanes, start = row * count, head = row % heads.Total;
            ArrayView<TData> from = x.Cast<TData>(), gradient = dy.Cast<TData>(), to = dx.Cast<TData>(), kept = RowKernels.Kept<TTeam, TPack, TData>(Kept * count);
            if (head >= heads.Normed)
            {
                for (int i = TTeam.Rank; i < count; i += TTeam.Size) { to[start + i] = TPack.Add(to[start + i], gradient[start + i]); }
                return;
            }
            bool isQuery = head < heads.Queries, weighted = isQuery ? hasWq != 0 : hasWk != 0;
            ArrayView<TData> ofQueries = wq.Cast<TData>(), ofKeys = wk.Cast<TData>();
            TData products = TPack.Broadcast(0f);
            for (int i = TTeam.Rank; i < count; i += TTeam.Size)
            {
                TData v = from[start + i], g = gradient[start + i];
                if (weighted) { g = TPack.Multiply(g, isQuery ? ofQueries[i] : ofKeys[i]); }
                if (TTeam.Keeps)
                {
                    kept[i] = v;
                    kept[count + i] = g;
                }
                products = TPack.MultiplyAdd(g, v, products);
            }
            float scale = r[(row / heads.Total * heads.Normed) + head], mean = TTeam.Sum(TPack.Sum(products)) * scale / heads.Size;
            TData minus = TPack.Broadcast(-mean * scale), factor = TPack.Broadcast(scale);
            for (int i = TTeam.Rank; i < count; i += TTeam.Size)
            {
                TData v = TTeam.Keeps ? kept[i] : from[start + i], g = TTeam.Keeps ? kept[count + i] : gradient[start + i];
                if (!TTeam.Keeps && weighted) { g = TPack.Multiply(g, isQuery ? ofQueries[i] : ofKeys[i]); }
                to[start + i] = TPack.MultiplyAdd(factor, TPack.MultiplyAdd(v, minus, g), to[start + i]);
            }
        }
    }
}
