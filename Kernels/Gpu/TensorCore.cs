using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.Frontend.Intrinsic;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;

namespace PureLlm.Kernels.Gpu;

/// <summary>Which numbers each lane of a warp holds in the tensor cores' product of 16 rows and 8 columns, mma.sync.m16n8 (PTX ISA, "Matrix Fragments for mma").</summary>
/// <remarks>
/// Words of 32 bits: one number of tf32, or two neighbours along k of bf16, the first in the low half; so both products are 8 words deep. With row r and word w of a lane,
/// a₀ is (r, w) of a, a₁ (r + 8, w), a₂ (r, w + 4), a₃ (r + 8, w + 4); b₀ is word w of column r of b, b₁ word w + 4; c₀ and c₁ are columns 2w and 2w + 1 of row r of the result, c₂ and c₃ of row r + 8.
/// </remarks>
internal static class TensorLanes
{
    public const int Lanes = 32, Rows = 16, Columns = 8, Words = 8;

    public static int Row(int lane) => lane >> 2;

    public static int Word(int lane) => lane & 3;

    public static int Column(int lane) => 2 * (lane & 3);

    /// <summary>The lane that holds word <paramref name="word"/> of row <paramref name="row"/> of a, or of column <paramref name="row"/> of b.</summary>
    public static int LaneOf(int row, int word) => ((row & 7) << 2) + (word & 3);
}

/// <summary>c + a·b on tensor cores: one instruction of a whole warp. On the emulating processor the lanes hand their numbers to each other through shared memory.</summary>
/// <remarks>All threads of the group must call it. Emulated, a sum runs along k in order; on a device its order and rounding are the hardware's.
/// Written by the manual and held by the emulation and by the PTX that is generated; no device has run it yet.</remarks>
internal static class TensorCore
{
    private const int MostWarps = 8, Registers = 6;

    // What is left of a tf32: 10 bits of fraction.
    private const uint TensorFloatBits = 0xFFFFE000;

    /// <summary>mma.m16n8k8 of tf32.</summary>
    [IntrinsicImplementation]
    public static Four MultiplyTensorFloat32(uint a0, uint a1, uint a2, uint a3, uint b0, uint b1, float c0, float c1, float c2, float c3) =>
        Emulate(a0, a1, a2, a3, b0, b1, new Four(c0, c1, c2, c3), 0);

    /// <summary>mma.m16n8k16 of bf16.</summary>
    [IntrinsicImplementation]
    public static Four MultiplyBFloat16(uint a0, uint a1, uint a2, uint a3, uint b0, uint b1, float c0, float c1, float c2, float c3) =>
        Emulate(a0, a1, a2, a3, b0, b1, new Four(c0, c1, c2, c3), 1);

    /// <summary>Gives a context the instructions of its devices.</summary>
    public static void Register(Context context)
    {
        foreach ((string method, string generator) in new[] { (nameof(MultiplyTensorFloat32), nameof(GenerateTensorFloat32)), (nameof(MultiplyBFloat16), nameof(GenerateBFloat16)) })
        {
            context.GetIntrinsicManager().RegisterMethod(typeof(TensorCore).GetMethod(method)!, new PTXIntrinsic(typeof(TensorCore), generator, IntrinsicImplementationMode.GenerateCode));
        }
    }

    private static void GenerateTensorFloat32(PTXBackend backend, PTXCodeGenerator generator, Value value) => Generate(generator, value, "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32");

    private static void GenerateBFloat16(PTXBackend backend, PTXCodeGenerator generator, Value value) => Generate(generator, value, "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32");

    /// <summary>{d₀ … d₃}, {a₀ … a₃}, {b₀, b₁}, {c₀ … c₃}, all in registers.</summary>
    private static void Generate(PTXCodeGenerator generator, Value value, string instruction)
    {
        var registers = new PTXRegisterAllocator.PrimitiveRegister[10];
        for (int i = 0; i < registers.Length; i++) { registers[i] = generator.EnsureHardwareRegister(generator.LoadPrimitive(value[i])); }
        var result = ((PTXRegisterAllocator.CompoundRegister)generator.Allocate(value)).SliceAs<PTXRegisterAllocator.PrimitiveRegister>(0, 4);
        using var command = generator.BeginCommand(instruction);
        command.AppendVectorArgument(result);
        command.AppendVectorArgument(registers[..4]);
        command.AppendVectorArgument(registers[4..6]);
        command.AppendVectorArgument(registers[6..]);
    }

    private static Four Emulate(uint a0, uint a1, uint a2, uint a3, uint b0, uint b1, Four c, int isHalf)
    {
        var all = SharedMemory.Allocate<uint>(MostWarps * TensorLanes.Lanes * Registers);
        int lane = Warp.LaneIdx;
        ArrayView<uint> warp = all.SubView(Warp.WarpIdx * TensorLanes.Lanes * Registers), own = warp.SubView(lane * Registers);
        own[0] = a0;
        own[1] = a1;
        own[2] = a2;
        own[3] = a3;
        own[4] = b0;
        own[5] = b1;
        Group.Barrier();
        int row = TensorLanes.Row(lane), column = TensorLanes.Column(lane);
        float s0 = c.A, s1 = c.B, s2 = c.C, s3 = c.D;
        for (int word = 0; word < TensorLanes.Words; word++)
        {
            int half = word >> 2;
            uint top = warp[(TensorLanes.LaneOf(row, word) * Registers) + (2 * half)], bottom = warp[(TensorLanes.LaneOf(row, word) * Registers) + (2 * half) + 1];
            uint left = warp[(TensorLanes.LaneOf(column, word) * Registers) + 4 + half], right = warp[(TensorLanes.LaneOf(column + 1, word) * Registers) + 4 + half];
            s0 = Add(s0, top, left, isHalf);
            s1 = Add(s1, top, right, isHalf);
            s2 = Add(s2, bottom, left, isHalf);
            s3 = Add(s3, bottom, right, isHalf);
        }
        Group.Barrier();
        return new Four(s0, s1, s2, s3);
    }

    private static float Add(float sum, uint a, uint b, int isHalf) => isHalf == 0
        ? MathF.FusedMultiplyAdd(Interop.IntAsFloat(a & TensorFloatBits), Interop.IntAsFloat(b & TensorFloatBits), sum)
        : MathF.FusedMultiplyAdd(Interop.IntAsFloat(a & 0xFFFF0000), Interop.IntAsFloat(b & 0xFFFF0000), MathF.FusedMultiplyAdd(Interop.IntAsFloat(a << 16), Interop.IntAsFloat(b << 16), sum));
}
