namespace PureLlm.Engine.Inspection.Quizzes;

/// <summary>A question about one gradient.</summary>
public sealed record QuestionView
{
    /// <summary>Where it is asked.</summary>
    public required string Cursor { get; init; }

    public required string Tensor { get; init; }

    /// <summary>"1,2".</summary>
    public required string Element { get; init; }

    /// <summary>"What is ∂L/∂x[1], all 2 consumers together?"</summary>
    public required string Text { get; init; }

    /// <summary>The rule of the frame's operation, without numbers.</summary>
    public FormulaView? Rule { get; init; }

    /// <summary>Who sends a gradient back.</summary>
    public required IReadOnlyList<string> Consumers { get; init; }

    /// <summary>How many summands there are.</summary>
    public required int Terms { get; init; }

    /// <summary>Numbers that the answer may use by name; any element of what the operations read can be used too.</summary>
    public required IReadOnlyList<FactorView> Names { get; init; }

    /// <summary>What an answer looks like.</summary>
    public required string Help { get; init; }
}

/// <summary>What an answer is.</summary>
/// <param name="Verdict">"exact", "close", "sign flipped", "missing accumulation", "transposed", "forgot a term", "wrong scale", "wrong" or "unreadable".</param>
/// <param name="Passed">Whether it is exact.</param>
/// <param name="Given">What the answer comes to; null where it can not be read.</param>
/// <param name="Expected">The gradient; null as long as it is not found.</param>
/// <param name="Text">One sentence: what is right, or what went wrong.</param>
public sealed record VerdictView(string Verdict, bool Passed, double? Given, double? Expected, string Text);
