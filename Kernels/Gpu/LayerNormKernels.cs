using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>y = (x − mean)·r·w + b, r = 1/√(variance + ε) of each row, and its gradient of x.</summary>
internal static class LayerNormKernels
{
    /// <summary>y, mean and r of one row; the variance by the deviations, in a second pass over the kept row.</summary>
    public readonly struct Forward(
        ArrayView<float> x, ArrayView<float> w, ArrayView<float> b, ArrayView<float> y, ArrayView<float> mean, ArrayView<float> r, int columns, int hasW, int hasB, float epsilon) : IRowKernel
    {
        public static int Kept => 1;

        public void Run<TTeam, TPack, TData>(int row) where TTeam : struct, ITeam where TPack : struct, IPack<TData> where TData : unmanaged
        {
            int count = columns / TPack.Lanes, start = row * count;
            ArrayView<TData> from = x.Cast<TData>(), to = y.Cast<TData>(), weight = w.Cast<TData>(), bias = b.Cast<TData>(), kept = RowKernels.Kept<TTeam, TPack, TData>(Kept * count);
            TData sum = TPack.Broadcast(0f), squares = TPack.Broadcast(0f);
            for (int i = TTeam.Rank; i < count; i += TTeam.Size)
            {
                TData v = from[start + i];
                if (TTeam.Keeps) { kept[i] = v; }
                sum = TPack.Add(sum, v);
            }
            float mu = TTeam.Sum(TPack.Sum(sum)) / columns;
            TData center = TPack.Broadcast(mu);
            for (int i = TTeam.Rank; i < count; i += TTeam.Size)
            {
                TData deviation = TPack.Subtract(TTeam.Keeps ? kept[i] : from[start + i], center);
                squares = TPack.MultiplyAdd(deviation, deviation, squares);
            }
            float scale = 1f / MathF.Sqrt((TTeam.Sum(TPack.Sum(squares)) / columns) + epsilon);
            if (TTeam.Rank == 0)
            {
                mean[row] = mu;
                r[row] = scale;
            }
            for (int i = TTeam.Rank; i < count; i += TTeam.Size)
            {
                TData v = TPack.Multiply(TPack.Subtract(TTeam.Keeps ? kept[i] : from[start + i], center), TPack.Broadcast(scale));
                if (hasW != 0) { v = TPack.Multiply(v, weight[i]); }
                to[start + i] = hasB != 0 ? TPack.Add(v, bias[i]) : v;
            }
        }
    }

    /// <summary>With g = dy·w and n = (x − mean)·r: dx += r·(g − mean(g) − n·mean(g·n)).</summary>
    public readonly struct Backward(
        ArrayView<float> x, ArrayView<float> w, ArrayView<float> mean, ArrayView<float> r, ArrayView<float> dy, ArrayView<float> dx, int columns, int hasW) : IRowKernel
    {
        public static int Kept => 2;

        public void Run<TTeam, TPack, TData>(int row) where TTeam : struct, ITeam where TPack : struct, IPack<TData> where TData : unmanaged
        {
            int count = columns / TPack.Lanes, start = row * count;
            ArrayView<TData> from = x.Cast<TData>(), gradient = dy.Cast<TData>(), to = dx.Cast<TData>(), weight = w.Cast<TData>(), kept = RowKernels.Kept<TTeam, TPack, TData>(Kept * count);
            float scale = r[row];
            TData center = TPack.Broadcast(mean[row]), factor = TPack.Broadcast(scale), sum = TPack.Broadcast(0f), products = TPack.Broadcast(0f);
            for (int i = TTeam.Rank; i < count; i += TTeam.Size)
            {
                TData n = TPack.Multiply(TPack.Subtract(from[start + i], center), factor), g = gradient[start + i];
                if (hasW != 0) { g = TPack.Multiply(g, weight[i]); }
                if (TTeam.Keeps)
                {
                    kept[i] = n;
                    kept[count + i] = g;
                }
                sum = TPack.Add(sum, g);
                products = TPack.MultiplyAdd(g, n, products);
            }
            TData meanOfG = TPack.Broadcast(TTeam.Sum(TPack.Sum(sum)) / columns), minusMeanOfGN = TPack.Broadcast(-TTeam.Sum(TPack.Sum(products)) / columns);
            for (int i = TTeam.Rank; i < count; i += TTeam.Size)
            {
                TData n = TTeam.Keeps ? kept[i] : TPack.Multiply(TPack.Subtract(from[start + i], center), factor);
                TData g = TTeam.Keeps ? kept[count + i] : gradient[start + i];
                if (!TTeam.Keeps && hasW != 0) { g = TPack.Multiply(g, weight[i]); }
                g = TPack.MultiplyAdd(n, minusMeanOfGN, TPack.Subtract(g, meanOfG));
                to[start + i] = TPack.MultiplyAdd(factor, g, to[start + i]);
            }
        }
    }
}
