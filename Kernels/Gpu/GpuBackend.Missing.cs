namespace PureLlm.Kernels.Gpu;

/// <content>Operations that no kernel computes yet.</content>
internal sealed partial class GpuBackend
{
    public override void Embedding(View tokens, View table, View y, int rows, int columns) => throw new NotSupportedException(Name);
    public override void EmbeddingBackward(View tokens, View dy, View dtable, int rows, int columns) => throw new NotSupportedException(Name);
}
