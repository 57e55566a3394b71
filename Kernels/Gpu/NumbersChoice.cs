namespace PureLlm.Kernels.Gpu;

/// <summary>A launch that is compiled for each format; a struct, so that choosing allocates nothing.</summary>
internal interface INumbersCall
{
    void Run<TNumbers>() where TNumbers : struct, INumbers;
}

/// <summary>From a format to the kernel that is compiled for it.</summary>
internal static class NumbersChoice
{
    public static void Run<TCall>(StorageFormat format, TCall call) where TCall : struct, INumbersCall
    {
        switch (format)
        {
            case StorageFormat.Float32: call.Run<Float32Numbers>(); break;
            case StorageFormat.BFloat16: call.Run<BFloat16Numbers>(); break;
            case StorageFormat.Float16: call.Run<Float16Numbers>(); break;
            default: call.Run<SplitNumbers>(); break;
        }
    }
}
