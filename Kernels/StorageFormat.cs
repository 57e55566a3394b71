namespace PureLlm.Kernels;

/// <summary>How numbers are kept in memory between computations; arithmetic is always in float32.</summary>
public enum StorageFormat
{
    /// <summary>4 bytes: 8 bits of exponent, 23 of fraction.</summary>
    Float32,

    /// <summary>2 bytes: the upper half of a float32; 8 bits of exponent, 7 of fraction.</summary>
    BFloat16,

    /// <summary>2 bytes, IEEE binary16: 5 bits of exponent (6e-8 … 65504), 10 of fraction.</summary>
    Float16,

    /// <summary>4 bytes: a float32 whose nearest bfloat16 (ties away from 0) lies apart from the signed rest of 16 bits. A computation reads the former; the whole is exact.</summary>
    SplitFloat32,
}
