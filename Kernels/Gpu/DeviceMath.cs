using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.Frontend.Intrinsic;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;

namespace PureLlm.Kernels.Gpu;

/// <summary>What the functions that all devices share need on a GPU: the fused multiply-add of <see cref="VectorMath"/> as one instruction.</summary>
internal static class DeviceMath
{
    /// <summary>a·b + c, rounded once; on the emulating processor rounded twice, to double first.</summary>
    [IntrinsicImplementation]
    public static float FusedMultiplyAdd(float a, float b, float c) => (float)(((double)a * b) + c);

    /// <summary>Lets every context compile <see cref="MathF.FusedMultiplyAdd"/>, which is an unresolved call otherwise.</summary>
    public static void Remap() => RemappedIntrinsics.AddRemapping(typeof(MathF), typeof(DeviceMath), nameof(FusedMultiplyAdd), typeof(float), typeof(float), typeof(float));

    /// <summary>Gives a context the instructions of its devices.</summary>
    public static void Register(Context context)
    {
        context.GetIntrinsicManager().RegisterMethod(typeof(DeviceMath).GetMethod(nameof(FusedMultiplyAdd))!, new PTXIntrinsic(typeof(DeviceMath), nameof(GenerateFusedMultiplyAdd), IntrinsicImplementationMode.GenerateCode));
        TensorCore.Register(context);
    }

    private static void GenerateFusedMultiplyAdd(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var a = generator.LoadPrimitive(value[0]);
        var b = generator.LoadPrimitive(value[1]);
        var c = generator.LoadPrimitive(value[2]);
        var target = generator.AllocateHardware(value);
        using var command = generator.BeginCommand("fma.rn.f32");
        command.AppendArgument(target);
        command.AppendArgument(a);
        command.AppendArgument(b);
        command.AppendArgument(c);
    }
}
