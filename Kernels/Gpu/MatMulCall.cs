using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>A matrix product whose arguments were checked; a and the bias are in float32.</summary>
/// <param name="LoadsFour">Both operands can be read in accesses of four.</param>
/// <param name="Reserved">Words of the workspace that c takes.</param>
internal readonly record struct MatMulCall(
    MatMulLayout Layout, ArrayView<ushort> A, ArrayView<ushort> B, ArrayView<ushort> C, ArrayView<float> Bias,
    StorageFormat FormatB, StorageFormat FormatC, bool LoadsFour, MatMulPlan Plan, MatMulSizes Sizes, long Reserved = 0)
{
    /// <summary>Rows [first, first + rows) of the product.</summary>
    public MatMulCall Rows(int first, int rows)
    {
        MatMulSizes sizes = Sizes;
        (sizes.M, sizes.FirstNumber) = (rows, Sizes.FirstNumber + (first * Sizes.N));
        long a = 2L * first * (Layout == MatMulLayout.TN ? 1 : Sizes.StrideA), halves = FormatC == StorageFormat.Float32 ? 2 : 1, c = halves * first * Sizes.N;
        return this with
        {
            A = A.SubView(a, A.Length - a),
            C = C.SubView(c, halves * rows * Sizes.N),
            LoadsFour = LoadsFour && a % 8 == 0,
            Sizes = sizes,
        };
    }
}
