namespace PureLlm.Autograd;

/// <summary>One line of an op's <c>Examples</c>: a configured op and the shapes of its inputs.</summary>
/// <param name="Op">Makes the op; token ids it needs are its own, fixed and valid.</param>
/// <param name="Inputs">Shapes of the inputs.</param>
/// <param name="Low">Inputs are drawn uniformly from here …</param>
/// <param name="High">… to here.</param>
/// <param name="Constants">Inputs that get no gradient, by index.</param>
/// <param name="Label">Distinguishes the examples of one op: "window 3".</param>
public sealed record OpExample(
    Func<Kernels.Backend, Op> Op, Shape[] Inputs, float Low = -1.5f, float High = 1.5f, int[]? Constants = null, string Label = "");
