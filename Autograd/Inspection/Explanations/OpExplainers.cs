using PureLlm.Autograd.Ops;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>The explainer of every op.</summary>
public static class OpExplainers
{
    private static readonly Dictionary<Type, OpExplainer> ByType = new()
    {
        // arithmetic
        [typeof(Add)] = new AddExplainer(),
        [typeof(AddPositions)] = new AddPositionsExplainer(),
        [typeof(Multiply)] = new MultiplyExplainer(),
        [typeof(Scale)] = new ScaleExplainer(),
        [typeof(Map<>)] = new MapExplainer(),
        [typeof(Gate<>)] = new GateExplainer(),
        [typeof(Dropout)] = new DropoutExplainer(),
        [typeof(Embedding)] = new EmbeddingExplainer(),
        [typeof(MatMul)] = new MatMulExplainer(),
        [typeof(Softmax)] = new SoftmaxExplainer(),

        // norms, positions, attention, losses
        [typeof(RmsNorm)] = new RmsNormExplainer(),
        [typeof(LayerNorm)] = new LayerNormExplainer(),
        [typeof(HeadNorm)] = new HeadNormExplainer(),
        [typeof(Rotary)] = new RotaryExplainer(),
        [typeof(Attention)] = new AttentionExplainer(),
        [typeof(CrossEntropy)] = new CrossEntropyExplainer(),
        [typeof(LinearCrossEntropy)] = new LinearCrossEntropyExplainer(),
    };

    /// <summary>The explainer of an op, found by its type or its generic definition.</summary>
    /// <exception cref="NotSupportedException">There is none: add one to <see cref="OpExplainers"/>.</exception>
    public static OpExplainer For(Op op) => Find(op) ?? throw new NotSupportedException($"{op.Name}: no explainer; every op has one in Autograd/Inspection/Explanations.");

    /// <summary>The explainer of an op, or null: an op from outside may have none.</summary>
    public static OpExplainer? Find(Op op)
    {
        Type type = op.GetType();
        return ByType.TryGetValue(type, out OpExplainer? explainer) || (type.IsGenericType && ByType.TryGetValue(type.GetGenericTypeDefinition(), out explainer)) ? explainer : null;
    }
}
