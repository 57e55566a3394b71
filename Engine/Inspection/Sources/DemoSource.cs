using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inspection.Sources.Demos;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Sources;

/// <summary>A built-in step: its name, what it shows, and how it is made.</summary>
public sealed record Demo(string Name, string Shows, Func<Backend, SmallSubject> Create);

/// <summary>A built-in step and those after it: small enough to follow every number.</summary>
/// <param name="name">One of <see cref="All"/>.</param>
/// <param name="backend">Where to compute; the caller's.</param>
/// <exception cref="ArgumentException">There is no such demo; the message says which there are.</exception>
public sealed class DemoSource(string name, Backend backend) : StepSource
{
    private const long Steps = 100;

    private readonly Demo demo = All.FirstOrDefault(demo => demo.Name == name) ?? throw new ArgumentException(Unknown(name));

    /// <summary>All demos, from the simplest.</summary>
    public static IReadOnlyList<Demo> All { get; } =
    [
        new("residual", "a residual block 4 numbers wide: two paths meet in one gradient", backend => new ResidualDemo(backend)),
    ];

    public override string Title => $"demo {demo.Name}";

    public override long? LastStep => Steps;

    public override StepSubject Open(long step)
    {
        if (step is < 0 or > Steps) { throw new ArgumentOutOfRangeException(null, $"{Title} has steps 0 to {Steps}, not {step}."); }
        SmallSubject subject = demo.Create(backend);
        while (subject.Step < step) { subject.Advance(); }
        return subject;
    }

    private static string Unknown(string name)
    {
        string[] names = [.. All.Select(demo => demo.Name)];
        return $"there is no demo '{name}'{(Spelling.Nearest(name, names) is { } near ? $"; did you mean {near}?" : $"; there are {string.Join(", ", names)}")}";
    }
}
