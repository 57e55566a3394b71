namespace PureLlm.Kernels.Cpu;

/// <summary>Every operation as its textbook loop, one thread, sums in double: the reference that the fast kernels must match.</summary>
public abstract class PlainBackend : Backend
{
    public override void Fill(View x, float value) => x.Span.Fill(value);
    public override void Copy(View x, View y) => x.Span.CopyTo(y.Span);

    public override void Add(View a, View b, View y)
    {
        Span<float> sa = a.Span, sb = b.Span, sy = y.Span;
        for (int i = 0; i < sy.Length; i++) { sy[i] = sa[i] + sb[i]; }
    }

    public override void Accumulate(View x, View into, float scale = 1f)
    {
        Span<float> sx = x.Span, sy = into.Span;
        for (int i = 0; i < sy.Length; i++) { sy[i] = MathF.FusedMultiplyAdd(scale, sx[i], sy[i]); }
    }

    public override void Scale(View x, View y, float scale)
    {
        Span<float> sx = x.Span, sy = y.Span;
        for (int i = 0; i < sy.Length; i++) { sy[i] = scale * sx[i]; }
    }

    public override void Multiply(View a, View b, View y)
    {
        Span<float> sa = a.Span, sb = b.Span, sy = y.Span;
        for (int i = 0; i < sy.Length; i++) { sy[i] = sa[i] * sb[i]; }
    }

    public override void MultiplyBackward(View a, View b, View dy, View da, View db)
    {
        Span<float> sa = a.Span, sb = b.Span, sdy = dy.Span;
        for (int i = 0; i < sdy.Length; i++)
        {
            if (!da.IsEmpty) { da.Span[i] += sdy[i] * sb[i]; }
            if (!db.IsEmpty) { db.Span[i] += sdy[i] * sa[i]; }
        }
    }

    public override void AddRows(View x, View b, View y, int rows, int columns, int period)
    {
        Span<float> sx = x.Span, sb = b.Span, sy = y.Span;
        for (int i = 0; i < rows * columns; i++) { sy[i] = sx[i] + sb[(i / columns % period * columns) + (i % columns)]; }
    }

    public override void AddRowsBackward(View dy, View db, int rows, int columns, int period)
    {
        Span<float> sdy = dy.Span, sdb = db.Span;
        for (int i = 0; i < rows * columns; i++) { sdb[(i / columns % period * columns) + (i % columns)] += sdy[i]; }
    }

    public override void Map<TFunction>(View x, View y)
    {
        Span<float> sx = x.Span, sy = y.Span;
        for (int i = 0; i < sy.Length; i++) { sy[i] = TFunction.Invoke(sx[i]); }
    }

    public override void MapBackward<TFunction>(View x, View dy, View dx)
    {
        Span<float> sx = x.Span, sdy = dy.Span, sdx = dx.Span;
        for (int i = 0; i < sdx.Length; i++) { sdx[i] += sdy[i] * TFunction.Derivative(sx[i]); }
    }

    public override void Gate<TFunction>(View gate, View up, View y)
    {
        Span<float> sg = gate.Span, su = up.Span, sy = y.Span;
        for (int i = 0; i < sy.Length; i++) { sy[i] = TFunction.Invoke(sg[i]) * su[i]; }
    }

    public override void GateBackward<TFunction>(View gate, View up, View dy, View dgate, View dup)
    {
        Span<float> sg = gate.Span, su = up.Span, sdy = dy.Span, sdg = dgate.Span, sdu = dup.Span;
        for (int i = 0; i < sdy.Length; i++)
        {
            sdg[i] += sdy[i] * su[i] * TFunction.Derivative(sg[i]);
            sdu[i] += sdy[i] * TFunction.Invoke(sg[i]);
        }
    }

    public override void Dropout(View x, View y, float rate, RandomStream stream)
    {
        Span<float> sx = x.Span, sy = y.Span;
        float keep = 1f / (1f - rate);
        for (int i = 0; i < sy.Length; i++) { sy[i] = CounterRandom.Uniform(stream, (ulong)i) >= rate ? sx[i] * keep : 0f; }
    }

    public override void DropoutBackward(View dy, View dx, float rate, RandomStream stream)
    {
        Span<float> sdy = dy.Span, sdx = dx.Span;
        float keep = 1f / (1f - rate);
        for (int i = 0; i < sdx.Length; i++) { sdx[i] += CounterRandom.Uniform(stream, (ulong)i) >= rate ? sdy[i] * keep : 0f; }
    }

    public override void MatMul(MatMulLayout layout, View a, View b, View c, int m, int n, int k, bool accumulate = false, View bias = default)
    {
        Span<float> sa = a.Span, sb = b.Span, sc = c.Span;
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                float sum = accumulate ? sc[(i * n) + j] : bias.IsEmpty ? 0f : bias.Span[j];
                for (int p = 0; p < k; p++)
                {
                    float left = layout == MatMulLayout.TN ? sa[(p * m) + i] : sa[(i * k) + p];
                    float right = layout == MatMulLayout.NT ? sb[(j * k) + p] : sb[(p * n) + j];
                    sum = MathF.FusedMultiplyAdd(left, right, sum);
                }
                sc[(i * n) + j] = sum;
            }
        }
    }

    public override void RmsNorm(View x, View w, View y, View r, int rows, int columns, float epsilon)
    {
        for (int row = 0; row < rows; row++)
        {
            Span<float> sx = x.Span.Slice(row * columns, columns), sy = y.Span.Slice(row * columns, columns);
            double sum = 0;
            foreach (float value in sx) { sum += (double)value * value; }
            float scale = (float)(1 / Math.Sqrt((sum / columns) + epsilon));
            r.Span[row] = scale;
            for (int i = 0; i < columns; i++) { sy[i] = sx[i] * scale * At(w, i, 1f); }
        }
    }

    public override void RmsNormBackward(View x, View w, View r, View dy, View dx, View dw, int rows, int columns)
    {
        for (int row = 0; row < rows; row++)
        {
            Span<float> sx = x.Span.Slice(row * columns, columns), sdy = dy.Span.Slice(row * columns, columns);
            float scale = r.Span[row];
            double dot = 0;
            for (int i = 0; i < columns; i++) { dot += (double)sdy[i] * At(w, i, 1f) * sx[i] * scale; }
            float mean = (float)(dot / columns);
            for (int i = 0; i < columns; i++)
            {
                float n = sx[i] * scale;
                if (!dx.IsEmpty) { dx.Span[(row * columns) + i] += scale * ((sdy[i] * At(w, i, 1f)) - (n * mean)); }
                if (!dw.IsEmpty) { dw.Span[i] += sdy[i] * n; }
            }
        }
    }

    public override void LayerNorm(View x, View w, View b, View y, View mean, View r, int rows, int columns, float epsilon)
    {
        for (int row = 0; row < rows; row++)
        {
            Span<float> sx = x.Span.Slice(row * columns, columns), sy = y.Span.Slice(row * columns, columns);
            double sum = 0, squares = 0;
            foreach (float value in sx) { sum += value; }
            double mu = sum / columns;
            foreach (float value in sx) { squares += (value - mu) * (value - mu); }
            float scale = (float)(1 / Math.Sqrt((squares / columns) + epsilon));
            mean.Span[row] = (float)mu;
            r.Span[row] = scale;
            for (int i = 0; i < columns; i++) { sy[i] = ((sx[i] - (float)mu) * scale * At(w, i, 1f)) + At(b, i, 0f); }
        }
    }

    public override void LayerNormBackward(View x, View w, View mean, View r, View dy, View dx, View dw, View db, int rows, int columns)
    {
        for (int row = 0; row < rows; row++)
        {
            Span<float> sx = x.Span.Slice(row * columns, columns), sdy = dy.Span.Slice(row * columns, columns);
            float mu = mean.Span[row], scale = r.Span[row];
            double sum = 0, dot = 0;
            for (int i = 0; i < columns; i++)
            {
                double dn = (double)sdy[i] * At(w, i, 1f);
                sum += dn;
                dot += dn * (sx[i] - mu) * scale;
            }
            for (int i = 0; i < columns; i++)
            {
                float n = (sx[i] - mu) * scale;
                double dn = (double)sdy[i] * At(w, i, 1f);
                if (!dx.IsEmpty) { dx.Span[(row * columns) + i] += (float)(scale * (dn - (sum / columns) - (n * dot / columns))); }
                if (!dw.IsEmpty) { dw.Span[i] += sdy[i] * n; }
                if (!db.IsEmpty) { db.Span[i] += sdy[i]; }
            }
        }
    }

    public override void HeadNorm(View x, View wq, View wk, View y, View r, int rows, int totalHeads, int queryHeads, int keyHeads, int headSize, float epsilon)
    {
        int normed = queryHeads + keyHeads;
        for (int row = 0; row < rows; row++)
        {
            for (int head = 0; head < totalHeads; head++)
            {
                int start = ((row * totalHeads) + head) * headSize;
                if (head >= normed) { Copy(x.Slice(start, headSize), y.Slice(start, headSize)); continue; }
                RmsNorm(x.Slice(start, headSize), head < queryHeads ? wq : wk, y.Slice(start, headSize), r.Slice((row * normed) + head, 1), 1, headSize, epsilon);
            }
        }
    }

    public override void HeadNormBackward(View x, View wq, View wk, View r, View dy, View dx, View dwq, View dwk, int rows, int totalHeads, int queryHeads, int keyHeads, int headSize)
    {
        int normed = queryHeads + keyHeads;
        for (int row = 0; row < rows; row++)
        {
            for (int head = 0; head < totalHeads; head++)
            {
                int start = ((row * totalHeads) + head) * headSize;
                if (head >= normed) { Accumulate(dy.Slice(start, headSize), dx.Slice(start, headSize)); continue; }
                bool query = head < queryHeads;
                RmsNormBackward(x.Slice(start, headSize), query ? wq : wk, r.Slice((row * normed) + head, 1),
                    dy.Slice(start, headSize), dx.Slice(start, headSize), query ? dwq : dwk, 1, headSize);
            }
        }
    }

    public override void Softmax(View x, View y, int rows, int columns)
    {
        for (int row = 0; row < rows; row++)
        {
            Span<float> sx = x.Span.Slice(row * columns, columns), sy = y.Span.Slice(row * columns, columns);
            double sum = 0;
            float max = Max(sx);
            foreach (float value in sx) { sum += Math.Exp(value - max); }
            for (int i = 0; i < columns; i++) { sy[i] = (float)(Math.Exp(sx[i] - max) / sum); }
        }
    }

    public override void SoftmaxBackward(View y, View dy, View dx, int rows, int columns)
    {
        for (int row = 0; row < rows; row++)
        {
            Span<float> sy = y.Span.Slice(row * columns, columns), sdy = dy.Span.Slice(row * columns, columns), sdx = dx.Span.Slice(row * columns, columns);
            double dot = 0;
            for (int i = 0; i < columns; i++) { dot += (double)sy[i] * sdy[i]; }
            for (int i = 0; i < columns; i++) { sdx[i] += sy[i] * (sdy[i] - (float)dot); }
        }
    }

    public override void Rotary(View x, View table, View y, in RotaryShape shape) => Rotate(x, table, y, shape, 1f, add: false);

    public override void RotaryBackward(View dy, View table, View dx, in RotaryShape shape) => Rotate(dy, table, dx, shape, -1f, add: true);

    private static void Rotate(View x, View table, View y, in RotaryShape s, float direction, bool add)
    {
        Span<float> sx = x.Span, st = table.Span, sy = y.Span;
        int half = s.Dimensions / 2;
        for (int row = 0; row < s.Batch * s.Time; row++)
        {
            int angles = (s.FirstPosition + (row % s.Time)) * s.Dimensions;
            for (int head = 0; head < s.TotalHeads; head++)
            {
                int start = ((row * s.TotalHeads) + head) * s.HeadSize;
                int rotated = head < s.RotatedHeads ? half : 0;
                for (int i = 0; i < rotated; i++)
                {
                    int first = start + (s.Interleaved ? 2 * i : i), second = start + (s.Interleaved ? (2 * i) + 1 : i + half);
                    float cos = st[angles + i], sin = direction * st[angles + half + i];
                    float u = (sx[first] * cos) - (sx[second] * sin), v = (sx[second] * cos) + (sx[first] * sin);
                    sy[first] = add ? sy[first] + u : u;
                    sy[second] = add ? sy[second] + v : v;
                }
                for (int i = 2 * rotated; i < s.HeadSize; i++) { sy[start + i] = add ? sy[start + i] + sx[start + i] : sx[start + i]; }
            }
        }
    }

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

    public override void Embedding(View tokens, View table, View y, int rows, int columns)
    {
        Span<int> ids = Ids(tokens);
        for (int row = 0; row < rows; row++) { table.Span.Slice(ids[row] * columns, columns).CopyTo(y.Span.Slice(row * columns, columns)); }
    }

    public override void EmbeddingBackward(View tokens, View dy, View dtable, int rows, int columns)
    {
        Span<int> ids = Ids(tokens);
        for (int i = 0; i < rows * columns; i++) { dtable.Span[(ids[i / columns] * columns) + (i % columns)] += dy.Span[i]; }
    }

    public override void CrossEntropy(View logits, View targets, View losses, View logSumExp, int rows, int columns, int ignoreIndex)
    {
        Span<int> ids = Ids(targets);
        for (int row = 0; row < rows; row++)
        {
            Span<float> x = logits.Span.Slice(row * columns, columns);
            float max = Max(x);
            double sum = 0;
            foreach (float value in x) { sum += Math.Exp(value - max); }
            float lse = (float)(max + Math.Log(sum));
            logSumExp.Span[row] = lse;
            losses.Span[row] = ids[row] == ignoreIndex ? 0f : lse - x[ids[row]];
        }
    }

    public override void CrossEntropyBackward(View logits, View targets, View logSumExp, View dlogits, int rows, int columns, int ignoreIndex, float scale)
    {
        Span<int> ids = Ids(targets);
        for (int i = 0; i < rows * columns; i++)
        {
            int row = i / columns;
            float p = (float)Math.Exp((double)logits.Span[i] - logSumExp.Span[row]);
            dlogits.Span[i] = ids[row] == ignoreIndex ? 0f : scale * (p - (ids[row] == i % columns ? 1f : 0f));
        }
    }

    public override void Sum(View x, View result)
    {
        double sum = 0;
        foreach (float value in x.Span) { sum += value; }
        result.Span[0] = (float)sum;
    }

    public override void SumOfSquares(View x, View result)
    {
        double sum = 0;
        foreach (float value in x.Span) { sum += (double)value * value; }
        result.Span[0] = (float)sum;
    }

    public override void AdamW(View w, View g, View m, View v, in AdamWStep step)
    {
        Span<float> sw = w.Span, sg = g.Span, sm = m.Span, sv = v.Span;
        double correction1 = 1 - Math.Pow(step.Beta1, step.Step), correction2 = 1 - Math.Pow(step.Beta2, step.Step);
        for (int i = 0; i < sw.Length; i++)
        {
            float gradient = sg[i] * step.GradientScale;
            sm[i] = (step.Beta1 * sm[i]) + ((1 - step.Beta1) * gradient);
            sv[i] = (step.Beta2 * sv[i]) + ((1 - step.Beta2) * gradient * gradient);
            double update = sm[i] / correction1 / (Math.Sqrt(sv[i] / correction2) + step.Epsilon);
            sw[i] -= (float)(step.LearningRate * (update + (step.WeightDecay * sw[i])));
        }
    }

    public override void Sgd(View w, View g, View m, float learningRate, float momentum, float weightDecay, bool nesterov, float gradientScale)
    {
        Span<float> sw = w.Span, sg = g.Span, sm = m.Span;
        for (int i = 0; i < sw.Length; i++)
        {
            float gradient = (gradientScale * sg[i]) + (weightDecay * sw[i]);
            sm[i] = (momentum * sm[i]) + gradient;
            sw[i] -= learningRate * (nesterov ? gradient + (momentum * sm[i]) : sm[i]);
        }
    }

    public override void Write(ReadOnlySpan<float> source, View destination) => source.CopyTo(destination.Span);
    public override void Read(View source, Span<float> destination) => source.Span.CopyTo(destination);
    public override void WriteTokens(ReadOnlySpan<int> source, View destination) => source.CopyTo(Ids(destination));
    public override void ReadTokens(View source, Span<int> destination) => Ids(source).CopyTo(destination);

    /// <summary>The bits of a view as token ids.</summary>
    protected static Span<int> Ids(View tokens) => System.Runtime.InteropServices.MemoryMarshal.Cast<float, int>(tokens.Span);

    private static float At(View x, int i, float otherwise) => x.IsEmpty ? otherwise : x.Span[i];

    private static float Max(ReadOnlySpan<float> x)
    {
        float max = float.NegativeInfinity;
        foreach (float value in x) { max = MathF.Max(max, value); }
        return max;
    }
}
