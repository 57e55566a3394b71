using PureLlm.Autograd;

namespace PureLlm.Engine.Modules;

/// <summary>A part of a model: parameters, smaller parts, and the operations that it applies, each made once.</summary>
/// <remarks>Described first, allocated after: a model can be counted and planned before any memory exists.
/// The path is the prefix of its parameters' names and the tape's scope while it runs.</remarks>
public abstract class Module(string path)
{
    private readonly List<Parameter> parameters = [];
    private readonly List<Module> children = [];

    /// <summary>"blocks.0.attention"; empty for the model itself.</summary>
    public string Path { get; } = path;

    /// <summary>Own parameters and those of the parts, in the order of their description.</summary>
    public IReadOnlyList<Parameter> Parameters => parameters;

    public IReadOnlyList<Module> Children => children;

    /// <summary>The path of a part of this module.</summary>
    protected string At(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    protected Parameter AddParameter(string name, Shape shape, Initializer initializer)
    {
        Parameter parameter = new(At(name), shape, initializer);
        parameters.Add(parameter);
        return parameter;
    }

    /// <summary>Takes in a part that is described completely.</summary>
    protected TModule AddChild<TModule>(TModule child)
        where TModule : Module
    {
        children.Add(child);
        parameters.AddRange(child.parameters);
        return child;
    }

    /// <summary>All parts of one type, at any depth.</summary>
    public IEnumerable<TModule> Descendants<TModule>()
        where TModule : Module =>
        children.SelectMany(child => child.Descendants<TModule>().Prepend(child).OfType<TModule>());
}
