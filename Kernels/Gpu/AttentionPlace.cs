namespace PureLlm.Kernels.Gpu;

/// <summary>What a group of an attention kernel computes: groups run over panels, then heads, then sequences, then tiles of rows.</summary>
internal readonly struct AttentionPlace(int group, int panels, int heads, int batch)
{
    /// <summary>Which columns of a wide head.</summary>
    public readonly int Panel = group % panels;

    public readonly int Head = group / panels % heads;

    public readonly int Batch = group / panels / heads % batch;

    public readonly int Tile = group / panels / heads / batch;
}
