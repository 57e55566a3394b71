using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>Working memory that grows when a kernel asks for more, and is never read before it is written.</summary>
internal unsafe struct NativeBlock : IDisposable
{
    private float* _pointer;
    private int _floats;

    /// <summary>At least <paramref name="floats"/> floats, 64-byte aligned, of any content; earlier addresses end.</summary>
    public float* Reserve(int floats)
    {
        if (floats > _floats || _pointer == null)
        {
            Grow(floats);
        }
        return _pointer;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
        _floats = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int floats)
    {
        Dispose();
        int grown = Math.Max(floats, 1024);
        _pointer = (float*)NativeMemory.AlignedAlloc((nuint)grown * sizeof(float), CpuBuffer.Alignment);
        _floats = grown;
    }
}
