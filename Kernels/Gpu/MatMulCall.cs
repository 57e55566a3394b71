using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>A matrix product whose arguments were checked.</summary>
/// <param name="LoadsFour">Both operands can be read in accesses of four.</param>
internal readonly record struct MatMulCall(
    MatMulLayout Layout, ArrayView<ushort> A, ArrayView<ushort> B, ArrayView<ushort> C, ArrayView<float> Bias,
    StorageFormat FormatB, StorageFormat FormatC, bool LoadsFour, MatMulPlan Plan, MatMulSizes Sizes);
