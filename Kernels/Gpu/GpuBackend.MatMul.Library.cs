using ILGPU;
using ILGPU.Runtime;
using PureLlm.Kernels.Devices;

namespace PureLlm.Kernels.Gpu;

/// <content>Matrix products by the vendor's library: its operands are all float32 or all bfloat16, and the start of the sums lies in c.</content>
internal sealed partial class GpuBackend
{
    // Multiplications from which a call of the library is worth its launch, where the choice is ours.
    private const long LeastLibraryProduct = 1L << 18;

    /// <summary>Multiplies large matrices, or all; null: our kernels do.</summary>
    private IGemm? Gemm { get; }

    private bool TakesLibrary(MatMulCall call) => Gemm is not null && ForcedPlan is null && call.Plan.Kind != MatMulKind.Start
        && (Options.Gemm == DeviceGemm.Cublas || (call.Plan.Kind != MatMulKind.FewRows && (long)call.Sizes.M * call.Sizes.N * call.Sizes.K >= LeastLibraryProduct));

    private StorageFormat LibraryFormat => Options.Precision == DevicePrecision.BFloat16 ? StorageFormat.BFloat16 : StorageFormat.Float32;

    private void MultiplyByLibrary(IGemm gemm, MatMulCall call)
    {
        StorageFormat format = LibraryFormat;
        long wordsA = WordsOfA(call), wordsB = WordsOfB(call);
        ArrayView<float> room = wordsA + wordsB == 0 ? default : Workspace(call.Reserved + wordsA + wordsB).SubView(call.Reserved, wordsA + wordsB);
        ArrayView<ushort> a = wordsA == 0 ? call.A : Convert(StorageFormat.Float32, call.A, LengthOfA(call), room.SubView(0, wordsA), format);
        ArrayView<ushort> b = wordsB == 0 ? call.B : Convert(call.FormatB, call.B, call.Sizes.K * call.Sizes.N, room.SubView(wordsA, wordsB), format);
        if (call.Sizes.Start == (int)MatMulStart.Bias) { Join(call, default, 0); }
        GemmArguments arguments = GemmArguments.Of(call.Layout, call.Sizes.M, call.Sizes.N, call.Sizes.K) with { SecondStride = call.Sizes.StrideA };
        Accelerator.Bind();
        gemm.Multiply(arguments, Address(b), Address(a), Address(call.C), Options.Precision, accumulates: call.Sizes.Start != (int)MatMulStart.Zero);
    }

    /// <summary>Words of the workspace that the operands take in the library's format, where they are not in it.</summary>
    private long OperandWords(MatMulCall call) => WordsOfA(call) + WordsOfB(call);

    private long WordsOfA(MatMulCall call) => LibraryFormat == StorageFormat.Float32 ? 0 : Aligned(StoredLength(LengthOfA(call), LibraryFormat));

    private long WordsOfB(MatMulCall call) => LibraryFormat == call.FormatB ? 0 : Aligned(StoredLength(call.Sizes.K * call.Sizes.N, LibraryFormat));

    // Some columns of a are narrowed with what lies between them.
    private static int LengthOfA(MatMulCall call) => call.Layout == MatMulLayout.TN ? ((call.Sizes.K - 1) * call.Sizes.StrideA) + call.Sizes.M : call.Sizes.M * call.Sizes.K;

    /// <summary>The numbers in the library's format.</summary>
    private ArrayView<ushort> Convert(StorageFormat from, ArrayView<ushort> x, int length, ArrayView<float> room, StorageFormat to)
    {
        NumbersChoice.Run(from, new ConvertCall(this, x, length, room, to));
        return room.Cast<ushort>();
    }

    // Words of a multiple of 256 bytes, so that what follows can be read in wide accesses.
    private static long Aligned(long words) => (words + 63) / 64 * 64;

    private static nint Address(ArrayView<ushort> view) => view.LoadEffectiveAddressAsPtr();

    private readonly struct ConvertCall(GpuBackend gpu, ArrayView<ushort> x, int length, ArrayView<float> room, StorageFormat to) : INumbersCall
    {
        public void Run<TNumbers>() where TNumbers : struct, INumbers
        {
            if (to == StorageFormat.Float32) { gpu.Launch(ConvertKernels.Widen<TNumbers>, gpu.Threads(length), x, room, length); }
            else if (length % 4 == 0 && Address(x) % 16 == 0) { gpu.Launch(ConvertKernels.NarrowFour<TNumbers>, gpu.Threads(length / 4), x, room.Cast<TwoWords>(), length / 4); }
            else { gpu.Launch(ConvertKernels.Narrow<TNumbers>, gpu.Threads(length), x, room.Cast<ushort>(), length); }
        }
    }
}
