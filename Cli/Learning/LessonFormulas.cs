using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using PureLlm.Autograd;
using PureLlm.Autograd.Inspection;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Cli.Learning;

/// <summary>Formulas of operations in lessons, taken from the operation's explainer: {formula:rms_norm} forward, {formula:rms_norm:x} the gradient of x.</summary>
/// <remarks>What a lesson says and what the viewer shows can not differ.</remarks>
internal static partial class LessonFormulas
{
    private static readonly ConcurrentDictionary<(string Op, string Symbol), string> Known = new();

    /// <summary>Markdown with the marks replaced by formulas between dollars.</summary>
    /// <exception cref="FormatException">A mark names no operation, or none of its inputs.</exception>
    public static string Fill(string markdown) => Mark().Replace(markdown, mark => $"${Known.GetOrAdd((mark.Groups[1].Value, mark.Groups[2].Value), key => Source(key.Op, key.Symbol))}$");

    private static string Source(string op, string symbol)
    {
        using Backend backend = new CpuBackend(1);
        foreach ((Type _, OpExample example) in OpCatalog.Examples)
        {
            if (example.Op(backend) is not { } found || found.Name != op) { continue; }
            using TensorBuffer memory = backend.Allocate(2 * example.Inputs.Sum(shape => shape.Length));
            int offset = 0;
            Tensor[] inputs = [.. example.Inputs.Select((shape, i) => new Tensor($"input{i}", shape, Next(shape), example.Constants?.Contains(i) == true ? default : Next(shape)))];
            View Next(Shape shape) => new(memory, (offset += shape.Length) - shape.Length, shape.Length);
            using Tape tape = new(backend);
            tape.Apply(found, inputs);
            var values = new NodeValues(backend, tape[0]);
            OpExplainer explainer = OpExplainers.For(found);
            if (symbol.Length == 0) { return explainer.Forward(values).Source; }
            int input = Enumerable.Range(0, inputs.Length).FirstOrDefault(i => explainer.Symbol(values, i) == symbol, -1);
            if (input >= 0) { return explainer.Backward(values, input).Source; }
        }
        throw new FormatException($"{{formula:{op}:{symbol}}}: there is no such operation, or it has no input of that symbol");
    }

    [GeneratedRegex(@"\{formula:(\w+)(?::([^}\s]+))?\}")]
    private static partial Regex Mark();
}
