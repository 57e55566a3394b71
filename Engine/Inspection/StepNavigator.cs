namespace PureLlm.Engine.Inspection;

/// <summary>Moves: pure functions of (trace, cursor, command).</summary>
public static class StepNavigator
{
    /// <summary>Where a move leads; the cursor itself where there is nothing further.</summary>
    public static Cursor Move(StepTrace trace, Cursor cursor, StepCommand command)
    {
        int index = (trace.Find(cursor.Frame) ?? trace.Frames[0]).Index;
        return command switch
        {
            StepCommand.Next => cursor with { Frame = trace.Frames[Math.Min(index + 1, trace.Frames.Count - 1)].Id },
            StepCommand.Previous => cursor with { Frame = trace.Frames[Math.Max(index - 1, 0)].Id },
            _ => cursor,
        };
    }
}
