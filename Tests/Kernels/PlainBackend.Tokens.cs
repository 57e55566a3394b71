using PureLlm.Kernels;

namespace PureLlm.Tests.Kernels;

/// <summary>Embedding, loss, reductions and optimizers.</summary>
internal partial class PlainBackend
{
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

    public override void CrossEntropyBackward(View logits, View targets, View logSumExp, View dlogits, int rows, int columns, int ignoreIndex, float scale, View upstream = default)
    {
        if (!upstream.IsEmpty) { scale *= upstream.Span[0]; }
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

    public override void ClipFactor(View sumsOfSquares, View factor, double maximum, double unit)
    {
        double norm = Math.Sqrt(sumsOfSquares.Span.ToArray().Sum(x => (double)x)) / unit, clip = maximum > 0 && norm > maximum ? maximum / (norm + 1e-6) : 1;
        factor.Span[0] = (float)(clip / unit);
    }

    public override void AdamW(View w, View g, View m, View v, in AdamWStep step)
    {
        Span<float> sw = w.Span, sg = g.Span, sm = m.Span, sv = v.Span;
        double correction1 = 1 - Math.Pow(step.Beta1, step.Step), correction2 = 1 - Math.Pow(step.Beta2, step.Step);
        for (int i = 0; i < sw.Length; i++)
        {
            float gradient = sg[i] * Number(step.GradientScale);
            sm[i] = (step.Beta1 * sm[i]) + ((1 - step.Beta1) * gradient);
            sv[i] = (step.Beta2 * sv[i]) + ((1 - step.Beta2) * gradient * gradient);
            double update = sm[i] / correction1 / (Math.Sqrt(sv[i] / correction2) + step.Epsilon);
            sw[i] -= (float)(step.LearningRate * (update + (step.WeightDecay * sw[i])));
        }
    }

    public override void Momentum(View g, View m, View update, float momentum, bool nesterov, GradientScale scale)
    {
        float factor = Number(scale);
        Span<float> sg = g.Span, sm = m.Span, su = update.Span;
        for (int i = 0; i < sm.Length; i++)
        {
            sm[i] = (momentum * sm[i]) + (factor * sg[i]);
            su[i] = nesterov ? (factor * sg[i]) + (momentum * sm[i]) : sm[i];
        }
    }

    public override void Sgd(View w, View g, View m, float learningRate, float momentum, float weightDecay, bool nesterov, GradientScale scale)
    {
        float factor = Number(scale);
        Span<float> sw = w.Span, sg = g.Span, sm = m.Span;
        for (int i = 0; i < sw.Length; i++)
        {
            float gradient = (factor * sg[i]) + (weightDecay * sw[i]);
            sm[i] = (momentum * sm[i]) + gradient;
            sw[i] -= learningRate * (nesterov ? gradient + (momentum * sm[i]) : sm[i]);
        }
    }

    private static float Number(GradientScale scale) => scale.OnDevice.IsEmpty ? scale.Number : scale.OnDevice.Span[0];
}
