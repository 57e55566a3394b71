using PureLlm.Kernels;

namespace PureLlm.Engine.Inference;

/// <summary>Draws token ids from logits; holds its own memory and allocates nothing per token.</summary>
/// <remarks>Probabilities are computed in float64. The order of tokens is by logit, then by id, so that ties have one outcome.</remarks>
public sealed class Sampler
{
    private readonly float[] scores;
    private readonly double[] weights;
    private readonly ulong[] order;
    private readonly bool[] seen;

    /// <param name="vocabularySize">V, the length of the logits.</param>
    public Sampler(int vocabularySize)
    {
        scores = new float[vocabularySize];
        weights = new double[vocabularySize];
        order = new ulong[vocabularySize];
        seen = new bool[vocabularySize];
    }

    /// <summary>Tokens that could have been drawn in the last call.</summary>
    public int Candidates { get; private set; }

    /// <summary>Forgets which tokens occurred.</summary>
    public void Restart() => Array.Clear(seen);

    /// <summary>Notes that a token occurred, for the repetition penalty.</summary>
    public void Note(int token) => seen[token] = true;

    /// <summary>Draws one token.</summary>
    /// <param name="logits">Of all tokens; not changed.</param>
    /// <param name="index">Which draw of the stream this is.</param>
    /// <exception cref="ArithmeticException">A logit is NaN, or none is finite.</exception>
    public int Sample(ReadOnlySpan<float> logits, SamplingOptions options, long index)
    {
        Penalise(logits, (float)options.RepetitionPenalty);
        int best = Largest(scores);
        Candidates = 1;
        if (options.Temperature == 0) { return best; }

        int count = Arrange(options.TopK);
        double sum = 0, max = scores[best];
        for (int i = 0; i < count; i++) { sum += weights[i] = Math.Exp((scores[Id(order[i])] - max) / options.Temperature); }
        if (options.TopP < 1) { (count, sum) = Nucleus(count, sum, options.TopP); }
        if (options.MinP > 0) { (count, sum) = Floor(count, options.MinP); }
        Candidates = count;

        double u = (CounterRandom.At64(new RandomStream(options.Seed, options.Stream), (ulong)index) >> 11) * (1.0 / (1UL << 53)), left = u * sum;
        int last = 0;
        for (int i = 0; i < count; i++)
        {
            if (weights[i] == 0) { continue; }
            last = i;
            if ((left -= weights[i]) < 0) { break; }
        }
        return Id(order[last]);
    }

    /// <summary>log p of a token under softmax(logits), before any option.</summary>
    public static double LogProbability(ReadOnlySpan<float> logits, int token)
    {
        double max = logits[Largest(logits)], sum = 0;
        foreach (float logit in logits) { sum += Math.Exp(logit - max); }
        return logits[token] - max - Math.Log(sum);
    }

    /// <summary>Index of the largest value, the lowest among equals.</summary>
    /// <exception cref="ArithmeticException">A value is NaN, or none is finite.</exception>
    public static int Largest(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (float.IsNaN(values[i])) { throw new ArithmeticException($"sampling: the logit of token {i} is NaN; the model's weights are damaged, or training diverged."); }
            if (values[i] > values[best]) { best = i; }
        }
        return float.IsFinite(values[best]) ? best : throw new ArithmeticException($"sampling: the largest logit is {values[best]}; the model's weights are damaged, or training diverged.");
    }

    private void Penalise(ReadOnlySpan<float> logits, float penalty)
    {
        logits.CopyTo(scores);
        if (penalty == 1f) { return; }
        for (int i = 0; i < scores.Length; i++)
        {
            if (seen[i]) { scores[i] = scores[i] > 0 ? scores[i] / penalty : scores[i] * penalty; }
        }
    }

    /// <summary>Puts the tokens into <see cref="order"/>: the top k sorted, or all by id.</summary>
    private int Arrange(int topK)
    {
        int count = order.Length;
        for (int i = 0; i < count; i++) { order[i] = Key(scores[i], i); }
        if (topK == 0 || topK >= count) { return count; }
        Select(order, topK);
        order.AsSpan(0, topK).Sort();
        return topK;
    }

    /// <summary>Keeps the most likely tokens until their share reaches topP.</summary>
    private (int Count, double Sum) Nucleus(int count, double sum, double topP)
    {
        // Tokens below (1 − p)/n of the sum have less than 1 − p together: none of them can be needed.
        double floor = (1 - topP) * sum / count;
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            if (weights[i] >= floor) { (order[kept], weights[kept++]) = (order[i], weights[i]); }
        }
        order.AsSpan(0, kept).Sort(weights.AsSpan(0, kept));
        double share = 0;
        for (int i = 0; i < kept; i++)
        {
            share += weights[i];
            if (share >= topP * sum) { return (i + 1, share); }
        }
        return (kept, share);
    }

    /// <summary>Keeps tokens with at least minP of the largest weight, which is 1.</summary>
    private (int Count, double Sum) Floor(int count, double minP)
    {
        int kept = 0;
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            if (weights[i] >= minP)
            {
                sum += weights[i];
                (order[kept], weights[kept++]) = (order[i], weights[i]);
            }
        }
        return (kept, sum);
    }

    /// <summary>A number that is smaller for a larger score, and among equal scores for a lower id.</summary>
    private static ulong Key(float score, int id)
    {
        uint bits = BitConverter.SingleToUInt32Bits(score + 0f);
        uint ascending = (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
        return ((ulong)~ascending << 32) | (uint)id;
    }

    private static int Id(ulong key) => (int)(uint)key;

    /// <summary>Moves the k smallest keys to the front, in any order (Hoare 1961).</summary>
    private static void Select(Span<ulong> keys, int k)
    {
        int low = 0, high = keys.Length - 1;
        while (low < high)
        {
            ulong pivot = keys[low + ((high - low) / 2)];
            int i = low, j = high;
            while (i <= j)
            {
                while (keys[i] < pivot) { i++; }
                while (keys[j] > pivot) { j--; }
                if (i <= j)
                {
                    (keys[i], keys[j]) = (keys[j], keys[i]);
                    i++;
                    j--;
                }
            }
            if (k - 1 <= j) { high = j; }
            else if (k - 1 >= i) { low = i; }
            else { return; }
        }
    }
}
