namespace PureLlm.Kernels.Gpu;

/// <summary>A row-major product as a column-major library is asked for it: cᵀ = first·second, where first is b and second is a, and a row-major matrix is its own transpose.</summary>
/// <param name="TransposesFirst">b is stored as the transpose of what is multiplied.</param>
/// <param name="TransposesSecond">a is.</param>
/// <param name="M">Rows of cᵀ.</param>
/// <param name="N">Columns of cᵀ.</param>
/// <param name="K">Terms of a sum.</param>
/// <param name="FirstStride">Numbers between two columns of b as it is stored.</param>
/// <param name="SecondStride">The same of a.</param>
/// <param name="ResultStride">The same of cᵀ.</param>
internal readonly record struct GemmArguments(bool TransposesFirst, bool TransposesSecond, int M, int N, int K, int FirstStride, int SecondStride, int ResultStride)
{
    /// <summary>The arguments of c[m,n] = a·b.</summary>
    public static GemmArguments Of(MatMulLayout layout, int m, int n, int k) => new(
        TransposesFirst: layout == MatMulLayout.NT, TransposesSecond: layout == MatMulLayout.TN, M: n, N: m, K: k,
        FirstStride: layout == MatMulLayout.NT ? k : n, SecondStride: layout == MatMulLayout.TN ? m : k, ResultStride: n);
}
