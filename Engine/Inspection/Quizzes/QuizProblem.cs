using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;

namespace PureLlm.Engine.Inspection.Quizzes;

/// <summary>What one consumer sends back to the asked element.</summary>
/// <param name="Node">The operation.</param>
/// <param name="Name">"add (residual)".</param>
/// <param name="Terms">Its summands.</param>
/// <param name="Value">Their sum, in float64.</param>
internal sealed record QuizShare(int Node, string Name, IReadOnlyList<Term> Terms, double Value);

/// <summary>The gradient of one element, all consumers together, with everything that it is made of.</summary>
internal sealed class QuizProblem
{
    private readonly Dictionary<string, double> named = [];
    private readonly StepTrace trace;

    private QuizProblem(StepScene scene, TraceTensor tensor)
    {
        (trace, Scene, Tensor) = (scene.Trace, scene, tensor);
        int[] order = trace.ContributorsOf(tensor);
        Shares = [.. order.Select(node => new QuizShare(node, LedgerBook.Name(trace, node, order), TermsOf(node), TermsOf(node).Sum(term => term.Value)))];
        Truth = Shares.Sum(share => share.Value);
        foreach (QuizShare share in Shares) { Remember(share); }
    }

    public StepScene Scene { get; }

    public TraceTensor Tensor { get; }

    public int Element => Scene.Element;

    public Shape Shape => Tensor.Tensor.Shape;

    /// <summary>"W1[2,1]".</summary>
    public string Name => $"{TensorNames.Short(Tensor.Id, Scene.Frame.Module)}{(Shape.Rank == 0 ? "" : $"[{Scene.Indices}]")}";

    /// <summary>In the order of arrival.</summary>
    public IReadOnlyList<QuizShare> Shares { get; }

    /// <summary>∂L/∂element, in float64.</summary>
    public double Truth { get; }

    /// <summary>Numbers that the answer may use by name.</summary>
    public IReadOnlyDictionary<string, double> Named => named;

    /// <summary>The gradient that a cursor points at.</summary>
    /// <exception cref="ArgumentException">There is none: the tensor has no gradient, or nothing is sent back to it.</exception>
    public static QuizProblem At(StepTrace trace, Cursor cursor)
    {
        StepScene scene = StepScene.Resolve(trace, cursor);
        if (scene.Subject is not { } subject || scene.Element < 0 || !subject.Tensor.Tensor.NeedsGradient)
        {
            throw new ArgumentException($"{scene.Cursor}: there is no gradient to ask for in this frame; go to a backward frame.");
        }
        return trace.ContributorsOf(subject.Tensor).Length == 0
            ? throw new ArgumentException($"{subject.Tensor.Id}: no operation sends a gradient back to it, so there is nothing to work out.")
            : new QuizProblem(scene, subject.Tensor);
    }

    /// <summary>A number by its name: a factor of a term, or an element of what the operations read: "dy[0,2]".</summary>
    public double? Find(string name, int[] indices)
    {
        string text = indices.Length == 0 ? name : $"{name}[{string.Join(',', indices)}]";
        if (named.TryGetValue(text, out double known)) { return known; }
        foreach (QuizShare share in Shares.OrderBy(share => share.Node == Scene.Frame.Node ? 0 : 1))
        {
            Node node = trace.Tape[share.Node];
            NodeValues values = trace.ValuesOf(share.Node);
            if (name == "dy" && ElementOf(values.OutputShape, indices) is { } upstream) { return values.OutputGradient[upstream]; }
            if (name == "y" && ElementOf(values.OutputShape, indices) is { } output) { return values.Output[output]; }
            for (int i = 0; i < values.InputCount; i++)
            {
                if (OpExplainers.For(node.Op).Symbol(values, i) == name && ElementOf(values.InputShape(i), indices) is { } place) { return values.Input(i)[place]; }
            }
        }
        return null;
    }

    private static int? ElementOf(Shape shape, int[] indices) =>
        shape.Rank == 0 && indices.Length == 0 ? 0 : ElementText.TryPlace(shape, indices, out int element) ? element : null;

    private IReadOnlyList<Term> TermsOf(int node) => Explained.Of(trace, Tensor, node, Element).Terms;

    /// <summary>Names the factors of the terms, and the lines of the rule but for those that give the answer away.</summary>
    private void Remember(QuizShare share)
    {
        NodeValues values = trace.ValuesOf(share.Node);
        foreach (Factor factor in share.Terms.SelectMany(term => term.Factors).Where(factor => IsName(factor.Name))) { named.TryAdd(factor.Name, factor.Value); }
        foreach (Quantity line in OpExplainers.For(values.Op).TensorRule(values, trace.InputsOf(values.Node, Tensor.Tensor)[0], Element))
        {
            if (IsName(line.Name) && !line.Value.Equals(share.Value) && !Near(line.Value, share.Value) && !Near(line.Value, Truth)) { named.TryAdd(line.Name, line.Value); }
        }
    }

    private static bool Near(double a, double b) => Math.Abs(a - b) <= 1e-9 * Math.Abs(b);

    private static bool IsName(string text)
    {
        int bracket = text.IndexOf('[');
        ReadOnlySpan<char> name = bracket < 0 ? text : text.AsSpan(0, bracket), rest = bracket < 0 ? "" : text.AsSpan(bracket);
        if (name.IsEmpty || !char.IsLetter(name[0])) { return false; }
        foreach (char letter in name)
        {
            if (!char.IsLetterOrDigit(letter) && letter is not ('_' or '\'' or '′')) { return false; }
        }
        return rest.IsEmpty || (rest[^1] == ']' && !rest[1..^1].ContainsAnyExcept("0123456789,"));
    }
}
