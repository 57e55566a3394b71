using PureLlm.Autograd;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection;

/// <summary>The modules of a step and how much of the gradient each has: its share of the squared norm over all parameters.</summary>
/// <remarks>A parameter belongs to the module that its name begins with; one with a bare name to the module that reads it first.</remarks>
public sealed class ModuleTree
{
    private readonly Dictionary<string, double> squares = [];
    private readonly double[] parameterSquares;
    private readonly string[] owners;
    private readonly List<(string Path, int Depth, Frame? Start)> rows = [];

    /// <summary>Measures the gradients of a recorded step.</summary>
    internal ModuleTree(StepTrace trace)
    {
        foreach (Frame frame in trace.Frames)
        {
            for (string path = frame.Module; path.Length > 0 && !squares.ContainsKey(path); path = TensorNames.ModuleOf(path)) { squares[path] = 0; }
        }
        parameterSquares = [.. trace.Parameters.Select(parameter => SquaresOf(trace, parameter.Tensor.Grad))];
        owners = [.. trace.Parameters.Select(parameter => Owner(trace, parameter))];
        for (int i = 0; i < owners.Length; i++)
        {
            for (string path = owners[i]; path.Length > 0; path = TensorNames.ModuleOf(path)) { squares[path] = squares.GetValueOrDefault(path) + parameterSquares[i]; }
        }
        Norm = Math.Sqrt(parameterSquares.Sum());
        Order(trace);
    }

    /// <summary>‖g‖ over all parameters.</summary>
    public double Norm { get; }

    /// <summary>Paths of all modules.</summary>
    public IEnumerable<string> Paths => squares.Keys;

    /// <summary>‖g‖ over the parameters of a module and its parts; 0 where it has none.</summary>
    public double NormOf(string path) => Math.Sqrt(squares.GetValueOrDefault(path));

    /// <summary>Share of the squared norm, from 0 to 1.</summary>
    public double ShareOf(string path) => Share(squares.GetValueOrDefault(path));

    /// <summary>‖g‖ of a parameter, by its index.</summary>
    public double NormOf(int parameter) => Math.Sqrt(parameterSquares[parameter]);

    /// <summary>Its share of the squared norm.</summary>
    public double ShareOf(int parameter) => Share(parameterSquares[parameter]);

    /// <summary>The module that a parameter belongs to.</summary>
    public string OwnerOf(int parameter) => owners[parameter];

    /// <summary>The modules for a view: a parent before its parts, the largest share first.</summary>
    internal IReadOnlyList<ModuleView> Views(StepScene scene)
    {
        List<ModuleView> views = new(rows.Count);
        foreach ((string path, int depth, Frame? start) in rows)
        {
            bool isCurrent = scene.Frame.Module == path || scene.Frame.Module.StartsWith(path + ".", StringComparison.Ordinal);
            views.Add(new ModuleView(path, depth, ShareOf(path), NormOf(path), isCurrent, start is null ? scene.Cursor.ToString() : scene.CursorOf(start)));
        }
        return views;
    }

    /// <summary>A parent before its parts, the largest share first, equals in the order of the tape; each begins at its first backward frame, else at its first forward one.</summary>
    private void Order(StepTrace trace)
    {
        Dictionary<string, Frame> starts = [];
        foreach (Frame frame in trace.Frames.OrderBy(frame => frame.Kind switch { FrameKind.Backward => 0, FrameKind.Forward => 1, _ => 2 }))
        {
            for (string path = frame.Module; path.Length > 0; path = TensorNames.ModuleOf(path)) { starts.TryAdd(path, frame); }
        }
        ILookup<string, string> parts = squares.Keys.ToLookup(TensorNames.ModuleOf);
        Visit("", 0);

        void Visit(string parent, int depth)
        {
            foreach (string path in parts[parent].OrderByDescending(path => squares[path]))
            {
                rows.Add((path, depth, starts.GetValueOrDefault(path)));
                Visit(path, depth + 1);
            }
        }
    }

    private double Share(double mine) => Norm > 0 && double.IsFinite(Norm) ? mine / (Norm * Norm) : 0;

    private static string Owner(StepTrace trace, TraceTensor parameter) =>
        parameter.Id.Contains('.', StringComparison.Ordinal) || parameter.Consumers.Count == 0 ? TensorNames.ModuleOf(parameter.Id) : trace.Tape[parameter.Consumers[0].Node].Scope;

    private static double SquaresOf(StepTrace trace, View gradient)
    {
        const int Piece = 1 << 16;
        float[] piece = new float[Math.Min(Piece, gradient.Length)];
        double sum = 0;
        for (int start = 0; start < gradient.Length; start += Piece)
        {
            Span<float> values = piece.AsSpan(0, Math.Min(Piece, gradient.Length - start));
            trace.Tape.Backend.Read(gradient.Slice(start, values.Length), values);
            foreach (float value in values) { sum += (double)value * value; }
        }
        return sum;
    }
}
