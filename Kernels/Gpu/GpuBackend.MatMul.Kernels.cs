using ILGPU;
using ILGPU.Runtime;

namespace PureLlm.Kernels.Gpu;

/// <content>From a checked product to the kernel that was compiled for its formats, layout and plan.</content>
internal sealed partial class GpuBackend
{
    // Small groups, so that a few hundred columns reach all processors.
    private const int FewRowsGroup = 64;

    private MemoryBuffer1D<float, Stride1D.Dense>? parts;

    /// <summary>Threads along an edge of a tile.</summary>
    private int TileSide => GroupSize >= 256 ? 16 : 4;

    private void Multiply(MatMulCall call)
    {
        if (call.Plan.Kind == MatMulKind.Start) { Join(call, default, 0); }
        else { NumbersChoice.Run(call.FormatB, new ByFormatOfB(this, call)); }
    }

    private void ByLayout<TB>(MatMulCall call) where TB : struct, INumbers
    {
        switch (call.Layout, call.LoadsFour)
        {
            case (MatMulLayout.NT, true) when call.Plan.Kind == MatMulKind.FewRows: NumbersChoice.Run(call.FormatC, new FewRowsCall<LinesByFour<Float32Numbers>, LinesByFour<TB>>(this, call)); break;
            case (MatMulLayout.NT, false) when call.Plan.Kind == MatMulKind.FewRows: NumbersChoice.Run(call.FormatC, new FewRowsCall<Lines<Float32Numbers>, Lines<TB>>(this, call)); break;
            case (MatMulLayout.NN, true): ByParts<LinesByFour<Float32Numbers>, StepsByFour<TB>>(call); break;
            case (MatMulLayout.NN, false): ByParts<Lines<Float32Numbers>, Steps<TB>>(call); break;
            case (MatMulLayout.NT, true): ByParts<LinesByFour<Float32Numbers>, LinesByFour<TB>>(call); break;
            case (MatMulLayout.NT, false): ByParts<Lines<Float32Numbers>, Lines<TB>>(call); break;
            case (_, true): ByParts<StepsByFour<Float32Numbers>, StepsByFour<TB>>(call); break;
            default: ByParts<Steps<Float32Numbers>, Steps<TB>>(call); break;
        }
    }

    private void ByParts<TA, TB>(MatMulCall call) where TA : struct, IOperand where TB : struct, IOperand
    {
        if (call.Plan.Parts == 1)
        {
            NumbersChoice.Run(call.FormatC, new TilesCall<TA, TB>(this, call));
            return;
        }
        ArrayView<float> sums = Parts(call.Plan.Parts * call.Sizes.M * call.Sizes.N);
        MatMulSizes sizes = call.Sizes;
        sizes.Start = (int)MatMulStart.Zero;
        sizes.StoresFour = sizes.N % 4 == 0 ? 1 : 0;
        Tiles<TA, TB, Float32Numbers>(call with { C = sums.Cast<ushort>(), Sizes = sizes });
        Join(call, sums, call.Plan.Parts);
    }

    private void Tiles<TA, TB, TResult>(MatMulCall call) where TA : struct, IOperand where TB : struct, IOperand where TResult : struct, INumbers
    {
        bool isLarge = call.Plan.Kind == MatMulKind.LargeTiles;
        int side = TileSide, edge = (isLarge ? 8 : 4) * side;
        MatMulSizes sizes = call.Sizes;
        (sizes.TileRows, sizes.TileColumns, sizes.PartDepth) = ((sizes.M + edge - 1) / edge, (sizes.N + edge - 1) / edge, call.Plan.PartDepth);
        var grid = new KernelConfig(sizes.TileRows * sizes.TileColumns * call.Plan.Parts, side * side);
        switch (isLarge, side)
        {
            case (true, 16): Launch(MatMulKernels.Tiles<Tile8<Square16>, TA, TB, TResult>, grid, call.A, call.B, call.Bias, call.C, sizes); break;
            case (false, 16): Launch(MatMulKernels.Tiles<Tile4<Square16>, TA, TB, TResult>, grid, call.A, call.B, call.Bias, call.C, sizes); break;
            case (true, _): Launch(MatMulKernels.Tiles<Tile8<Square4>, TA, TB, TResult>, grid, call.A, call.B, call.Bias, call.C, sizes); break;
            default: Launch(MatMulKernels.Tiles<Tile4<Square4>, TA, TB, TResult>, grid, call.A, call.B, call.Bias, call.C, sizes); break;
        }
    }

    private void FewRows<TA, TB, TResult>(MatMulCall call) where TA : struct, IOperand where TB : struct, IOperand where TResult : struct, INumbers
    {
        int threads = Math.Min(FewRowsGroup, GroupSize), columns = threads / Accelerator.WarpSize * MatMulFewRowsKernels.ColumnsPerWarp;
        var grid = new KernelConfig((call.Sizes.N + columns - 1) / columns, threads);
        switch (call.Sizes.M)
        {
            case 1: Launch(MatMulFewRowsKernels.Multiply<OneRow, TA, TB, TResult>, grid, call.A, call.B, call.Bias, call.C, call.Sizes); break;
            case 2: Launch(MatMulFewRowsKernels.Multiply<Twice<OneRow>, TA, TB, TResult>, grid, call.A, call.B, call.Bias, call.C, call.Sizes); break;
            case <= 4: Launch(MatMulFewRowsKernels.Multiply<Twice<Twice<OneRow>>, TA, TB, TResult>, grid, call.A, call.B, call.Bias, call.C, call.Sizes); break;
            default: Launch(MatMulFewRowsKernels.Multiply<Twice<Twice<Twice<OneRow>>>, TA, TB, TResult>, grid, call.A, call.B, call.Bias, call.C, call.Sizes); break;
        }
    }

    /// <summary>c = start + the sums of the parts.</summary>
    private void Join(MatMulCall call, ArrayView<float> sums, int count)
    {
        MatMulSizes sizes = call.Sizes;
        sizes.Parts = count;
        NumbersChoice.Run(call.FormatC, new JoinCall(this, call with { Sizes = sizes }, sums));
    }

    /// <summary>Room for the sums of parts; grows to the largest product that was asked for.</summary>
    private ArrayView<float> Parts(int length)
    {
        if (parts is null || parts.Length < length)
        {
            parts?.Dispose();
            parts = Accelerator.Allocate1D<float>(length);
        }
        return parts.View.BaseView.SubView(0, length);
    }

    private readonly struct ByFormatOfB(GpuBackend gpu, MatMulCall call) : INumbersCall
    {
        public void Run<TNumbers>() where TNumbers : struct, INumbers => gpu.ByLayout<TNumbers>(call);
    }

    private readonly struct TilesCall<TA, TB>(GpuBackend gpu, MatMulCall call) : INumbersCall where TA : struct, IOperand where TB : struct, IOperand
    {
        public void Run<TNumbers>() where TNumbers : struct, INumbers => gpu.Tiles<TA, TB, TNumbers>(call);
    }

    private readonly struct FewRowsCall<TA, TB>(GpuBackend gpu, MatMulCall call) : INumbersCall where TA : struct, IOperand where TB : struct, IOperand
    {
        public void Run<TNumbers>() where TNumbers : struct, INumbers => gpu.FewRows<TA, TB, TNumbers>(call);
    }

    private readonly struct JoinCall(GpuBackend gpu, MatMulCall call, ArrayView<float> sums) : INumbersCall
    {
        public void Run<TNumbers>() where TNumbers : struct, INumbers
        {
            int length = call.Sizes.M * call.Sizes.N;
            gpu.Launch(MatMulKernels.Join<TNumbers>, gpu.Threads(length), sums, call.Bias, call.C, call.Sizes, length);
        }
    }
}
