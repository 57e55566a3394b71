using System.Globalization;
using System.Text.RegularExpressions;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Quizzes;

/// <summary>Asks for a gradient and judges what a learner answers: a number, or an expression over the numbers of the step.</summary>
/// <remarks>A wrong answer is held against the classic mistakes: each is worked out from the true terms and compared.</remarks>
public static partial class Quiz
{
    /// <summary>How far an exact answer may be off: less than six shown digits lose.</summary>
    private const double Exact = 1e-4;

    private const double Close = 0.01, MistakeTolerance = 3e-4;

    private const int ShownNames = 64, Draws = 1000;

    /// <summary>The question at a cursor: the whole gradient of its element, all consumers together.</summary>
    /// <exception cref="FormatException">The cursor is none.</exception>
    /// <exception cref="ArgumentException">There is no gradient.</exception>
    public static QuestionView Ask(StepTrace trace, Cursor cursor)
    {
        QuizProblem problem = QuizProblem.At(trace, cursor);
        StepView view = StepExplainer.Explain(trace, problem.Scene.Cursor);
        int terms = problem.Shares.Sum(share => share.Terms.Count);
        string consumers = problem.Shares.Count == 1 ? "" : FormattableString.Invariant($", all {problem.Shares.Count} consumers together");
        return new QuestionView
        {
            Cursor = problem.Scene.Cursor.ToString(),
            Tensor = problem.Tensor.Id,
            Element = problem.Scene.Indices,
            Text = $"What is ∂L/∂{problem.Name}{consumers}?",
            Rule = view.Rule,
            Consumers = [.. problem.Shares.Select(share => share.Name)],
            Terms = terms,
            Names = [.. problem.Named.OrderBy(pair => pair.Key, StringComparer.Ordinal).Take(ShownNames).Select(pair => new FactorView(pair.Key, pair.Value))],
            Help = "a number, or an expression: dy[0,2]*x[0,1], sum(t: dy[t,2]*x[t,1]), sqrt(…); names as in the rule",
        };
    }

    /// <summary>Judges an answer.</summary>
    /// <exception cref="FormatException">The cursor is none. An answer that can not be read is a verdict, "unreadable".</exception>
    /// <exception cref="ArgumentException">There is no gradient.</exception>
    public static VerdictView Judge(StepTrace trace, Cursor cursor, string answer)
    {
        QuizProblem problem = QuizProblem.At(trace, cursor);
        double given;
        try { given = AnswerReader.Evaluate(answer, problem.Find); }
        catch (FormatException error) { return new VerdictView("unreadable", false, null, null, error.Message); }
        return Judge(problem, given, HalfLastDigit(answer));
    }

    /// <summary>A question drawn from a seed: a backward frame, one of its tensors, an element whose gradient is not 0.</summary>
    /// <exception cref="ArgumentException">Every gradient of the step is 0.</exception>
    public static Cursor Draw(StepTrace trace, ulong seed)
    {
        Frame[] frames = [.. trace.Frames.Where(frame => frame.Kind == FrameKind.Backward && trace.Receivers(frame.Node).Any())];
        RandomStream stream = new(seed, 1);
        for (ulong draw = 0; frames.Length > 0 && draw < Draws; draw++)
        {
            Frame frame = frames[CounterRandom.Below(stream, 3 * draw, frames.Length)];
            IReadOnlyList<TraceTensor> tensors = trace.Receivers(frame.Node);
            TraceTensor tensor = tensors[CounterRandom.Below(stream, (3 * draw) + 1, tensors.Count)];
            int element = CounterRandom.Below(stream, (3 * draw) + 2, tensor.Tensor.Shape.Length);
            if (trace.At(new TensorReading(tensor, TensorPart.Gradient), element) is var gradient && gradient != 0 && double.IsFinite(gradient))
            {
                return new Cursor(trace.Subject.Step, frame.Id, StepLevel.Element, tensor.Id, ElementText.Of(tensor.Tensor.Shape, element));
            }
        }
        throw new ArgumentException($"{trace.Subject.Title}: no gradient of this step is a number other than 0; there is nothing to ask.");
    }

    /// <summary>A view without what gives the answer away.</summary>
    public static StepView Hide(StepView view)
    {
        StatsView unknown = new(double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, 0, 0, 0, 0);
        TensorView Blank(TensorView tensor) => tensor with { Stats = unknown with { Count = tensor.Stats.Count }, Heat = null, Histogram = [], Largest = [] };
        return view with
        {
            Subject = view.Subject is null ? null : Blank(view.Subject),
            Downstream = [.. view.Downstream.Select(Blank)],
            Element = view.Element is { } element ? new ElementView { Indices = element.Indices, Meaning = element.Meaning, Kernel = double.NaN, Value = element.Value } : null,
            Ledger = null,
            Proofs = [],
            ReadAs = [],
            Notes = [],
        };
    }

    private static VerdictView Judge(QuizProblem problem, double given, double halfDigit)
    {
        double truth = problem.Truth, distance = Math.Abs(given - truth), size = Math.Abs(truth);
        VerdictView Right(string verdict, string text) => new(verdict, verdict == "exact", given, truth, text);
        if (double.IsNaN(given) || double.IsInfinity(given))
        {
            return given.Equals(truth) ? Right("exact", $"exact: it is {StepText.Number(truth)}") : new("wrong", false, given, null, $"that comes to {StepText.Number(given)}: something was divided by 0, or too large");
        }
        if (!double.IsFinite(truth)) { return new("wrong", false, given, null, "no finite number: something went wrong before this frame"); }
        if (distance <= Exact * size || (distance <= halfDigit && halfDigit <= Close * size)) { return Right("exact", $"exact: ∂L/∂{problem.Name} = {StepText.Signed(truth)}"); }
        if (truth == 0) { return new("wrong", false, given, null, "no: what is asked for is exactly 0 here. Which factor of every term is 0?"); }

        double tolerance = Math.Max(MistakeTolerance, Math.Min(halfDigit / Math.Max(Math.Abs(given), double.Epsilon), Close));
        foreach (Mistake mistake in Mistakes.Of(problem))
        {
            bool fits = mistake.Value != 0 && Math.Abs(given - mistake.Value) <= tolerance * Math.Abs(mistake.Value), differs = Math.Abs(mistake.Value - truth) > 3 * tolerance * size;
            if (fits && differs) { return new VerdictView(mistake.Kind, false, given, null, mistake.Text); }
        }
        if (distance <= Close * size || (distance <= halfDigit && halfDigit <= 0.1 * size)) { return Right("close", $"close: off by {StepText.Percent(distance / size)}; ∂L/∂{problem.Name} = {StepText.Signed(truth)}"); }
        string sign = given * truth > 0 ? "the sign is right" : given == 0 ? "it is not 0" : "even the sign is another";
        return new VerdictView("wrong", false, given, null, $"no, and not one of the classic mistakes: {sign}, the size is {(Math.Abs(given) > size ? "too large" : "too small")}");
    }

    /// <summary>Half a unit of the last digit of a plain number with at least two digits that count; 0 of an expression.</summary>
    private static double HalfLastDigit(string answer)
    {
        Match number = PlainNumber().Match(answer.Trim());
        if (!number.Success) { return 0; }
        string whole = number.Groups["whole"].Value, fraction = number.Groups["fraction"].Value;
        if ((whole + fraction).TrimStart('0').Length < 2) { return 0; }
        int exponent = number.Groups["exponent"].Success && int.TryParse(number.Groups["exponent"].Value.Replace('−', '-'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int given) ? given : 0;
        return 0.5 * Math.Pow(10, exponent - fraction.Length);
    }

    [GeneratedRegex(@"^[-−+]?(?<whole>\d*)(?:\.(?<fraction>\d*))?(?:[eE](?<exponent>[-−+]?\d{1,3}))?$")]
    private static partial Regex PlainNumber();
}
