using System.Globalization;
using PureLlm.Autograd;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Training;

/// <summary>Where the first NaN or infinity of a step came from: an operation whose inputs were all finite.</summary>
/// <param name="MicroBatch">Of the step, from 0.</param>
/// <param name="Frame">The operation's position on the tape; −1 if a parameter itself is at fault.</param>
/// <param name="Place">"blocks.1.mlp: gate", or the parameter's name.</param>
/// <param name="IsBackward">Whether it appeared in a gradient.</param>
/// <param name="Element">The first element at fault.</param>
/// <param name="Count">Elements at fault.</param>
/// <param name="Total">Elements of the tensor.</param>
/// <param name="Value">NaN, +∞ or −∞.</param>
/// <param name="LargestInput">Largest magnitude that went in.</param>
public sealed record NonFiniteOrigin(int MicroBatch, int Frame, string Place, bool IsBackward, int Element, int Count, int Total, float Value, float LargestInput)
{
    public override string ToString()
    {
        string what = string.Create(CultureInfo.InvariantCulture, $"{Count} of {Total} {(IsBackward ? "gradients" : Frame < 0 ? "weights" : "outputs")} {(Count == 1 ? "is" : "are")} {BreakReport.Number(Value)} (first: element {Element})");
        return Frame < 0 ? $"{Place}: {what}"
            : $"frame {Frame}, {Place}: {what} from finite inputs (max {BreakReport.Number(LargestInput)})";
    }
}
