namespace PureLlm.Kernels.Gpu;

/// <summary>Four floats that a kernel loads and stores at once, 16 bytes; an ArrayView of them must start at a multiple of 16 bytes.</summary>
internal readonly struct Four(float a, float b, float c, float d)
{
    public readonly float A = a, B = b, C = c, D = d;
}

/// <summary>Four numbers of 16 bits, the first in the low half of the first word.</summary>
internal readonly struct TwoWords(uint first, uint second)
{
    public readonly uint First = first, Second = second;
}
