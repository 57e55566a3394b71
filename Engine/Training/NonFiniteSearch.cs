using PureLlm.Autograd;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Training;

/// <summary>Runs a step again and looks at every operation as it happens, forward and then backward, until one makes a NaN or an infinity.</summary>
internal sealed class NonFiniteSearch : ITapeObserver
{
    private readonly Backend backend;
    private readonly float[] piece = new float[1 << 16];
    private NonFiniteOrigin? found;
    private int microBatch;

    private NonFiniteSearch(Backend backend) => this.backend = backend;

    /// <summary>The origin, or null if everything in the step is finite.</summary>
    /// <param name="work">The step, with its batches still read.</param>
    /// <param name="step">From 0.</param>
    /// <param name="slabs">The parameters; their gradients are overwritten.</param>
    /// <param name="backend">Where they live.</param>
    public static NonFiniteOrigin? Find(TrainingStep work, long step, ParameterSlabs slabs, Backend backend)
    {
        var search = new NonFiniteSearch(backend);
        foreach (Parameter parameter in slabs.Parameters)
        {
            if (search.Look(parameter.Tensor.Data) is var (element, count, value))
            {
                return new NonFiniteOrigin(0, -1, parameter.Name, false, element, count, parameter.Shape.Length, value, float.NaN);
            }
        }
        slabs.ClearGradients();
        ITapeObserver? before = work.Tape.Observer;
        work.Tape.Observer = search;
        for (; search.found is null && search.microBatch < work.Batches.Count; search.microBatch++)
        {
            Tensor loss = work.Forward(step, search.microBatch);
            if (search.found is null)
            {
                work.Tape.Backward(loss, (float)work.LossScaler.Scale);
            }
        }
        work.Tape.Observer = before;
        return search.found;
    }

    public void OnForward(Node node)
    {
        if (found is null && Look(node.Output.Data) is var (element, count, value))
        {
            float largest = 0;
            foreach (Tensor input in node.Inputs)
            {
                largest = Math.Max(largest, Largest(input.Data));
            }
            found = new NonFiniteOrigin(microBatch, node.Index, PlaceOf(node), false, element, count, node.Output.Shape.Length, value, largest);
        }
    }

    public void OnBackward(Node node)
    {
        foreach (Tensor input in node.Inputs)
        {
            if (found is null && input.NeedsGradient && Look(input.Grad) is var (element, count, value))
            {
                found = new NonFiniteOrigin(microBatch, node.Index, $"{PlaceOf(node)}, gradient of {input}", true, element, count, input.Shape.Length, value, Largest(node.Output.Grad));
            }
        }
    }

    private static string PlaceOf(Node node) => node.Scope.Length == 0 ? node.Op.Name : $"{node.Scope}: {node.Op.Name}";

    /// <summary>The first element that is not finite, how many there are, and its value; null if there is none.</summary>
    private (int Element, int Count, float Value)? Look(View view)
    {
        (int element, int count, float value) = (-1, 0, 0f);
        for (int start = 0; start < view.Length; start += piece.Length)
        {
            Span<float> values = Read(view, start);
            for (int i = 0; i < values.Length; i++)
            {
                if (!float.IsFinite(values[i]))
                {
                    (element, value) = count++ == 0 ? (start + i, values[i]) : (element, value);
                }
            }
        }
        return count == 0 ? null : (element, count, value);
    }

    private float Largest(View view)
    {
        float largest = 0;
        for (int start = 0; start < view.Length; start += piece.Length)
        {
            foreach (float value in Read(view, start))
            {
                largest = Math.Max(largest, Math.Abs(value));
            }
        }
        return largest;
    }

    private Span<float> Read(View view, int start)
    {
        Span<float> values = piece.AsSpan(0, Math.Min(piece.Length, view.Length - start));
        backend.Read(view.Slice(start, values.Length), values);
        return values;
    }
}
