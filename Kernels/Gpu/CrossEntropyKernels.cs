using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>Cross-entropy of each row against a target, and its gradient, each in one pass over the logits.</summary>
/// <remarks>Rows may have any number of columns: what lies before the first and behind the last multiple of 16 bytes is read as single floats.
/// A row with the ignored target costs nothing; a target that is no column makes its row NaN.</remarks>
internal static class CrossEntropyKernels
{
    /// <summary>A row of a matrix that starts at a multiple of 16 bytes if <paramref name="fours"/>: floats, whole packs from <see cref="First"/> · 4 on, floats.</summary>
    private readonly struct Parts(int row, int columns, bool fours)
    {
        public readonly int Start = row * columns;

        /// <summary>Floats before the packs.</summary>
        public readonly int Head = fours ? Math.Min(columns, -(row * columns) & 3) : columns;

        public int First => (Start + Head) / 4;

        public int Packs => (columns - Head) / 4;

        /// <summary>Floats that lie in no pack.</summary>
        public int Singles => columns - (4 * Packs);

        /// <summary>The column of a single float.</summary>
        public int Single(int i) => i < Head ? i : (4 * Packs) + i;
    }

    /// <summary>Σ e^(x − Max) of what was seen; a larger number rescales it.</summary>
    private readonly struct Exponentials(float max, float sum)
    {
        public readonly float Max = max, Sum = sum;

        public Exponentials Seen(float largest)
        {
            float max = MathF.Max(Max, largest);
            return max > Max ? new Exponentials(max, Sum * OneFloat.Exp(Max - max)) : this;
        }

        public Exponentials Add(float x)
        {
            Exponentials seen = Seen(x);
            return new Exponentials(seen.Max, seen.Sum + OneFloat.Exp(x - seen.Max));
        }

        // Eight numbers at a time: two loads in flight, one test.
        public Exponentials Add(Four a, Four b)
        {
            Exponentials seen = Seen(MathF.Max(FourFloats.Max(a), FourFloats.Max(b)));
            Four shift = FourFloats.Broadcast(seen.Max);
            Four e = FourFloats.Add(FourFloats.Exp(FourFloats.Subtract(a, shift)), FourFloats.Exp(FourFloats.Subtract(b, shift)));
            return new Exponentials(seen.Max, seen.Sum + FourFloats.Sum(e));
        }
    }

    /// <summary>losses[r] = logSumExp[r] − logits[r, targets[r]]; both 0 where ignored.</summary>
    public static void Forward<TTeam>(
        ArrayView<float> logits, ArrayView<int> targets, ArrayView<float> losses, ArrayView<float> logSumExp, int rows, int columns, int ignoreIndex, int fours) where TTeam : struct, ITeam
    {
        int row = TTeam.Row;
        if (row >= rows) { return; }
        int target = targets[row];
        if (target == ignoreIndex)
        {
            if (TTeam.Rank == 0) { losses[row] = logSumExp[row] = 0f; }
            return;
        }
        var parts = new Parts(row, columns, fours != 0);
        var seen = new Exponentials(float.MinValue, 0f);
        for (int i = TTeam.Rank; i < parts.Singles; i += TTeam.Size) { seen = seen.Add(logits[parts.Start + parts.Single(i)]); }
        ArrayView<Four> packs = logits.Cast<Four>();
        Four none = FourFloats.Broadcast(float.NegativeInfinity);
        for (int i = TTeam.Rank; i < parts.Packs; i += 2 * TTeam.Size)
        {
            Four a = packs[parts.First + i], b = i + TTeam.Size < parts.Packs ? packs[parts.First + i + TTeam.Size] : none;
            seen = seen.Add(a, b);
        }
        float max = TTeam.Max(seen.Max), sum = TTeam.Sum(seen.Sum * OneFloat.Exp(seen.Max - max));
        if (TTeam.Rank == 0)
        {
            bool exists = (uint)target < (uint)columns;
            float result = exists ? max + VectorMath.Log(sum) : float.NaN;
            logSumExp[row] = result;
            losses[row] = exists ? result - logits[parts.Start + target] : float.NaN;
        }
    }

    /// <summary>dlogits = factor·(e^(logits − logSumExp) − onehot(target)), factor = scale·upstream[0]; zeros where ignored. May be the memory of logits.</summary>
    public static void Backward<TTeam>(
        ArrayView<float> logits, ArrayView<int> targets, ArrayView<float> logSumExp, ArrayView<float> dlogits, ArrayView<float> upstream, int rows, int columns, int ignoreIndex, float scale, int hasUpstream, int fours)
        where TTeam : struct, ITeam
    {
        int row = TTeam.Row;
        if (row >= rows) { return; }
        int target = targets[row];
        bool counts = target != ignoreIndex;
        float factor = hasUpstream != 0 ? upstream[0] * scale : scale, shift = logSumExp[row];
        var parts = new Parts(row, columns, fours != 0);
        for (int i = TTeam.Rank; i < parts.Singles; i += TTeam.Size)
        {
            int column = parts.Single(i);
            dlogits[parts.Start + column] = counts ? Gradient(logits[parts.Start + column], shift, factor, column == target) : 0f;
        }
        ArrayView<Four> packs = logits.Cast<Four>(), results = dlogits.Cast<Four>();
        for (int i = TTeam.Rank; i < parts.Packs; i += TTeam.Size)
        {
            Four result = FourFloats.Broadcast(0f);
            if (counts)
            {
                Four x = packs[parts.First + i];
                int place = target - parts.Head - (4 * i);
                result = new Four(Gradient(x.A, shift, factor, place == 0), Gradient(x.B, shift, factor, place == 1), Gradient(x.C, shift, factor, place == 2), Gradient(x.D, shift, factor, place == 3));
            }
            results[parts.First + i] = result;
        }
    }

    private static float Gradient(float x, float logSumExp, float factor, bool isTarget)
    {
        float g = factor * OneFloat.Exp(x - logSumExp);
        return isTarget ? g - factor : g;
    }
}
