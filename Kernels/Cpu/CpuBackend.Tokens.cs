namespace PureLlm.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A token is not a row of the table.</exception>
    public override void Embedding(View tokens, View table, View y, int rows, int columns)
    {
        const string operation = "Embedding";
        long length = Elements(rows, columns, operation);
        int* ids = (int*)Pointer(tokens, rows, operation, nameof(tokens));
        float* py = Pointer(y, length, operation, nameof(y));
        CheckTokens(ids, rows, Vocabulary(table, columns, operation), null, operation);
        if (IsStored(table))
        {
            LookUpStored(ids, table, py, rows, columns);
            return;
        }
        RunRows(new EmbeddingKernel.Forward(ids, Pointer(table), py, columns), rows, columns);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A token is not a row of the table.</exception>
    public override void EmbeddingBackward(View tokens, View dy, View dtable, int rows, int columns)
    {
        const string operation = "EmbeddingBackward";
        long length = Elements(rows, columns, operation);
        int* ids = (int*)Pointer(tokens, rows, operation, nameof(tokens));
        float* pdy = Pointer(dy, length, operation, nameof(dy));
        int vocabulary = Vocabulary(dtable, columns, operation);
        CheckTokens(ids, rows, vocabulary, null, operation);
        if (IsStored(dtable))
        {
            AddToStoredRows(ids, pdy, dtable, rows, columns);
            return;
        }
        int* scratch = (int*)Team.Scratch(0, checked(rows + vocabulary + 1));
        EmbeddingKernel.Backward(Team, Width, ids, pdy, Pointer(dtable), rows, columns, vocabulary, scratch);
    }

    /// <inheritdoc/>
    /// <remarks>logSumExp too is 0 where the target is ignored.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A target is neither a column nor ignored.</exception>
    public override void CrossEntropy(View logits, View targets, View losses, View logSumExp, int rows, int columns, int ignoreIndex)
    {
        const string operation = "CrossEntropy";
        float* px = Pointer(logits, Elements(rows, columns, operation), operation, nameof(logits));
        int* ids = (int*)Pointer(targets, rows, operation, nameof(targets));
        float* pl = Pointer(losses, rows, operation, nameof(losses)), pe = Pointer(logSumExp, rows, operation, nameof(logSumExp));
        CheckTokens(ids, rows, columns, ignoreIndex, operation);
        RunRows(new CrossEntropyKernel.Forward(px, ids, pl, pe, columns, ignoreIndex), rows, columns);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A target is neither a column nor ignored.</exception>
    public override void CrossEntropyBackward(View logits, View targets, View logSumExp, View dlogits, int rows, int columns, int ignoreIndex, float scale, View upstream = default)
    {
        const string operation = "CrossEntropyBackward";
        long length = Elements(rows, columns, operation);
        float* px = Pointer(logits, length, operation, nameof(logits)), pdx = Pointer(dlogits, length, operation, nameof(dlogits));
        int* ids = (int*)Pointer(targets, rows, operation, nameof(targets));
        float* pe = Pointer(logSumExp, rows, operation, nameof(logSumExp));
        CheckTokens(ids, rows, columns, ignoreIndex, operation);
        float factor = upstream.IsEmpty ? scale : *Pointer(upstream, 1, operation, nameof(upstream)) * scale;
        RunRows(new CrossEntropyKernel.Backward(px, ids, pe, pdx, columns, ignoreIndex, factor), rows, columns);
    }

    /// <inheritdoc/>
    public override void Sum(View x, View result) => Reduce(x, result, "Sum", squares: false);

    /// <inheritdoc/>
    public override void SumOfSquares(View x, View result) => Reduce(x, result, "SumOfSquares", squares: true);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
    public override void Dropout(View x, View y, float rate, RandomStream stream)
    {
        CheckRate(rate, "Dropout");
        int n = Length(y);
        Run(new DropoutKernel.Forward(Pointer(x, n, "Dropout", nameof(x)), Pointer(y), new DropoutKernel.Mask(stream, rate)), n);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
    public override void DropoutBackward(View dy, View dx, float rate, RandomStream stream, bool accumulate = true)
    {
        CheckRate(rate, "DropoutBackward");
        int n = Length(dx);
        Run(new DropoutKernel.Backward(Pointer(dy, n, "DropoutBackward", nameof(dy)), Pointer(dx), new DropoutKernel.Mask(stream, rate), accumulate), n);
    }

    private void Reduce(View x, View result, string operation, bool squares)
    {
        int n = Length(x);
        float* sums = Team.Scratch(0, RowJob.Blocks(n, ReductionKernel.Block));
        *Pointer(result, 1, operation, nameof(result)) = squares && IsStored(x) ? SumOfStoredSquares(x, sums) : ReductionKernel.Run(Team, Width, Pointer(x), n, sums, squares);
    }

    private static int Vocabulary(View table, int columns, string operation)
    {
        int length = Length(table);
        if (columns < 1 || length % columns != 0)
        {
            throw new ArgumentException($"{operation}: a table of {length} floats does not have rows of {columns}.");
        }
        return length / columns;
    }

    // Before the computation: an id outside would read or write foreign memory.
    private static void CheckTokens(int* ids, int rows, int vocabulary, int? ignored, string operation)
    {
        for (int row = 0; row < rows; row++)
        {
            if ((uint)ids[row] >= (uint)vocabulary && ids[row] != ignored)
            {
                throw new ArgumentOutOfRangeException(nameof(ids), $"{operation}: token {ids[row]} at position {row} is outside the vocabulary of {vocabulary} (0 … {vocabulary - 1}); was the text encoded with another tokenizer?");
            }
        }
    }

    private static void CheckRate(float rate, string operation)
    {
        if (!(rate >= 0 && rate < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(rate), $"{operation}: the rate is {rate}; it must be in [0, 1).");
        }
    }
}
