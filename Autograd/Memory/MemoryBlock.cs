using PureLlm.Kernels;

namespace PureLlm.Autograd.Memory;

/// <summary>Memory that is needed from one step of a pass to another, both included.</summary>
internal sealed class MemoryBlock(int length, int start)
{
    /// <summary>32-bit words, without the rounding to whole lines.</summary>
    public int Length { get; } = length;

    /// <summary>The step that first writes it.</summary>
    public int From { get; } = start;

    /// <summary>The last step that touches it.</summary>
    public int To { get; private set; } = start;

    /// <summary>First word, counted through all arenas.</summary>
    public long Offset { get; set; }

    /// <summary>Where it lies; empty until the plan has memory.</summary>
    public View View { get; set; }

    /// <summary>Words that it takes: whole lines of 64 bytes.</summary>
    public long Size => ((long)Length + 15) & ~15L;

    public void UseAt(int step) => To = Math.Max(To, step);

    public bool Meets(MemoryBlock other) => From <= other.To && other.From <= To;
}
