using System.Runtime.CompilerServices;
using PureLlm.Kernels;

namespace PureLlm.Tests.Kernels;

/// <summary>Textbook attention in double precision: all scores of a row, softmax, weighted sum; and its gradients by the chain rule.</summary>
internal sealed class AttentionTwin
{
    private readonly AttentionShape _shape;

    /// <summary>Evaluates everything for the output gradient dy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public AttentionTwin(AttentionShape shape, double[] q, double[] k, double[] v, double[] dy)
    {
        _shape = shape;
        Y = new double[shape.Batch * shape.Queries * shape.OutputStride];
        LogSumExp = new double[shape.Batch * shape.Heads * shape.Queries];
        (Dq, Dk, Dv) = (new double[q.Length], new double[k.Length], new double[v.Length]);
        double[] p = new double[shape.Keys], dp = new double[shape.Keys];
        for (int row = 0; row < LogSumExp.Length; row++)
        {
            int batch = row / (shape.Heads * shape.Queries), head = row / shape.Queries % shape.Heads, query = row % shape.Queries;
            int position = shape.Keys - shape.Queries + query;
            int end = shape.Causal ? Math.Max(0, position + 1) : shape.Keys;
            int first = shape.Causal && shape.Window > 0 ? Math.Max(0, end - shape.Window) : 0;
            LogSumExp[row] = Forward(q, k, v, p, batch, head, query, first, end);
            Backward(q, k, v, dy, p, dp, batch, head, query, first, end);
        }
    }

    public double[] Y { get; }
    public double[] LogSumExp { get; }
    public double[] Dq { get; }
    public double[] Dk { get; }
    public double[] Dv { get; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Forward(double[] q, double[] k, double[] v, double[] p, int batch, int head, int query, int first, int end)
    {
        int atQ = Query(batch, query, head), atY = Output(batch, query, head);
        double max = double.NegativeInfinity, sum = 0;
        for (int j = first; j < end; j++)
        {
            int atK = Key(batch, j, head);
            p[j] = 0;
            for (int d = 0; d < _shape.HeadSize; d++)
            {
                p[j] += _shape.Scale * q[atQ + d] * k[atK + d];
            }
            max = Math.Max(max, p[j]);
        }
        for (int j = first; j < end; j++)
        {
            sum += p[j] = Math.Exp(p[j] - max);
        }
        for (int j = first; j < end; j++)
        {
            p[j] /= sum;
            int atV = Value(batch, j, head);
            for (int d = 0; d < _shape.HeadSize; d++)
            {
                Y[atY + d] += p[j] * v[atV + d];
            }
        }
        return first == end ? double.NegativeInfinity : max + Math.Log(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Backward(double[] q, double[] k, double[] v, double[] dy, double[] p, double[] dp, int batch, int head, int query, int first, int end)
    {
        int atQ = Query(batch, query, head), atY = Output(batch, query, head);
        double mean = 0;
        for (int j = first; j < end; j++)
        {
            int atV = Value(batch, j, head);
            dp[j] = 0;
            for (int d = 0; d < _shape.HeadSize; d++)
            {
                dp[j] += dy[atY + d] * v[atV + d];
                Dv[atV + d] += p[j] * dy[atY + d];
            }
            mean += p[j] * dp[j];
        }
        for (int j = first; j < end; j++)
        {
            int atK = Key(batch, j, head);
            double ds = p[j] * (dp[j] - mean) * _shape.Scale;
            for (int d = 0; d < _shape.HeadSize; d++)
            {
                Dq[atQ + d] += ds * k[atK + d];
                Dk[atK + d] += ds * q[atQ + d];
            }
        }
    }

    private int KeyHead(int head) => head / (_shape.Heads / _shape.KeyValueHeads) * _shape.HeadSize;

    private int Query(int batch, int query, int head) => (((batch * _shape.Queries) + query) * _shape.QueryStride) + (head * _shape.HeadSize);

    private int Output(int batch, int query, int head) => (((batch * _shape.Queries) + query) * _shape.OutputStride) + (head * _shape.HeadSize);

    private int Key(int batch, int key, int head) => (((batch * _shape.KeyBatchStride) + key) * _shape.KeyStride) + KeyHead(head);

    private int Value(int batch, int key, int head) => (((batch * _shape.KeyBatchStride) + key) * _shape.ValueStride) + KeyHead(head);
}
