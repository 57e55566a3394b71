using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Updates;

/// <summary>What the subject's own optimizer makes of a recorded step: weights and moments before and after, the clipping, and what became of the loss.</summary>
/// <remarks>The update is made for real, copied, and taken back: parameters and moments are left as they were, bit for bit. Not thread-safe.</remarks>
public sealed class StepUpdate : IDisposable
{
    private static readonly double[] Factors = [0, 0.1, 0.3, 1, 3, 10, 40, 120];

    private readonly StepTrace trace;
    private readonly TensorBuffer[] values, moments;
    private readonly Dictionary<double, double> losses = [];
    private readonly (double SquaredNorm, double Predicted)?[] parts;
    private readonly Dictionary<(string Tensor, string Symbol), TensorSummary> summaries = [];
    private readonly Dictionary<HiddenMatrix, MuonMatrix> orthogonal = [];
    private LossProbe? probe;

    /// <exception cref="InvalidOperationException">The subject has no optimizer.</exception>
    internal StepUpdate(StepTrace trace)
    {
        this.trace = trace;
        StepSubject subject = trace.Subject;
        Optimizer = subject.Optimizer ?? throw new InvalidOperationException($"{subject.Title}: the step ends with its gradients; there is no optimizer to look at.");
        using (GradientNorm norm = new(subject.Backend, subject.Slabs)) { Norm = norm.Measure(); }
        ClipScale = GradientNorm.ClipScale(Norm, subject.Train.Clip);
        Pieces = new HostPieces(subject.Backend);
        parts = new (double, double)?[subject.Slabs.Parameters.Count];
        (values, moments) = MoveAndTakeBack();
    }

    public Optimizer Optimizer { get; }

    /// <summary>The number of the update, from 1: t of the bias correction.</summary>
    public long Number => trace.Subject.Step + 1;

    public double LearningRate => trace.Subject.LearningRate;

    /// <summary>‖g‖ over all parameters.</summary>
    public double Norm { get; }

    /// <summary>Largest norm that is not clipped; 0: never.</summary>
    public double MaximumNorm => trace.Subject.Train.Clip;

    /// <summary>Factor of every gradient; 1 where nothing is clipped.</summary>
    public double ClipScale { get; }

    public bool Clips => ClipScale != 1;

    /// <summary>Weights that the step moves.</summary>
    public long Weights => trace.Subject.Slabs.Parameters.Sum(parameter => (long)parameter.Shape.Length);

    /// <summary>"float64", or "float32" where the step is too large for the twin.</summary>
    public string Arithmetic => Probe.IsExact ? "float64" : "float32";

    /// <summary>Σ g·Δw over all weights: the change of the loss, to first order.</summary>
    public double Predicted => Enumerable.Range(0, parts.Length).Sum(i => Part(i).Predicted);

    public double LossBefore => LossAt(0);

    public double LossAfter => LossAt(1);

    /// <summary>The change of the loss on the same batch.</summary>
    public double Observed => LossAfter - LossBefore;

    /// <summary>Memory in which large parameters are looked at.</summary>
    internal HostPieces Pieces { get; }

    private LossProbe Probe => probe ??= new LossProbe(trace, this, LossProbe.SuitsTwin(trace));

    /// <summary>Weights of a parameter as they are: where they lie, and where they lie after the update.</summary>
    public (View Before, View After) WeightsOf(Parameter parameter) =>
        (parameter.Tensor.Data, trace.Subject.Slabs.ValuesOf(values, parameter.Offset, parameter.Shape.Length));

    /// <summary>A part of the optimizer's memory before and after the update.</summary>
    public (View Before, View After) MomentsOf(View moment)
    {
        int slab = Enumerable.Range(0, moments.Length).First(i => ReferenceEquals(Optimizer.State[i].Slab.Buffer, moment.Buffer));
        return (moment, new View(moments[slab], moment.Offset, moment.Length));
    }

    /// <summary>Moments and changes of a parameter at a glance; each is read once.</summary>
    internal TensorSummary Summary(TraceTensor tensor, string symbol, Func<float[]> read)
    {
        if (!summaries.TryGetValue((tensor.Id, symbol), out TensorSummary? known)) { summaries[(tensor.Id, symbol)] = known = TensorSummary.Of(read(), tensor.Tensor.Shape); }
        return known;
    }

    /// <summary>How Muon made one of a parameter's matrices orthogonal.</summary>
    internal MuonMatrix Orthogonal(Parameter parameter, MuonRule rule, HiddenMatrix matrix)
    {
        if (!orthogonal.TryGetValue(matrix, out MuonMatrix? known))
        {
            int start = matrix.Offset - parameter.Offset;
            float[] g = trace.Read(parameter.Tensor.Grad.Slice(start, matrix.Length)), m = trace.Read(rule.M.Slice(start, matrix.Length));
            orthogonal[matrix] = known = MuonMatrix.Of(trace.Subject.Backend, rule, matrix, g, m, (float)ClipScale);
        }
        return known;
    }

    /// <summary>Of one parameter: Σg², and Σ g·Δw.</summary>
    public (double SquaredNorm, double Predicted) Part(int parameter)
    {
        if (parts[parameter] is { } known) { return known; }
        Parameter moved = trace.Subject.Slabs.Parameters[parameter];
        (View beforeView, View afterView) = WeightsOf(moved);
        var sums = new (double Square, double Predicted)[HostPieces.PartsOf(beforeView.Length)];
        Pieces.Read((part, numbers) =>
        {
            ReadOnlySpan<float> g = numbers[0], before = numbers[1], after = numbers[2];
            (double square, double predicted) sum = default;
            for (int i = 0; i < g.Length; i++)
            {
                sum.square += (double)g[i] * g[i];
                sum.predicted += g[i] * ((double)after[i] - before[i]);
            }
            sums[part] = sum;
        }, moved.Tensor.Grad, beforeView, afterView);
        double square = 0, predicted = 0;
        foreach ((double mine, double promised) in sums) { (square, predicted) = (square + mine, predicted + promised); }
        parts[parameter] = (square, predicted);
        return (square, predicted);
    }

    /// <summary>The loss at w + factor·Δw: 0 is before, 1 after; for all three optimizers the same as a learning rate so many times as large.</summary>
    public double LossAt(double factor)
    {
        if (!losses.TryGetValue(factor, out double loss)) { losses[factor] = loss = Probe.LossAt(factor); }
        return loss;
    }

    /// <summary>Gives the parameters their values after the update; the caller puts back what was there.</summary>
    internal void PutInPlace() => trace.Subject.Slabs.RestoreValues(values);

    /// <summary>Losses along the update's direction.</summary>
    public IReadOnlyList<PointView> LineSearch() => [.. Factors.Select(factor => new PointView(factor, LossAt(factor)))];

    public void Dispose()
    {
        probe?.Dispose();
        foreach (TensorBuffer buffer in values.Concat(moments)) { buffer.Dispose(); }
    }

    private (TensorBuffer[] Values, TensorBuffer[] Moments) MoveAndTakeBack()
    {
        ParameterSlabs slabs = trace.Subject.Slabs;
        TensorBuffer[] otherValues = slabs.CopyValues(), otherMoments = CopyMoments();
        try
        {
            Optimizer.Step(Number, LearningRate, ClipScale);
        }
        finally
        {
            slabs.ExchangeValues(otherValues); // what was copied goes back, what was made comes out
            for (int i = 0; i < otherMoments.Length; i++) { BufferExchange.Run(trace.Subject.Backend, new View(otherMoments[i], 0, otherMoments[i].Length), Optimizer.State[i].Slab); }
        }
        return (otherValues, otherMoments);
    }

    private TensorBuffer[] CopyMoments() => [.. Optimizer.State.Select(state =>
    {
        TensorBuffer copy = trace.Subject.Backend.Allocate(state.Slab.Length, state.Slab.Buffer.Format);
        trace.Subject.Backend.Copy(state.Slab, new View(copy, 0, copy.Length));
        return copy;
    })];
}
