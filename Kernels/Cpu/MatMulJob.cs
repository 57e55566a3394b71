namespace PureLlm.Kernels.Cpu;

/// <summary>One matrix product, and the part of it that is being computed.</summary>
internal unsafe struct MatMulJob
{
    /// <summary>a[i,k] is at A + i·ARow + k·ADepth; one of the strides is 1.</summary>
    public float* A;
    public nint ARow, ADepth;

    /// <summary>b[k,j] is at B + j·BColumn + k·BDepth; one of the strides is 1.</summary>
    public float* B;
    public nint BColumn, BDepth;

    /// <summary>c[i,j] is at C + i·N + j.</summary>
    public float* C;
    public int M, N, K;

    /// <summary>The chains start with c.</summary>
    public bool Accumulate;

    /// <summary>Else with the bias of their column, or with 0 where this is null.</summary>
    public float* Bias;

    /// <summary>Rows, columns and depth of this pass.</summary>
    public int RowStart, RowEnd, ColumnStart, ColumnEnd, DepthStart, DepthEnd;

    /// <summary>Steps of k that are packed and multiplied at a time.</summary>
    public int DepthBlock;

    /// <summary>The smaller operand of this pass, packed once for all threads: b when <see cref="SharesB"/>, else a.</summary>
    public float* Shared;
    public bool SharesB;

    /// <summary>Rows of a packed panel of a.</summary>
    public int PanelRows;

    /// <summary>Where both operands are packed first: the part of k that is multiplied, steps of k in a part, groups of tiles to multiply and pieces to pack meanwhile.</summary>
    public int Pass, DepthPerPass, Groups, Pieces;
    public int PanelsPerRowGroup, PanelsPerColumnGroup, ColumnGroups, PiecesPerBlock;

    /// <summary>Panels that one chunk packs, or computes.</summary>
    public int PanelsPerPacking, PanelsPerChunk;

    /// <summary>Columns of one chunk of <see cref="MatMulFewRowsKernel"/>.</summary>
    public int ColumnsPerChunk;

    /// <summary>For each worker, room for the other operand's panels of one chunk and one depth block.</summary>
    public float** Scratch;

    /// <summary>Fills in the operands' addresses and strides.</summary>
    public static MatMulJob Create(MatMulLayout layout, float* a, float* b, float* c, int m, int n, int k, bool accumulate, float* bias) => new()
    {
        A = a,
        ARow = layout == MatMulLayout.TN ? 1 : k,
        ADepth = layout == MatMulLayout.TN ? m : 1,
        B = b,
        BColumn = layout == MatMulLayout.NT ? k : 1,
        BDepth = layout == MatMulLayout.NT ? 1 : n,
        C = c,
        M = m,
        N = n,
        K = k,
        Accumulate = accumulate,
        Bias = bias,
    };

    /// <summary>Where the chains of the row from (<paramref name="row"/>, <paramref name="column"/>) on start, and how far the next row's start is.</summary>
    public readonly float* Start(int row, int column, bool isFirst, float* zeros, out nint stride)
    {
        if (Accumulate || !isFirst)
        {
            stride = N;
            return C + (nint)row * N + column;
        }
        stride = 0;
        return Bias != null ? Bias + column : zeros;
    }

    /// <summary>Runs the chunks on all threads, or here where they are too little to share.</summary>
    public static void Run(ThreadTeam team, bool isParallel, int chunks, MatMulJob* job, delegate*<MatMulJob*, int, int, void> body)
    {
        if (isParallel)
        {
            team.For(chunks, job, body);
            return;
        }
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            body(job, chunk, 0);
        }
    }
}
