using PureLlm.Autograd;

namespace PureLlm.Engine.Inspection.Lenses;

/// <summary>Which sequence and position a cursor means, where rows of the selected tensor stand for tokens.</summary>
internal static class SelectedRow
{
    /// <summary>The sequence of the selected element; 0 where its tensor has no rows of tokens.</summary>
    public static int Sequence(StepScene scene, int batch, int time) => Row(scene, batch * time) is >= 0 and int row ? row / time : 0;

    /// <summary>The position that was selected; −1: none, or another kind of tensor.</summary>
    public static int Position(StepScene scene, int time) =>
        scene.IsSelected && scene.Trace.Subject.Tokens.Count is > 0 and int rows && rows % time == 0 && Row(scene, rows) is >= 0 and int row ? row % time : -1;

    /// <summary>"token 3 ("ball")".</summary>
    /// <param name="row">Its row in the batch.</param>
    /// <param name="position">Its place in the sequence.</param>
    public static string Token(StepScene scene, int row, int position) => row < scene.Trace.Subject.Tokens.Count
        ? FormattableString.Invariant($"token {position} (\"{scene.Trace.Subject.Tokens[row].Replace("\n", "⏎", StringComparison.Ordinal)}\")")
        : FormattableString.Invariant($"token {position}");

    private static int Row(StepScene scene, int rows)
    {
        if (scene.Subject is not { } subject || scene.Element < 0) { return -1; }
        Shape shape = subject.Tensor.Tensor.Shape;
        return subject.Tensor.Parameter < 0 && shape.Rank >= 2 && shape.Rows == rows ? scene.Element / shape.Columns : -1;
    }
}
