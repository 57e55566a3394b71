namespace PureLlm.Engine.Inspection;

/// <summary>A move. Each is a pure function of (trace, cursor).</summary>
public enum StepCommand
{
    Next, Previous, Into, Out, NextModule, PreviousModule, Continue, ReverseContinue,
    Left, Right, Up, Down, NextTensor,
    Check, CheckTensor, Ledger, Code, Update, Heat, Backward,
    NextStep, PreviousStep, First, Last,
}

/// <summary>The keys of the moves, the same in the terminal, in scripts and in the browser.</summary>
public static class StepKeys
{
    private static readonly (string Key, StepCommand Command, string Meaning)[] Table =
    [
        ("n", StepCommand.Next, "next frame, module, element or step, by the level"),
        ("p", StepCommand.Previous, "the one before; never recomputes"),
        ("i", StepCommand.Into, "into: closer"),
        ("o", StepCommand.Out, "out: less close"),
        ("]", StepCommand.NextModule, "next module"),
        ("[", StepCommand.PreviousModule, "previous module"),
        ("c", StepCommand.Continue, "continue to the next breakpoint"),
        ("C", StepCommand.ReverseContinue, "back to the breakpoint before"),
        ("h", StepCommand.Left, "element to the left"),
        ("l", StepCommand.Right, "element to the right"),
        ("k", StepCommand.Up, "element above"),
        ("j", StepCommand.Down, "element below"),
        ("t", StepCommand.NextTensor, "the frame's next tensor"),
        ("f", StepCommand.Check, "check the element by a finite difference"),
        ("F", StepCommand.CheckTensor, "check the whole tensor (64 elements)"),
        ("a", StepCommand.Ledger, "who asked for it: the ledger"),
        ("v", StepCommand.Code, "the C# lines"),
        ("u", StepCommand.Update, "the update of this parameter"),
        ("b", StepCommand.Backward, "the backward frame of this operation"),
        ("m", StepCommand.Heat, "heat map or histogram"),
        (".", StepCommand.NextStep, "next training step"),
        (",", StepCommand.PreviousStep, "previous training step"),
        ("g", StepCommand.First, "first frame"),
        ("G", StepCommand.Last, "last frame"),
    ];

    /// <summary>All keys with their moves and what they mean.</summary>
    public static IReadOnlyList<(string Key, StepCommand Command, string Meaning)> All => Table;

    /// <summary>The move of a key, or null.</summary>
    public static StepCommand? Find(string key)
    {
        foreach ((string known, StepCommand command, string _) in Table)
        {
            if (known == key) { return command; }
        }
        return null;
    }
}
