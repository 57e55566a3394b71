using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;

namespace PureLlm.Engine.Inspection.Quizzes;

/// <summary>A wrong answer that has a name, with the number that it leads to.</summary>
/// <param name="Kind">"sign flipped", "missing accumulation", "transposed", "forgot a term", "wrong scale".</param>
/// <param name="Value">What one gets by it.</param>
/// <param name="Text">What went wrong.</param>
internal sealed record Mistake(string Kind, double Value, string Text);

/// <summary>The classic mistakes with a gradient, worked out from its true terms.</summary>
internal static class Mistakes
{
    private const int MostSubsets = 6, MostTerms = 4096, MostIntegers = 16;

    /// <summary>The plainest first; then each with its sign flipped as well.</summary>
    public static IEnumerable<Mistake> Of(QuizProblem problem)
    {
        Mistake[] plain = [.. Accumulations(problem), .. Transposed(problem), .. Forgotten(problem), .. Scales(problem)];
        yield return new("sign flipped", -problem.Truth, "the size is right, the sign is not");
        foreach (Mistake mistake in plain) { yield return mistake; }
        foreach (Mistake mistake in plain) { yield return mistake with { Value = -mistake.Value, Text = $"{mistake.Text}; and the sign is flipped" }; }
    }

    /// <summary>Only some of the consumers, as if the gradient were assigned where it must be added to.</summary>
    private static IEnumerable<Mistake> Accumulations(QuizProblem problem)
    {
        int count = problem.Shares.Count;
        if (count >= 2)
        {
            IEnumerable<int> subsets = count <= MostSubsets ? Enumerable.Range(1, (1 << count) - 2).OrderBy(int.PopCount) : Enumerable.Range(0, count).Select(i => 1 << i);
            foreach (int subset in subsets)
            {
                QuizShare[] with = [.. problem.Shares.Where((_, i) => (subset & (1 << i)) != 0)], without = [.. problem.Shares.Where((_, i) => (subset & (1 << i)) == 0)];
                yield return new("missing accumulation", with.Sum(share => share.Value),
                    $"that is what {Names(with)} {(with.Length == 1 ? "sends" : "send")} back; {Names(without)} {(without.Length == 1 ? "reads" : "read")} {problem.Tensor.Id} too, and gradients add up: +=, not =");
            }
        }
        foreach (QuizShare share in problem.Shares.Where(share => share.Terms.Any(term => term.Label.StartsWith("as ", StringComparison.Ordinal))))
        {
            foreach (IGrouping<string, Term> role in share.Terms.GroupBy(term => term.Label.Split(':')[0]))
            {
                yield return new("missing accumulation", problem.Truth - share.Value + role.Sum(term => term.Value), $"{share.Name} reads {problem.Tensor.Id} more than once; that is its share {role.Key} alone");
            }
        }
    }

    /// <summary>The element on the other side of the diagonal.</summary>
    private static IEnumerable<Mistake> Transposed(QuizProblem problem)
    {
        Shape shape = problem.Shape;
        if (shape.Rank < 2) { yield break; }
        int rows = shape[^2], columns = shape[^1], matrix = problem.Element / (rows * columns) * rows * columns, row = problem.Element / columns % rows, column = problem.Element % columns;
        if (row == column || row >= columns || column >= rows) { yield break; }
        int other = matrix + (column * columns) + row;
        double value = problem.Scene.Trace.At(new TensorReading(problem.Tensor, TensorPart.Gradient), other);
        yield return new("transposed", value, $"that is the gradient of [{ElementText.Of(shape, other)}]: rows and columns are swapped");
    }

    /// <summary>All terms but one.</summary>
    private static IEnumerable<Mistake> Forgotten(QuizProblem problem)
    {
        (QuizShare Share, Term Term)[] terms = [.. problem.Shares.SelectMany(share => share.Terms.Select(term => (share, term)))];
        if (terms.Length is < 2 or > MostTerms) { yield break; }
        foreach ((QuizShare share, Term term) in terms.OrderByDescending(one => Math.Abs(one.Term.Value)))
        {
            yield return new("forgot a term", problem.Truth - term.Value, $"one of {terms.Length} terms is missing: {term.Label}{(problem.Shares.Count > 1 ? $" of {share.Name}" : "")}");
        }
        foreach ((QuizShare share, Term term) in terms.OrderByDescending(one => Math.Abs(one.Term.Value)))
        {
            yield return new("forgot a term", term.Value, $"that is one of {terms.Length} terms: {term.Label}{(problem.Shares.Count > 1 ? $" of {share.Name}" : "")}; the gradient is the sum of all");
        }
    }

    /// <summary>A factor that is there once too often, or not at all.</summary>
    private static IEnumerable<Mistake> Scales(QuizProblem problem)
    {
        double truth = problem.Truth;
        Term[] terms = [.. problem.Shares.SelectMany(share => share.Terms)];
        foreach (Factor factor in terms.Length == 0 ? [] : terms[0].Factors.Where(factor => terms.All(term => term.Factors.Contains(factor))))
        {
            if (!double.IsFinite(factor.Value) || factor.Value is 0 or 1) { continue; }
            yield return new("wrong scale", truth / factor.Value, $"the factor {factor.Name} = {StepText.Number(factor.Value)} is missing");
            yield return new("wrong scale", truth * factor.Value, $"the factor {factor.Name} = {StepText.Number(factor.Value)} is there once too often");
        }
        if (Lenses.TokenLossPane.Find(problem.Scene.Trace) is { Targets.Counted: > 1 } loss)
        {
            yield return new("wrong scale", truth * loss.Targets.Counted, FormattableString.Invariant($"the loss is the mean over {loss.Targets.Counted} tokens: the factor 1/{loss.Targets.Counted} is missing"));
            yield return new("wrong scale", truth / loss.Targets.Counted, FormattableString.Invariant($"the mean over {loss.Targets.Counted} tokens is taken twice"));
        }
        for (int times = 2; times <= MostIntegers; times++)
        {
            yield return new("wrong scale", truth * times, FormattableString.Invariant($"{times} times too large"));
            yield return new("wrong scale", truth / times, FormattableString.Invariant($"{times} times too small"));
        }
    }

    private static string Names(IEnumerable<QuizShare> shares) => string.Join(" and ", shares.Select(share => share.Name));
}
