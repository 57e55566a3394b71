using PureLlm.Kernels;

namespace PureLlm.Tests.Kernels;

/// <summary>Textbook attention in double precision: all scores of a row, softmax, weighted sum; and its gradients by the chain rule.</summary>
internal static class AttentionTwin
{
    public static (double[] Y, double[] LogSumExp) Forward(AttentionShape s, double[] q, double[] k, double[] v)
    {
        double[] y = new double[s.Batch * s.Queries * s.OutputStride], logSumExp = new double[s.Batch * s.Heads * s.Queries];
        ForEachRow(s, q, k, (row, p, keys) =>
        {
            logSumExp[row.Statistic] = row.LogSumExp;
            foreach (int j in keys)
            {
                for (int d = 0; d < s.HeadSize; d++)
                {
                    y[row.Output + d] += p[j] * v[row.Value(j) + d];
                }
            }
        });
        return (y, logSumExp);
    }

    public static (double[] Dq, double[] Dk, double[] Dv) Backward(AttentionShape s, double[] q, double[] k, double[] v, double[] dy)
    {
        double[] dq = new double[q.Length], dk = new double[k.Length], dv = new double[v.Length];
        ForEachRow(s, q, k, (row, p, keys) =>
        {
            double[] dp = new double[s.Keys];
            double mean = 0;
            foreach (int j in keys)
            {
                for (int d = 0; d < s.HeadSize; d++)
                {
                    dp[j] += dy[row.Output + d] * v[row.Value(j) + d];
                    dv[row.Value(j) + d] += p[j] * dy[row.Output + d];
                }
                mean += p[j] * dp[j];
            }
            foreach (int j in keys)
            {
                double ds = p[j] * (dp[j] - mean) * s.Scale;
                for (int d = 0; d < s.HeadSize; d++)
                {
                    dq[row.Query + d] += ds * k[row.Key(j) + d];
                    dk[row.Key(j) + d] += ds * q[row.Query + d];
                }
            }
        });
        return (dq, dk, dv);
    }

    private static void ForEachRow(AttentionShape s, double[] q, double[] k, Action<Row, double[], int[]> use)
    {
        for (int b = 0; b < s.Batch; b++)
        {
            for (int h = 0; h < s.Heads; h++)
            {
                for (int t = 0; t < s.Queries; t++)
                {
                    int position = s.Keys - s.Queries + t;
                    int[] keys = [.. Enumerable.Range(0, s.Keys).Where(j => !s.Causal || (j <= position && (s.Window == 0 || j > position - s.Window)))];
                    Row row = new(s, b, h, t);
                    double[] p = new double[s.Keys];
                    double max = double.NegativeInfinity, sum = 0;
                    foreach (int j in keys)
                    {
                        for (int d = 0; d < s.HeadSize; d++)
                        {
                            p[j] += s.Scale * q[row.Query + d] * k[row.Key(j) + d];
                        }
                        max = Math.Max(max, p[j]);
                    }
                    foreach (int j in keys)
                    {
                        sum += p[j] = Math.Exp(p[j] - max);
                    }
                    foreach (int j in keys)
                    {
                        p[j] /= sum;
                    }
                    row.LogSumExp = keys.Length == 0 ? double.NegativeInfinity : max + Math.Log(sum);
                    use(row, p, keys);
                }
            }
        }
    }

    internal sealed class Row(AttentionShape s, int batch, int head, int query)
    {
        private readonly int _keyHead = head / (s.Heads / s.KeyValueHeads) * s.HeadSize;

        public double LogSumExp { get; set; }

        public int Query { get; } = (((batch * s.Queries) + query) * s.QueryStride) + (head * s.HeadSize);

        public int Output { get; } = (((batch * s.Queries) + query) * s.OutputStride) + (head * s.HeadSize);

        public int Statistic { get; } = (((batch * s.Heads) + head) * s.Queries) + query;

        public int Key(int j) => (((batch * s.KeyBatchStride) + j) * s.KeyStride) + _keyHead;

        public int Value(int j) => (((batch * s.KeyBatchStride) + j) * s.ValueStride) + _keyHead;
    }
}
