using System.Reflection;

namespace PureLlm.Tests.Architecture;

/// <summary>Arrows point down: Cli → Engine → Autograd → Kernels, and Tokenizer is a leaf.</summary>
[TestFixture]
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["PureLlm.Kernels"] = [],
        ["PureLlm.Tokenizer"] = [],
        ["PureLlm.Autograd"] = ["PureLlm.Kernels"],
        ["PureLlm.Engine"] = ["PureLlm.Kernels", "PureLlm.Autograd", "PureLlm.Tokenizer"],
        ["pure-llm"] = ["PureLlm.Kernels", "PureLlm.Autograd", "PureLlm.Tokenizer", "PureLlm.Engine"],
    };

    [TestCaseSource(nameof(Names))]
    public void An_assembly_references_only_what_lies_below_it(string name)
    {
        Assembly assembly = Assembly.Load(name);
        string[] ours = assembly.GetReferencedAssemblies().Select(reference => reference.Name!)
            .Where(reference => reference.StartsWith("PureLlm", StringComparison.Ordinal) || reference == "pure-llm").ToArray();
        Assert.That(ours, Is.SubsetOf(Allowed[name]));
    }

    [TestCase("PureLlm.Kernels")]
    [TestCase("PureLlm.Tokenizer")]
    [TestCase("PureLlm.Autograd")]
    public void The_lower_layers_need_no_package(string name)
    {
        string[] foreign = Assembly.Load(name).GetReferencedAssemblies().Select(reference => reference.Name!)
            .Where(reference => !reference.StartsWith("System", StringComparison.Ordinal) && !reference.StartsWith("PureLlm", StringComparison.Ordinal)
                && reference is not ("netstandard" or "mscorlib" or "CommunityToolkit.HighPerformance")).ToArray();
        Assert.That(foreign, Is.Empty);
    }

    [Test]
    public void Kernels_do_not_know_the_words_of_the_layers_above()
    {
        string[] higher = ["Transformer", "Module", "Optimizer", "Tape", "Console"];
        IEnumerable<string> found = Assembly.Load("PureLlm.Kernels").GetTypes().Select(type => type.Name)
            .Where(type => higher.Any(word => type.Contains(word, StringComparison.Ordinal)));
        Assert.That(found, Is.Empty);
    }

    [Test]
    public void Engine_never_makes_a_backend()
    {
        string[] makers = Assembly.Load("PureLlm.Engine").GetReferencedAssemblies().Select(reference => reference.Name!).ToArray();
        Assert.That(makers, Does.Contain("PureLlm.Kernels"), "the check below would be empty");
        IEnumerable<Type> held = Assembly.Load("PureLlm.Engine").GetTypes()
            .SelectMany(type => type.GetFields(BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)).Select(field => field.FieldType)
            .Where(type => type == typeof(PureLlm.Kernels.Cpu.CpuBackend));
        Assert.That(held, Is.Empty);
    }

    private static IEnumerable<string> Names => Allowed.Keys;
}
