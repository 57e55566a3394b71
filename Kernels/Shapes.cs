namespace PureLlm.Kernels;

/// <summary>Which operands of a matrix product are stored transposed; all matrices are row-major.</summary>
public enum MatMulLayout
{
    /// <summary>c[m,n] = a[m,k] · b[k,n]. Input gradient: dX = dY·W.</summary>
    NN,

    /// <summary>c[m,n] = a[m,k] · b[n,k]ᵀ. Forward: Y = X·Wᵀ.</summary>
    NT,

    /// <summary>c[m,n] = a[k,m]ᵀ · b[k,n]. Weight gradient: dW = dYᵀ·X.</summary>
    TN,
}

/// <summary>Sizes of an attention call. Rows of q, k, v, and the output lie <c>…Stride</c> floats apart, heads side by side in a row.</summary>
/// <param name="Batch">Sequences.</param>
/// <param name="Queries">Query rows of a sequence (T).</param>
/// <param name="Keys">Key and value rows of a sequence (S). Query i stands at position S − T + i.</param>
/// <param name="Heads">Query heads (H).</param>
/// <param name="KeyValueHeads">Key and value heads (G); H is a multiple of G; query head h reads head h / (H/G).</param>
/// <param name="HeadSize">Floats of a head (D).</param>
/// <param name="QueryStride">Floats between query rows.</param>
/// <param name="KeyStride">Floats between key rows.</param>
/// <param name="ValueStride">Floats between value rows.</param>
/// <param name="OutputStride">Floats between output rows.</param>
/// <param name="KeyBatchStride">Key rows between two sequences: S, or the capacity of a cache.</param>
/// <param name="Causal">A query sees keys at its own position and before.</param>
/// <param name="Window">With <paramref name="Causal"/>: sees only the last this many positions, itself included; 0 = all.</param>
/// <param name="Scale">Factor of the scores, usually 1/√D.</param>
public readonly record struct AttentionShape(
    int Batch, int Queries, int Keys, int Heads, int KeyValueHeads, int HeadSize,
    int QueryStride, int KeyStride, int ValueStride, int OutputStride, int KeyBatchStride,
    bool Causal, int Window, float Scale);

/// <summary>Sizes of a rotary call on rows of [Batch·Time, TotalHeads·HeadSize]: the first <c>RotatedHeads</c> heads are rotated, the others copied.</summary>
/// <param name="Batch">Sequences.</param>
/// <param name="Time">Rows of a sequence.</param>
/// <param name="TotalHeads">Heads side by side in a row.</param>
/// <param name="RotatedHeads">Heads that are rotated, from the left.</param>
/// <param name="HeadSize">Floats of a head (D).</param>
/// <param name="Dimensions">Floats of a head that are rotated, even, from the left; the rest is copied.</param>
/// <param name="FirstPosition">Position of the first row of each sequence, a row of the table.</param>
/// <param name="Interleaved">Pairs (2i, 2i+1) as in Meta's code; else (i, i + Dimensions/2) as in Hugging Face's.</param>
public readonly record struct RotaryShape(
    int Batch, int Time, int TotalHeads, int RotatedHeads, int HeadSize, int Dimensions, int FirstPosition, bool Interleaved);

/// <summary>One AdamW step (Loshchilov and Hutter 2019, arXiv:1711.05101).</summary>
/// <param name="LearningRate">η of this step.</param>
/// <param name="Beta1">Decay of m.</param>
/// <param name="Beta2">Decay of v.</param>
/// <param name="Epsilon">Added to √v̂.</param>
/// <param name="WeightDecay">λ; the weight loses η·λ·w.</param>
/// <param name="Step">1 for the first step; enters the bias correction.</param>
/// <param name="GradientScale">Factor of the gradient: clipping.</param>
public readonly record struct AdamWStep(
    float LearningRate, float Beta1, float Beta2, float Epsilon, float WeightDecay, int Step, GradientScale GradientScale);

/// <summary>A position in counter-based randomness: the same (seed, stream, index) gives the same number on every device, whatever the order.</summary>
public readonly record struct RandomStream(ulong Seed, ulong Stream);
