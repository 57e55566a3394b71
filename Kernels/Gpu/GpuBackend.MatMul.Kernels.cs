using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using PureLlm.Kernels.Devices;

namespace PureLlm.Kernels.Gpu;

/// <content>From a checked product to the kernels that were compiled for its formats, layout and plan.</content>
internal sealed partial class GpuBackend
{
    // Small groups, so that a few hundred columns reach all processors.
    private const int FewRowsGroup = 64;

    /// <summary>Whether large products go to tensor cores by our kernel: where they are asked for by their precision, there is no library for it, and warps are those of an Ampere GPU or newer.</summary>
    private bool HasTensorCores => Options.Precision != DevicePrecision.Float32 && Gemm is null && CanUseTensorCores(Accelerator);

    internal static bool CanUseTensorCores(Accelerator accelerator) => accelerator.WarpSize == TensorLanes.Lanes && accelerator is not CudaAccelerator { Architecture.Major: < 8 };

    /// <summary>Threads along an edge of a tile.</summary>
    private int TileSide => GroupSize >= 256 ? 16 : 4;

    private void Multiply(MatMulCall call)
    {
        if (call.Plan.Kind == MatMulKind.Start) { Join(call, default, 0); }
        else if (call.Plan.Parts == 1 && call.FormatC == StorageFormat.Float32) { Product(call); }
        else { MultiplyAside(call); }
    }

    /// <summary>Sums beside c: those of parts along k, or of what is rounded to 16 bits; rows by rows where they are many.</summary>
    private void MultiplyAside(MatMulCall call)
    {
        (int m, int n) = (call.Sizes.M, call.Sizes.N);
        int step = (int)Math.Min(m, Math.Max(128, MatMulPlan.MostPartNumbers / ((long)n * call.Plan.Parts) / 128 * 128));
        for (int row = 0; row < m; row += step)
        {
            MatMulCall rows = call.Rows(row, Math.Min(step, m - row));
            long length = Aligned((long)call.Plan.Parts * rows.Sizes.M * n);
            ArrayView<float> sums = Workspace(length + (TakesLibrary(rows) ? OperandWords(rows) : 0)).SubView(0, length);
            MatMulSizes sizes = rows.Sizes;
            (sizes.Start, sizes.StoresFour) = ((int)MatMulStart.Zero, n % 4 == 0 ? 1 : 0);
            Product(rows with { C = sums.Cast<ushort>(), FormatC = StorageFormat.Float32, Sizes = sizes, Reserved = length });
            Join(rows, sums, call.Plan.Parts);
        }
    }

    /// <summary>c = start + a·b in float32, or the parts of the product one after the other.</summary>
    private void Product(MatMulCall call)
    {
        if (Gemm is { } gemm && TakesLibrary(call)) { MultiplyByLibrary(gemm, call); }
        else { NumbersChoice.Run(call.FormatB, new ByFormatOfB(this, call)); }
    }

    private void ByLayout<TB>(MatMulCall call) where TB : struct, INumbers
    {
        switch (call.Layout, call.LoadsFour)
        {
            case (MatMulLayout.NT, true) when call.Plan.Kind == MatMulKind.FewRows: FewRows<LinesByFour<Float32Numbers>, LinesByFour<TB>>(call); break;
            case (MatMulLayout.NT, false) when call.Plan.Kind == MatMulKind.FewRows: FewRows<Lines<Float32Numbers>, Lines<TB>>(call); break;
            case (MatMulLayout.NN, true): Tiles<LinesByFour<Float32Numbers>, StepsByFour<TB>>(call); break;
            case (MatMulLayout.NN, false): Tiles<Lines<Float32Numbers>, Steps<TB>>(call); break;
            case (MatMulLayout.NT, true): Tiles<LinesByFour<Float32Numbers>, LinesByFour<TB>>(call); break;
            case (MatMulLayout.NT, false): Tiles<Lines<Float32Numbers>, Lines<TB>>(call); break;
            case (_, true): Tiles<StepsByFour<Float32Numbers>, StepsByFour<TB>>(call); break;
            default: Tiles<Steps<Float32Numbers>, Steps<TB>>(call); break;
        }
    }

    private void Tiles<TA, TB>(MatMulCall call) where TA : struct, IOperand where TB : struct, IOperand
    {
        bool isLarge = call.Plan.Kind == MatMulKind.LargeTiles;
        if (isLarge && HasTensorCores)
        {
            if (Options.Precision == DevicePrecision.BFloat16) { TensorTiles<TensorBFloat16, TA, TB>(call); }
            else { TensorTiles<TensorFloat32, TA, TB>(call); }
            return;
        }
        int side = TileSide, edge = (isLarge ? 8 : 4) * side;
        MatMulSizes sizes = call.Sizes;
        (sizes.TileRows, sizes.TileColumns, sizes.PartDepth) = ((sizes.M + edge - 1) / edge, (sizes.N + edge - 1) / edge, call.Plan.PartDepth);
        var grid = new KernelConfig(sizes.TileRows * sizes.TileColumns * call.Plan.Parts, side * side);
        ArrayView<float> c = call.C.Cast<float>();
        switch (isLarge, side)
        {
            case (true, 16): Launch(MatMulKernels.Tiles<Tile8<Square16>, TA, TB>, grid, call.A, call.B, call.Bias, c, sizes); break;
            case (false, 16): Launch(MatMulKernels.Tiles<Tile4<Square16>, TA, TB>, grid, call.A, call.B, call.Bias, c, sizes); break;
            case (true, _): Launch(MatMulKernels.Tiles<Tile8<Square4>, TA, TB>, grid, call.A, call.B, call.Bias, c, sizes); break;
            default: Launch(MatMulKernels.Tiles<Tile4<Square4>, TA, TB>, grid, call.A, call.B, call.Bias, c, sizes); break;
        }
    }

    private void TensorTiles<TPrecision, TA, TB>(MatMulCall call) where TPrecision : struct, ITensorPrecision where TA : struct, IOperand where TB : struct, IOperand
    {
        bool isWide = GroupSize >= 256;
        (int rows, int columns, int threads) = isWide ? (128, 128, 256) : (64, 32, TensorLanes.Lanes);
        MatMulSizes sizes = call.Sizes;
        (sizes.TileRows, sizes.TileColumns, sizes.PartDepth) = ((sizes.M + rows - 1) / rows, (sizes.N + columns - 1) / columns, call.Plan.PartDepth);
        var grid = new KernelConfig(sizes.TileRows * sizes.TileColumns * call.Plan.Parts, threads);
        ArrayView<float> c = call.C.Cast<float>();
        if (isWide) { Launch(TensorKernels.Tiles<TPrecision, EightWarps, TA, TB>, grid, call.A, call.B, call.Bias, c, sizes); }
        else { Launch(TensorKernels.Tiles<TPrecision, OneWarp, TA, TB>, grid, call.A, call.B, call.Bias, c, sizes); }
    }

    private void FewRows<TA, TB>(MatMulCall call) where TA : struct, IOperand where TB : struct, IOperand
    {
        int threads = Math.Min(FewRowsGroup, GroupSize), columns = threads / Accelerator.WarpSize * MatMulFewRowsKernels.ColumnsPerWarp;
        var grid = new KernelConfig((call.Sizes.N + columns - 1) / columns, threads);
        ArrayView<float> c = call.C.Cast<float>();
        switch (call.Sizes.M)
        {
            case 1: Launch(MatMulFewRowsKernels.Multiply<OneRow, TA, TB>, grid, call.A, call.B, call.Bias, c, call.Sizes); break;
            case 2: Launch(MatMulFewRowsKernels.Multiply<Twice<OneRow>, TA, TB>, grid, call.A, call.B, call.Bias, c, call.Sizes); break;
            case <= 4: Launch(MatMulFewRowsKernels.Multiply<Twice<Twice<OneRow>>, TA, TB>, grid, call.A, call.B, call.Bias, c, call.Sizes); break;
            default: Launch(MatMulFewRowsKernels.Multiply<Twice<Twice<Twice<OneRow>>>, TA, TB>, grid, call.A, call.B, call.Bias, c, call.Sizes); break;
        }
    }

    /// <summary>c = start + the sums of the parts.</summary>
    private void Join(MatMulCall call, ArrayView<float> parts, int count)
    {
        MatMulSizes sizes = call.Sizes;
        sizes.Parts = count;
        NumbersChoice.Run(call.FormatC, new JoinCall(this, call with { Sizes = sizes }, parts));
    }

    private readonly struct ByFormatOfB(GpuBackend gpu, MatMulCall call) : INumbersCall
    {
        public void Run<TNumbers>() where TNumbers : struct, INumbers => gpu.ByLayout<TNumbers>(call);
    }

    private readonly struct JoinCall(GpuBackend gpu, MatMulCall call, ArrayView<float> parts) : INumbersCall
    {
        public void Run<TNumbers>() where TNumbers : struct, INumbers
        {
            int length = call.Sizes.M * call.Sizes.N;
            gpu.Launch(MatMulKernels.Join<TNumbers>, gpu.Threads(length), parts, call.Bias, call.C, call.Sizes, length);
        }
    }
}
