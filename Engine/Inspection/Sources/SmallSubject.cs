using PureLlm.Autograd;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Sources;

/// <summary>A step with every number written out: parameters, inputs and constants, and the operations over them.</summary>
/// <remarks>Parameters are moved by the optimizer; inputs get a gradient and stay; constants get none.</remarks>
public abstract class SmallSubject(string title, Backend backend) : StepSubject
{
    private readonly List<(Parameter Parameter, float[] Values)> literals = [];
    private readonly List<IDisposable> owned = [];
    private readonly Dictionary<Tensor, string> names = new(ReferenceEqualityComparer.Instance);
    private ParameterSlabs? slabs;
    private Optimizer? optimizer;
    private long step;

    public sealed override string Title => title;

    public sealed override long Step => step;

    public sealed override Backend Backend => backend;

    public sealed override ParameterSlabs Slabs
    {
        get
        {
            if (slabs is null)
            {
                slabs = new ParameterSlabs(backend, literals.Select(literal => literal.Parameter), training: true);
                literals.ForEach(literal => backend.Write(literal.Values, literal.Parameter.Tensor.Data));
            }
            return slabs;
        }
    }

    public sealed override Optimizer? Optimizer => literals.Count == 0 ? null : optimizer ??= Optimizer.Create(Train, new ModelConfig(), Slabs, backend);

    public sealed override double LearningRate => Train.LearningRate;

    /// <summary>Makes one update, as training would: the subject is then the next step.</summary>
    public void Advance()
    {
        using Tape tape = new(backend);
        using GradientNorm norm = new(backend, Slabs);
        Slabs.ClearGradients();
        tape.Backward(Forward(tape), isFresh: true);
        Optimizer?.Step(step + 1, LearningRate, GradientNorm.ClipScale(norm.Measure(), Train.Clip));
        step++;
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
        optimizer?.Dispose();
        slabs?.Dispose();
        owned.ForEach(item => item.Dispose());
        GC.SuppressFinalize(this);
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
        Tokens tokens = new(backend, 1, ids.Length);
        tokens.Set(ids);
        owned.Add(tokens);
        return tokens;
    }

    private View Memory(float[] values)
    {
        TensorBuffer buffer = backend.Allocate(values.Length);
        owned.Add(buffer);
        View view = new(buffer, 0, values.Length);
        backend.Write(values, view);
        return view;
    }
}
