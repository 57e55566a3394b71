namespace PureLlm.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    /// <remarks>The bits depend on neither the width, the number of threads nor m: a row alone gives what it gives in a batch.</remarks>
    /// <exception cref="ArgumentException">A view does not hold what the sizes ask for, or c shares memory with another operand.</exception>
    public override void MatMul(MatMulLayout layout, View a, View b, View c, int m, int n, int k, bool accumulate = false, View bias = default)
    {
        const string Operation = "MatMul";
        if (m < 0 || n < 0 || k < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(m), $"{Operation}: m = {m}, n = {n}, k = {k}; sizes must not be negative.");
        }
        if (IsStored(b) || IsStored(c))
        {
            MultiplyStored(layout, a, b, c, m, n, k, accumulate, bias);
            return;
        }
        float* pc = Pointer(c, (long)m * n, Operation, "c");
        float* pa = Pointer(a, (long)m * k, Operation, "a"), pb = Pointer(b, (long)k * n, Operation, "b");
        float* pbias = bias.IsEmpty ? null : Pointer(bias, n, Operation, "bias");
        CheckApart(c, a, "a");
        CheckApart(c, b, "b");
        CheckApart(c, bias, "bias");
        var job = MatMulJob.Create(layout, pa, pb, pc, m, n, k, accumulate, pbias);
        Multiply(ref job);

        static void CheckApart(View c, View other, string name)
        {
            if (!other.IsEmpty && other.Length > 0 && other.Buffer == c.Buffer && other.Offset < c.Offset + c.Length && c.Offset < other.Offset + other.Length)
            {
                throw new ArgumentException($"{Operation}: 'c' [{c.Offset}, {c.Offset + c.Length}) and '{name}' [{other.Offset}, {other.Offset + other.Length}) share memory; give the result a place of its own.");
            }
        }
    }

    private void Multiply(ref MatMulJob job)
    {
        if (job.M == 0 || job.N == 0)
        {
            return;
        }
        if (MatMulFewRowsKernel.Takes(job))
        {
            MatMulFewRowsKernel.Run(ref job, Team, Width);
            return;
        }
        switch (Width)
        {
            case SimdWidth.Vector512:
                MatMulKernel<MatMulTile512>.Run(ref job, Team);
                break;
            case SimdWidth.Vector256:
                MatMulKernel<MatMulTile256>.Run(ref job, Team);
                break;
            default:
                MatMulKernel<MatMulTileScalar>.Run(ref job, Team);
                break;
        }
    }
}
