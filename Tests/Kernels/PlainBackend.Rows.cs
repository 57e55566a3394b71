using PureLlm.Kernels;

namespace PureLlm.Tests.Kernels;

/// <summary>Norms, softmax and rotary positions, row by row.</summary>
internal partial class PlainBackend
{
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

    public override void RotaryBackward(View dy, View table, View dx, in RotaryShape shape, bool accumulate = true) => Rotate(dy, table, dx, shape, -1f, add: accumulate);

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
}
