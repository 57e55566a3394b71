namespace PureLlm.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void Fill(View x, float value)
    {
        if (IsStored(x))
        {
            FillStored(x, value);
            return;
        }
        Run(new ElementwiseKernel.Fill(Pointer(x), value), Length(x));
    }

    /// <inheritdoc/>
    public override void Copy(View x, View y)
    {
        if (IsStored(y))
        {
            CopyStored(x, y);
            return;
        }
        int n = Length(y);
        Run(new ElementwiseKernel.Copy(Pointer(x, n, "Copy", nameof(x)), Pointer(y)), n);
    }

    /// <inheritdoc/>
    public override void Add(View a, View b, View y)
    {
        int n = Length(y);
        Run(new ElementwiseKernel.Add(Pointer(a, n, "Add", nameof(a)), Pointer(b, n, "Add", nameof(b)), Pointer(y)), n);
    }

    /// <inheritdoc/>
    public override void Accumulate(View x, View into, float scale = 1f)
    {
        int n = Length(into);
        if (IsStored(into))
        {
            AddTo(into, Pointer(x, n, "Accumulate", nameof(x)), accumulates: true, scale);
            return;
        }
        Run(new ElementwiseKernel.Accumulate(Pointer(x, n, "Accumulate", nameof(x)), Pointer(into), scale), n);
    }

    /// <inheritdoc/>
    public override void Scale(View x, View y, float scale)
    {
        int n = Length(y);
        if (IsStored(y))
        {
            AddTo(y, Pointer(x, n, "Scale", nameof(x)), accumulates: false, scale);
            return;
        }
        Run(new ElementwiseKernel.Scale(Pointer(x, n, "Scale", nameof(x)), Pointer(y), scale), n);
    }

    /// <inheritdoc/>
    public override void Normalize(View x, View sumOfSquares, double epsilon) =>
        Scale(x, x, (float)(1 / (Math.Sqrt(*Pointer(sumOfSquares, 1, "Normalize", nameof(sumOfSquares))) + epsilon)));

    /// <inheritdoc/>
    public override void Multiply(View a, View b, View y)
    {
        int n = Length(y);
        Run(new ElementwiseKernel.Multiply(Pointer(a, n, "Multiply", nameof(a)), Pointer(b, n, "Multiply", nameof(b)), Pointer(y)), n);
    }

    /// <inheritdoc/>
    public override void MultiplyBackward(View a, View b, View dy, View da, View db)
    {
        const string operation = "MultiplyBackward";
        int n = Length(dy);
        Run(new ElementwiseKernel.MultiplyBackward(
            Pointer(a, n, operation, nameof(a)), Pointer(b, n, operation, nameof(b)), Pointer(dy),
            Optional(da, n, operation, nameof(da)), Optional(db, n, operation, nameof(db))), n);
    }

    /// <inheritdoc/>
    public override void Map<TFunction>(View x, View y)
    {
        int n = Length(y);
        Run(new MapKernel<TFunction>.Forward(Pointer(x, n, "Map", nameof(x)), Pointer(y)), n);
    }

    /// <inheritdoc/>
    public override void MapBackward<TFunction>(View x, View dy, View dx, bool accumulate = true)
    {
        int n = Length(dx);
        Run(new MapKernel<TFunction>.Backward(Pointer(x, n, "MapBackward", nameof(x)), Pointer(dy, n, "MapBackward", nameof(dy)), Pointer(dx), accumulate), n);
    }

    /// <inheritdoc/>
    public override void Gate<TFunction>(View gate, View up, View y)
    {
        int n = Length(y);
        Run(new GateKernel<TFunction>.Forward(Pointer(gate, n, "Gate", nameof(gate)), Pointer(up, n, "Gate", nameof(up)), Pointer(y)), n);
    }

    /// <inheritdoc/>
    /// <remarks>An empty dgate or dup is skipped.</remarks>
    public override void GateBackward<TFunction>(View gate, View up, View dy, View dgate, View dup, bool accumulate = true)
    {
        const string operation = "GateBackward";
        int n = Length(dy);
        float* px = Pointer(gate, n, operation, nameof(gate)), pup = Pointer(up, n, operation, nameof(up)), pdy = Pointer(dy);
        float* pdgate = Optional(dgate, n, operation, nameof(dgate)), pdup = Optional(dup, n, operation, nameof(dup));
        if (pdgate != null && pdup != null)
        {
            Run(new GateKernel<TFunction>.Backward(px, pup, pdy, pdgate, pdup, accumulate), n);
        }
        else if (pdgate != null)
        {
            Run(new GateKernel<TFunction>.BackwardOfGate(px, pup, pdy, pdgate, accumulate), n);
        }
        else if (pdup != null)
        {
            Run(new GateKernel<TFunction>.BackwardOfUp(px, pdy, pdup, accumulate), n);
        }
    }

    private void Run<TBody>(TBody body, int length) where TBody : unmanaged, IVectorBody => ElementwiseKernel.Run(Team, Width, body, length);

    private static int Length(View view) => view.IsEmpty ? 0 : view.Length;

    /// <summary>Null for an empty view, else its first float; it must hold exactly <paramref name="length"/>.</summary>
    private static float* Optional(View view, long length, string operation, string argument)
        => view.IsEmpty ? null : Pointer(view, length, operation, argument);
}
