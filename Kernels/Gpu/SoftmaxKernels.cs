using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>y = softmax(x) of each row, and its gradient.</summary>
internal static class SoftmaxKernels
{
    /// <summary>y = e^(x − max) / Σ e^(x − max); x and y may be the same memory.</summary>
    public readonly struct Forward(ArrayView<float> x, ArrayView<float> y, int columns) : IRowKernel
    {
        public static int Kept => 1;

        public void Run<TTeam, TPack, TData>(int row) where TTeam : struct, ITeam where TPack : struct, IPack<TData> where TData : unmanaged
        {
            int count = columns / TPack.Lanes, start = row * count;
            ArrayView<TData> from = x.Cast<TData>(), to = y.Cast<TData>(), kept = RowKernels.Kept<TTeam, TPack, TData>(Kept * count);
            float max = float.NegativeInfinity;
            for (int i = TTeam.Rank; i < count; i += TTeam.Size)
            {
                TData v = from[start + i];
                if (TTeam.Keeps) { kept[i] = v; }
                max = MathF.Max(max, TPack.Max(v));
            }
            TData shift = TPack.Broadcast(TTeam.Max(max)), sum = TPack.Broadcast(0f);
            for (int i = TTeam.Rank; i < count; i += TTeam.Size)
            {
                TData e = TPack.Exp(TPack.Subtract(TTeam.Keeps ? kept[i] : from[start + i], shift));
                if (TTeam.Keeps) { kept[i] = e; }
                sum = TPack.Add(sum, e);
            }
            TData scale = TPack.Broadcast(1f / TTeam.Sum(TPack.Sum(sum)));
            for (int i = TTeam.Rank; i < count; i += TTeam.Size)
            {
                TData e = TTeam.Keeps ? kept[i] : TPack.Exp(TPack.Subtract(from[start + i], shift));
                to[start + i] = TPack.Multiply(e, scale);
            }
        }
    }

    /// <summary>dx += y ⊙ (dy − Σ y ⊙ dy).</summary>
    public readonly struct Backward(ArrayView<float> y, ArrayView<float> dy, ArrayView<float> dx, int columns) : IRowKernel
    {
        public static int Kept => 2;

        public void Run<TTeam, TPack, TData>(int row) where TTeam : struct, ITeam where TPack : struct, IPack<TData> where TData : unmanaged
        {
            int count = columns / TPack.Lanes, start = row * count;
            ArrayView<TData> output = y.Cast<TData>(), gradient = dy.Cast<TData>(), to = dx.Cast<TData>(), kept = RowKernels.Kept<TTeam, TPack, TData>(Kept * count);
            TData products = TPack.Broadcast(0f);
            for (int i = TTeam.Rank; i < count; i += TTeam.Size)
            {
                TData p = output[start + i], g = gradient[start + i];
                if (TTeam.Keeps)
                {
                    kept[i] = p;
                    kept[count + i] = g;
                }
                products = TPack.MultiplyAdd(p, g, products);
            }
            TData dot = TPack.Broadcast(TTeam.Sum(TPack.Sum(products)));
            for (int i = TTeam.Rank; i < count; i += TTeam.Size)
            {
                TData p = TTeam.Keeps ? kept[i] : output[start + i], g = TTeam.Keeps ? kept[count + i] : gradient[start + i];
                to[start + i] = TPack.MultiplyAdd(p, TPack.Subtract(g, dot), to[start + i]);
            }
        }
    }
}
