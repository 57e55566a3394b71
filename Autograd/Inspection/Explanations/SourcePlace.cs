namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Lines of this project's source, embedded in the assembly, so that they are at hand wherever the program runs.</summary>
/// <param name="Path">From the repository's root: "Autograd/Ops/RmsNorm.cs".</param>
/// <param name="Line">The first line, from 1.</param>
/// <param name="Text">The lines, without the indentation that they share; a long method ends with "…".</param>
public sealed record SourcePlace(string Path, int Line, IReadOnlyList<string> Text);
