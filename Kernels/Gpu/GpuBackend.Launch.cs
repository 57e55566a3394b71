using ILGPU;
using ILGPU.Runtime;

namespace PureLlm.Kernels.Gpu;

/// <content>Launching: Launch(Kernel, grid, arguments) compiles a kernel at its first use and queues it on the stream.</content>
internal sealed partial class GpuBackend
{
    private void Launch<T1, T2>(Action<T1, T2> kernel, KernelConfig grid, T1 a1, T2 a2) where T1 : struct where T2 : struct
    {
        if (grid.Size == 0) { return; }
        if (!kernels.TryGetValue(kernel, out Delegate? loaded)) { kernels.Add(kernel, loaded = Accelerator.LoadKernel(kernel)); }
        ((Action<AcceleratorStream, KernelConfig, T1, T2>)loaded)(Stream, grid, a1, a2);
    }

    private void Launch<T1, T2, T3>(Action<T1, T2, T3> kernel, KernelConfig grid, T1 a1, T2 a2, T3 a3) where T1 : struct where T2 : struct where T3 : struct
    {
        if (grid.Size == 0) { return; }
        if (!kernels.TryGetValue(kernel, out Delegate? loaded)) { kernels.Add(kernel, loaded = Accelerator.LoadKernel(kernel)); }
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3>)loaded)(Stream, grid, a1, a2, a3);
    }

    private void Launch<T1, T2, T3, T4>(Action<T1, T2, T3, T4> kernel, KernelConfig grid, T1 a1, T2 a2, T3 a3, T4 a4) where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        if (grid.Size == 0) { return; }
        if (!kernels.TryGetValue(kernel, out Delegate? loaded)) { kernels.Add(kernel, loaded = Accelerator.LoadKernel(kernel)); }
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4>)loaded)(Stream, grid, a1, a2, a3, a4);
    }

    private void Launch<T1, T2, T3, T4, T5>(Action<T1, T2, T3, T4, T5> kernel, KernelConfig grid, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5) where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        if (grid.Size == 0) { return; }
        if (!kernels.TryGetValue(kernel, out Delegate? loaded)) { kernels.Add(kernel, loaded = Accelerator.LoadKernel(kernel)); }
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5>)loaded)(Stream, grid, a1, a2, a3, a4, a5);
    }

    private void Launch<T1, T2, T3, T4, T5, T6>(Action<T1, T2, T3, T4, T5, T6> kernel, KernelConfig grid, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6) where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        if (grid.Size == 0) { return; }
        if (!kernels.TryGetValue(kernel, out Delegate? loaded)) { kernels.Add(kernel, loaded = Accelerator.LoadKernel(kernel)); }
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6>)loaded)(Stream, grid, a1, a2, a3, a4, a5, a6);
    }

    private void Launch<T1, T2, T3, T4, T5, T6, T7>(Action<T1, T2, T3, T4, T5, T6, T7> kernel, KernelConfig grid, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7) where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
    {
        if (grid.Size == 0) { return; }
        if (!kernels.TryGetValue(kernel, out Delegate? loaded)) { kernels.Add(kernel, loaded = Accelerator.LoadKernel(kernel)); }
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7>)loaded)(Stream, grid, a1, a2, a3, a4, a5, a6, a7);
    }

    private void Launch<T1, T2, T3, T4, T5, T6, T7, T8>(Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, KernelConfig grid, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8) where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct
    {
        if (grid.Size == 0) { return; }
        if (!kernels.TryGetValue(kernel, out Delegate? loaded)) { kernels.Add(kernel, loaded = Accelerator.LoadKernel(kernel)); }
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8>)loaded)(Stream, grid, a1, a2, a3, a4, a5, a6, a7, a8);
    }

    private void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, KernelConfig grid, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9) where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct
    {
        if (grid.Size == 0) { return; }
        if (!kernels.TryGetValue(kernel, out Delegate? loaded)) { kernels.Add(kernel, loaded = Accelerator.LoadKernel(kernel)); }
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9>)loaded)(Stream, grid, a1, a2, a3, a4, a5, a6, a7, a8, a9);
    }

    private void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, KernelConfig grid, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11) where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        if (grid.Size == 0) { return; }
        if (!kernels.TryGetValue(kernel, out Delegate? loaded)) { kernels.Add(kernel, loaded = Accelerator.LoadKernel(kernel)); }
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>)loaded)(Stream, grid, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11);
    }

    private void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, KernelConfig grid, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12) where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        if (grid.Size == 0) { return; }
        if (!kernels.TryGetValue(kernel, out Delegate? loaded)) { kernels.Add(kernel, loaded = Accelerator.LoadKernel(kernel)); }
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>)loaded)(Stream, grid, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12);
    }
}
