using PureLlm.Autograd;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Sources;

/// <summary>A step with every number written out: parameters, inputs and constants, and the operations over them.</summary>
/// <remarks>Parameters are moved by the optimizer; inputs get a gradient and stay; constants get none.</remarks>
public abstract class SmallSubject(string title, Backend backend) : DemoSubject(title, backend)
{
    private readonly List<(Parameter Parameter, float[] Values)> literals = [];
    private readonly List<IDisposable> owned = [];
    private readonly Dictionary<Tensor, string> names = new(ReferenceEqualityComparer.Instance);
    private ParameterSlabs? slabs;

    public sealed override ParameterSlabs Slabs
    {
        get
        {
            if (slabs is null)
            {
                slabs = new ParameterSlabs(Backend, literals.Select(literal => literal.Parameter), training: true);
                literals.ForEach(literal => Backend.Write(literal.Values, literal.Parameter.Tensor.Data));
            }
            return slabs;
        }
    }

    public sealed override Tensor Forward(Tape tape)
    {
        _ = Slabs;
        names.Clear();
        tape.Scope = "";
        return Build(tape);
    }

    public sealed override string NameOf(Tensor tensor) => names.GetValueOrDefault(tensor, tensor.Name);

    public override void Dispose()
    {
        base.Dispose();
        slabs?.Dispose();
        owned.ForEach(item => item.Dispose());
    }

    /// <summary>Applies the operations and gives the scalar loss.</summary>
    protected abstract Tensor Build(Tape tape);

    /// <summary>Gives an activation the name that the formulas use: "h".</summary>
    protected Tensor Named(string name, Tensor activation)
    {
        names[activation] = name;
        return activation;
    }

    /// <summary>A weight; it has memory when <see cref="Build"/> runs.</summary>
    protected Parameter AddParameter(string name, Shape shape, params float[] values)
    {
        var parameter = new Parameter(name, shape, Initializer.Zeros);
        literals.Add((parameter, values));
        return parameter;
    }

    /// <summary>A number that the loss depends on and that no optimizer moves: its gradient is of interest.</summary>
    protected Tensor AddInput(string name, Shape shape, params float[] values) => new(name, shape, Memory(values), Memory(new float[values.Length]));

    /// <summary>A number that stays as it is.</summary>
    protected Tensor AddConstant(string name, Shape shape, params float[] values) => new(name, shape, Memory(values));

    /// <summary>Ids of a batch [1, T].</summary>
    protected Tokens AddTokens(params int[] ids)
    {
        Tokens tokens = new(Backend, 1, ids.Length);
        tokens.Set(ids);
        owned.Add(tokens);
        return tokens;
    }

    private View Memory(float[] values)
    {
        TensorBuffer buffer = Backend.Allocate(values.Length);
        owned.Add(buffer);
        View view = new(buffer, 0, values.Length);
        Backend.Write(values, view);
        return view;
    }
}
