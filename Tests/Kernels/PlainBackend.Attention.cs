using PureLlm.Kernels;

namespace PureLlm.Tests.Kernels;

/// <summary>Attention with all scores of a query in a row.</summary>
internal partial class PlainBackend
{
    /// <summary>The keys [first, last) that query i sees.</summary>
    private static (int First, int Last) Visible(in AttentionShape s, int i)
    {
        int position = s.Keys - s.Queries + i;
        int last = s.Causal ? Math.Min(position + 1, s.Keys) : s.Keys;
        int first = s.Causal && s.Window > 0 ? Math.Max(0, position + 1 - s.Window) : 0;
        return (first, Math.Max(first, last));
    }

    public override void Attention(View q, View k, View v, View y, View logSumExp, in AttentionShape shape)
    {
        var s = shape;
        Span<float> sq = q.Span, sk = k.Span, sv = v.Span, sy = y.Span, sl = logSumExp.Span;
        int share = s.Heads / s.KeyValueHeads;
        double[] scores = new double[s.Keys];
        for (int b = 0; b < s.Batch; b++)
        {
            for (int h = 0; h < s.Heads; h++)
            {
                int column = h * s.HeadSize, shared = h / share * s.HeadSize;
                for (int i = 0; i < s.Queries; i++)
                {
                    int query = (((b * s.Queries) + i) * s.QueryStride) + column, output = (((b * s.Queries) + i) * s.OutputStride) + column;
                    var (first, last) = Visible(s, i);
                    double max = double.NegativeInfinity, sum = 0;
                    for (int j = first; j < last; j++)
                    {
                        double dot = 0;
                        for (int d = 0; d < s.HeadSize; d++) { dot += (double)sq[query + d] * sk[(((b * s.KeyBatchStride) + j) * s.KeyStride) + shared + d]; }
                        scores[j] = dot * s.Scale;
                        max = Math.Max(max, scores[j]);
                    }
                    for (int j = first; j < last; j++) { sum += scores[j] = Math.Exp(scores[j] - max); }
                    sl[(((b * s.Heads) + h) * s.Queries) + i] = (float)(max + Math.Log(sum));
                    for (int d = 0; d < s.HeadSize; d++)
                    {
                        double value = 0;
                        for (int j = first; j < last; j++) { value += scores[j] / sum * sv[(((b * s.KeyBatchStride) + j) * s.ValueStride) + shared + d]; }
                        sy[output + d] = (float)value;
                    }
                }
            }
        }
    }

    public override void AttentionBackward(View q, View k, View v, View y, View logSumExp, View dy, View dq, View dk, View dv, in AttentionShape shape)
    {
        var s = shape;
        Span<float> sq = q.Span, sk = k.Span, sv = v.Span, sy = y.Span, sl = logSumExp.Span, sdy = dy.Span, sdq = dq.Span, sdk = dk.Span, sdv = dv.Span;
        int share = s.Heads / s.KeyValueHeads;
        for (int b = 0; b < s.Batch; b++)
        {
            for (int h = 0; h < s.Heads; h++)
            {
                int column = h * s.HeadSize, shared = h / share * s.HeadSize;
                for (int i = 0; i < s.Queries; i++)
                {
                    int query = (((b * s.Queries) + i) * s.QueryStride) + column, output = (((b * s.Queries) + i) * s.OutputStride) + column;
                    var (first, last) = Visible(s, i);
                    double lse = sl[(((b * s.Heads) + h) * s.Queries) + i], delta = 0;
                    for (int d = 0; d < s.HeadSize; d++) { delta += (double)sdy[output + d] * sy[output + d]; }
                    for (int j = first; j < last; j++)
                    {
                        int key = (((b * s.KeyBatchStride) + j) * s.KeyStride) + shared, value = (((b * s.KeyBatchStride) + j) * s.ValueStride) + shared;
                        double dot = 0, dp = 0;
                        for (int d = 0; d < s.HeadSize; d++)
                        {
                            dot += (double)sq[query + d] * sk[key + d];
                            dp += (double)sdy[output + d] * sv[value + d];
                        }
                        double p = Math.Exp((dot * s.Scale) - lse), ds = p * (dp - delta) * s.Scale;
                        for (int d = 0; d < s.HeadSize; d++)
                        {
                            sdq[query + d] += (float)(ds * sk[key + d]);
                            sdk[key + d] += (float)(ds * sq[query + d]);
                            sdv[value + d] += (float)(p * sdy[output + d]);
                        }
                    }
                }
            }
        }
    }
}
