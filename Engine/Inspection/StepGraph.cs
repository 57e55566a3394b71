using PureLlm.Autograd;

namespace PureLlm.Engine.Inspection;

/// <summary>The operations around one, at most two steps away, on a fixed grid: what it reads to the left, what reads it to the right, who else reads the selected tensor below.</summary>
internal static class StepGraph
{
    /// <summary>Boxes of a layer, at most.</summary>
    private const int Rows = 3;

    public static GraphView? Of(StepScene scene)
    {
        if (scene.Node is not { } center) { return null; }
        var boxes = new Boxes(scene);
        boxes.Add(center, 0);
        if (scene.Subject is { } subject && scene.SubjectInputs.Count > 0)
        {
            foreach ((int consumer, int _) in subject.Tensor.Consumers) { boxes.Add(scene.Trace.Tape[consumer], 0); }
        }
        foreach (int layer in new[] { -1, -2 })
        {
            foreach (Node node in boxes.At(layer + 1))
            {
                foreach (Tensor input in node.Inputs) { boxes.AddSource(scene.Trace.Of(input), layer); }
            }
        }
        foreach (int layer in new[] { 1, 2 })
        {
            foreach (Node node in boxes.At(layer - 1))
            {
                foreach ((int consumer, int _) in scene.Trace.Of(node.Output).Consumers) { boxes.Add(scene.Trace.Tape[consumer], layer); }
            }
        }
        return boxes.Finish();
    }

    private sealed class Boxes(StepScene scene)
    {
        private readonly List<GraphNodeView> views = [];
        private readonly Dictionary<string, (Node? Node, TraceTensor? Tensor, int Layer)> known = [];

        public IReadOnlyList<Node> At(int layer) => [.. known.Values.Where(box => box.Layer == layer && box.Node is not null).Select(box => box.Node!)];

        public void Add(Node node, int layer)
        {
            string id = IdOf(node);
            if (known.ContainsKey(id) || CountOf(layer) == Rows) { return; }
            views.Add(new GraphNodeView(id, node.Op.Name, "operation", layer, CountOf(layer), node.Index == scene.Frame.Node, CursorOf(node)));
            known[id] = (node, null, layer);
        }

        /// <summary>Who made a tensor, or the tensor itself where it came from outside.</summary>
        public void AddSource(TraceTensor tensor, int layer)
        {
            if (tensor.Producer >= 0)
            {
                Add(scene.Trace.Tape[tensor.Producer], layer);
                return;
            }
            if (known.ContainsKey(tensor.Id) || CountOf(layer) == Rows) { return; }
            Frame? update = tensor.Parameter >= 0 ? scene.Trace.Find(FormattableString.Invariant($"u{tensor.Parameter}")) : null;
            views.Add(new GraphNodeView(tensor.Id, TensorNames.Short(tensor.Id, scene.Frame.Module), tensor.Role, layer, CountOf(layer), false, update is null ? scene.Cursor.ToString() : scene.CursorOf(update)));
            known[tensor.Id] = (null, tensor, layer);
        }

        /// <summary>The boxes with an edge for every tensor that goes from one to another.</summary>
        public GraphView Finish()
        {
            List<GraphEdgeView> edges = [];
            foreach ((Node? node, TraceTensor? _, int _) in known.Values)
            {
                for (int i = 0; i < (node?.Inputs.Length ?? 0); i++)
                {
                    TraceTensor input = scene.Trace.Of(node!.Inputs[i]);
                    string from = input.Producer >= 0 ? IdOf(scene.Trace.Tape[input.Producer]) : input.Id;
                    var edge = new GraphEdgeView(from, IdOf(node), input.Id);
                    if (known.ContainsKey(from) && !edges.Contains(edge)) { edges.Add(edge); }
                }
            }
            return new GraphView(views, edges);
        }

        private int CountOf(int layer) => known.Values.Count(box => box.Layer == layer);

        private string CursorOf(Node node)
        {
            string side = scene.Frame.Kind == FrameKind.Forward || !scene.Trace.IsReached(node.Index) ? "f" : "b";
            return scene.CursorOf(scene.Trace.Find(FormattableString.Invariant($"{side}{node.Index}"))!);
        }

        private static string IdOf(Node node) => FormattableString.Invariant($"n{node.Index}");
    }
}
