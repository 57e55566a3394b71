namespace PureLlm.Kernels;

/// <summary>One part of what a piece of work keeps on a device.</summary>
/// <param name="Name">"activations".</param>
/// <param name="Bytes">What it takes.</param>
/// <param name="Remedy">The settings that make it smaller; empty: none.</param>
public readonly record struct MemoryPart(string Name, long Bytes, string Remedy = "");

/// <summary>The memory that a piece of work will take on a device, known before any of it is taken.</summary>
/// <param name="Parts">What takes it, for people.</param>
/// <param name="Bytes">One block of so many bytes holds all buffers, wherever they lie in it; at least the sum of the parts.</param>
/// <param name="Operands">The most numbers that the two operands of a matrix product have.</param>
public sealed record MemoryNeeds(IReadOnlyList<MemoryPart> Parts, long Bytes, long Operands = 0);
