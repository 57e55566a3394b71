using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Inspection;

/// <summary>Steps that can be opened: one, or those of a run.</summary>
public abstract class StepSource : IDisposable
{
    /// <summary>"demo residual", "runs/tiny".</summary>
    public abstract string Title { get; }

    /// <summary>The step that is shown first.</summary>
    public virtual long FirstStep => 0;

    /// <summary>The last step that can be opened; null: <see cref="FirstStep"/> alone.</summary>
    public virtual long? LastStep => null;

    /// <summary>Where the numbers come from, by name: "seed", "configuration" …; what an exported file says of itself.</summary>
    public virtual IReadOnlyDictionary<string, string> Provenance { get; } = new Dictionary<string, string>();

    /// <summary>Makes a step ready to be traced, exactly as it was or would be.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such step; the message says which there are.</exception>
    public abstract StepSubject Open(long step);

    /// <summary>What training measured in a step, without opening it; null: that is not known.</summary>
    public virtual BreakValues? Training(long step) => null;

    public virtual void Dispose() => GC.SuppressFinalize(this);
}
