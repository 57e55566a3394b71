using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;

namespace PureLlm.Engine.Optimizers;

/// <summary>A matrix inside a block, or one of the matrices that a packed projection holds one below the other.</summary>
/// <param name="Offset">First float in the slabs.</param>
/// <param name="Rows">Outputs.</param>
/// <param name="Columns">Inputs.</param>
public readonly record struct HiddenMatrix(int Offset, int Rows, int Columns)
{
    public int Length => Rows * Columns;

    /// <summary>True for the matrices of linear layers inside blocks; embeddings, positions and the output head are outside.</summary>
    public static bool Is(Parameter parameter) =>
        parameter.Shape.Rank == 2 && parameter.Name.Contains("blocks.", StringComparison.Ordinal);

    /// <summary>The matrices of a parameter: none, itself, or query, key and value where they are packed.</summary>
    public static IEnumerable<HiddenMatrix> PartsOf(Parameter parameter, ModelConfig model)
    {
        if (!Is(parameter))
        {
            yield break;
        }
        int offset = parameter.Offset, columns = parameter.Shape[1];
        foreach (int rows in RowsOf(parameter, model))
        {
            yield return new HiddenMatrix(offset, rows, columns);
            offset += rows * columns;
        }
    }

    private static int[] RowsOf(Parameter parameter, ModelConfig model)
    {
        int queries = model.Heads * model.HeadSize, keys = model.KeyValueHeads * model.HeadSize, rows = parameter.Shape[0];
        return parameter.Name.EndsWith(".qkv.weight", StringComparison.Ordinal) && rows == queries + (2 * keys) ? [queries, keys, keys]
            : parameter.Name.EndsWith(".key_value.weight", StringComparison.Ordinal) && rows == 2 * keys ? [keys, keys]
            : [rows];
    }
}
