namespace PureLlm.Engine.Inspection;

/// <summary>Which numbers of a tensor.</summary>
public enum TensorPart
{
    /// <summary>Its values.</summary>
    Value,

    /// <summary>Its gradient when the backward pass was done.</summary>
    Gradient,

    /// <summary>What one node added to its gradient.</summary>
    Share,

    /// <summary>Its gradient right after one node added to it.</summary>
    After,

    /// <summary>Its gradient before any node added to it.</summary>
    Zero,
}

/// <summary>Numbers of a tensor at a moment of the step.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Part">Which of its numbers.</param>
/// <param name="Node">The node of <see cref="TensorPart.Share"/> and <see cref="TensorPart.After"/>; else −1.</param>
public readonly record struct TensorReading(TraceTensor Tensor, TensorPart Part, int Node = -1)
{
    /// <summary>"value" or "gradient".</summary>
    public string Kind => Part == TensorPart.Value ? "value" : "gradient";
}
