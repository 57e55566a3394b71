namespace PureLlm.Kernels.Gpu;

/// <summary>What a matrix product starts its sums with.</summary>
internal enum MatMulStart
{
    Zero,
    Bias,
    Result,
}

/// <summary>The numbers of a matrix product, one argument of its kernels.</summary>
internal struct MatMulSizes
{
    /// <summary>c is M×N; the sums run over K.</summary>
    public int M, N, K;

    /// <summary>Numbers between two lines of a and of b in memory.</summary>
    public int StrideA, StrideB;

    /// <summary>A <see cref="MatMulStart"/>.</summary>
    public int Start;

    /// <summary>1 where four numbers of a row of c are stored at once.</summary>
    public int StoresFour;

    /// <summary>Tiles of c: so many rows of so many.</summary>
    public int TileRows, TileColumns;

    /// <summary>Steps of k of one part; each part's sums are a matrix of their own where there are several.</summary>
    public int PartDepth, Parts;

    /// <summary>Position of the first number in the stream that rounds c.</summary>
    public int FirstNumber;

    /// <summary>What rounds c at random where it has 16 bits.</summary>
    public uint FirstKey, SecondKey;
}
