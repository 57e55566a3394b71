namespace PureLlm.Kernels.Gpu;

/// <summary>What a kernel over elements is told beside its memory.</summary>
internal struct ElementNumbers
{
    /// <summary>Elements; a thread has four of them.</summary>
    public int Length;

    /// <summary>1 if all of the memory starts at a multiple of four elements, so that four are one access.</summary>
    public int IsAligned;

    /// <summary>1 if the result is added to what is there.</summary>
    public int Accumulates;

    /// <summary>A factor of the operation.</summary>
    public float Scale;

    /// <summary>Keys of randomness.</summary>
    public uint First, Second;

    /// <summary>Dropout keeps an element whose 24 random bits are at least this.</summary>
    public float Threshold;
}
