using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Lenses;

/// <summary>What the model would say if it stopped at a place of its residual stream: final norm, head, softmax.</summary>
/// <remarks>The lens is that of nostalgebraist 2020. Contributions are direct ones: the final norm's scale r is held at its value at the end of the stream, so that the target's
/// logit is a plain sum over what the embedding and every sublayer wrote (Elhage et al. 2021, "A mathematical framework for transformer circuits").
/// Where norms follow the additions there is no such sum; a contribution is then the change of the lens's own logit.</remarks>
internal sealed class LogitLens
{
    private readonly StepTrace trace;
    private readonly ResidualStream stream;
    private readonly int columns, first, rows;
    private readonly int[] targets;
    private readonly float[] finalNorm, finalState;

    /// <param name="trace">The recorded step.</param>
    /// <param name="stream">Its residual stream.</param>
    /// <param name="first">First row of the batch that is looked at.</param>
    /// <param name="rows">How many.</param>
    public LogitLens(StepTrace trace, ResidualStream stream, int first, int rows)
    {
        (this.trace, this.stream, this.first, this.rows, columns) = (trace, stream, first, rows, stream.Head.Shape[1]);
        targets = stream.Targets.ToArray()[first..(first + rows)];
        finalNorm = stream.Norm is null ? [] : trace.Read(stream.Norm.Inputs[1].Data);
        finalState = RowsOf(stream.States[^1].State.Data);
    }

    /// <summary>A row of cells: one for each position.</summary>
    public IReadOnlyList<LensPoint>[] Look()
    {
        IReadOnlyList<LensPoint>[] layers = new IReadOnlyList<LensPoint>[stream.States.Count];
        int vocabulary = stream.Head.Shape[0];
        using TensorBuffer hiddenMemory = trace.Tape.Backend.Allocate(rows * columns), logitMemory = trace.Tape.Backend.Allocate(rows * vocabulary);
        View hidden = new(hiddenMemory, 0, rows * columns), logits = new(logitMemory, 0, rows * vocabulary);
        float[] head = stream.Norm is null ? [] : TargetRows();
        for (int layer = 0; layer < layers.Length; layer++)
        {
            StreamState state = stream.States[layer];
            trace.Tape.Backend.Write(Normed(RowsOf(state.State.Data)), hidden);
            trace.Tape.Backend.MatMul(MatMulLayout.NT, hidden, stream.Head.Data, logits, rows, vocabulary, columns);
            float[] z = trace.Read(logits), written = state.Written is null || stream.Norm is null ? [] : RowsOf(state.Written.Data), gradient = state.State.NeedsGradient ? RowsOf(state.State.Grad) : [];
            LensPoint[] points = new LensPoint[rows];
            for (int row = 0; row < rows; row++)
            {
                LensPoint point = Softmax(z.AsSpan(row * vocabulary, vocabulary), targets[row]);
                double contribution = targets[row] < 0 ? 0 : written.Length > 0 ? Direct(written, head, row) : point.TargetLogit - (layer == 0 ? 0 : layers[layer - 1][row].TargetLogit);
                points[row] = point with { Contribution = contribution, GradientNorm = Length(gradient, row) };
            }
            layers[layer] = points;
        }
        return layers;
    }

    private float[] RowsOf(View view) => trace.Read(view.Slice(first * columns, rows * columns));

    /// <summary>The head's rows of the targets.</summary>
    private float[] TargetRows()
    {
        float[] head = new float[rows * columns];
        for (int row = 0; row < rows; row++)
        {
            if (targets[row] >= 0) { trace.Read(stream.Head.Data.Slice(targets[row] * columns, columns)).CopyTo(head, row * columns); }
        }
        return head;
    }

    /// <summary>The final norm of rows, by its textbook formula.</summary>
    private float[] Normed(float[] state)
    {
        if (stream.Norm is not { } norm) { return state; }
        double[][] inputs = new double[norm.Inputs.Length][];
        Shape[] shapes = new Shape[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = Array.ConvertAll(i == 0 ? state : trace.Read(norm.Inputs[i].Data), x => (double)x);
            shapes[i] = i == 0 ? new Shape(rows, columns) : norm.Inputs[i].Shape;
        }
        return Array.ConvertAll(norm.Op.Reference(inputs, shapes), y => (float)y);
    }

    /// <summary>Σ W[target]·w·r·o of one row: what it wrote, seen through the norm with its scale held.</summary>
    private double Direct(float[] written, float[] head, int row)
    {
        ReadOnlySpan<float> end = finalState.AsSpan(row * columns, columns), o = written.AsSpan(row * columns, columns), w = head.AsSpan(row * columns, columns);
        bool centers = stream.Norm!.Op is LayerNorm;
        double epsilon = stream.Norm.Op switch { LayerNorm norm => norm.Epsilon, RmsNorm norm => norm.Epsilon, _ => 0 };
        double endMean = centers ? Mean(end) : 0, mean = centers ? Mean(o) : 0, square = 0, sum = 0;
        for (int i = 0; i < columns; i++) { square += (end[i] - endMean) * (end[i] - endMean); }
        double r = 1 / Math.Sqrt((square / columns) + epsilon);
        for (int i = 0; i < columns; i++) { sum += w[i] * finalNorm[i] * r * (o[i] - mean); }
        return sum;
    }

    private static LensPoint Softmax(ReadOnlySpan<float> logits, int target)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++) { best = logits[i] > logits[best] ? i : best; }
        double sum = 0;
        foreach (float logit in logits) { sum += Math.Exp((double)logit - logits[best]); }
        double targetLogit = target < 0 ? double.NaN : logits[target];
        return new LensPoint(best, 1 / sum, target < 0 ? 0 : Math.Exp(targetLogit - logits[best]) / sum, targetLogit, 0, 0);
    }

    private double Length(float[] gradient, int row)
    {
        double square = 0;
        for (int i = 0; i < columns && gradient.Length > 0; i++) { square += (double)gradient[(row * columns) + i] * gradient[(row * columns) + i]; }
        return Math.Sqrt(square);
    }

    private static double Mean(ReadOnlySpan<float> x)
    {
        double sum = 0;
        foreach (float value in x) { sum += value; }
        return sum / x.Length;
    }
}

/// <summary>The lens at one place.</summary>
/// <param name="Token">The likeliest id.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="TargetProbability">That of the target; 0 where it is ignored.</param>
/// <param name="TargetLogit">The target's logit; NaN where it is ignored.</param>
/// <param name="Contribution">What the part that ends here adds to the target's logit.</param>
/// <param name="GradientNorm">‖∂L/∂stream‖ at the place.</param>
internal sealed record LensPoint(int Token, double Probability, double TargetProbability, double TargetLogit, double Contribution, double GradientNorm);
