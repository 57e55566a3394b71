using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>The operations around the current one as boxes in columns with lines between them; lines that pass a column run below it.</summary>
internal static class GraphPane
{
    private const int Gap = 5, Left = 1, Right = 2, Up = 4, Down = 8;

    private const string Strokes = "   ─╵┘└┴╷┐┌┬│┤├┼"; // by the sum of Left, Right, Up, Down; an end beside a label is a space

    public static void Write(Sheet sheet, StepView view)
    {
        if (view.Graph is not { Nodes.Count: > 1 } graph) { return; }
        List<int> layers = [.. graph.Nodes.Select(node => node.Layer).Distinct().Order()];
        List<GraphNodeView> nodes = [.. graph.Nodes];
        int most = 18;
        while (Total() > sheet.Width && most > 6) { most--; }
        while (Total() > sheet.Width && layers.Count > 1)
        {
            int far = layers.MaxBy(layer => Math.Abs(layer - 0.1));
            layers.Remove(far);
            nodes.RemoveAll(node => node.Layer == far);
        }
        if (nodes.Count < 2) { return; }
        Draw(sheet, nodes, [.. graph.Edges.Where(edge => nodes.Any(node => node.Id == edge.From) && nodes.Any(node => node.Id == edge.To))], layers, most);

        int Total() => layers.Sum(layer => Wide(nodes, layer, most)) + ((layers.Count - 1) * Gap);
    }

    private static void Draw(Sheet sheet, List<GraphNodeView> nodes, List<GraphEdgeView> edges, List<int> layers, int most)
    {
        int[] starts = new int[layers.Count], widths = [.. layers.Select(layer => Wide(nodes, layer, most))];
        for (int l = 1; l < layers.Count; l++) { starts[l] = starts[l - 1] + widths[l - 1] + Gap; }
        int rows = nodes.Max(node => node.Row) + 1, lanes = 0;
        Dictionary<string, int> laneOf = [];
        foreach (GraphEdgeView edge in edges.Where(edge => Column(edge.To) - Column(edge.From) > 1))
        {
            if (!laneOf.ContainsKey(edge.From)) { laneOf[edge.From] = rows + lanes++; }
        }
        int[,] strokes = new int[rows + lanes, starts[^1] + widths[^1]];
        HashSet<(int Row, int Column)> heads = [];
        foreach (GraphEdgeView edge in edges)
        {
            GraphNodeView from = nodes.First(node => node.Id == edge.From), to = nodes.First(node => node.Id == edge.To);
            int a = Column(edge.From), b = Column(edge.To);
            if (a >= b) { continue; }
            int begin = starts[a] + Math.Min(most + 2, Label(from, most).Length), bend = starts[a] + widths[a] + 1, arrive = starts[b] - 2;
            if (b == a + 1)
            {
                Horizontal(from.Row, begin, bend);
                Vertical(bend, from.Row, to.Row);
                Horizontal(to.Row, bend, arrive);
            }
            else
            {
                int lane = laneOf[edge.From], rise = starts[b - 1] + widths[b - 1] + 2;
                Horizontal(from.Row, begin, bend);
                Vertical(bend, from.Row, lane);
                Horizontal(lane, bend, rise);
                Vertical(rise, lane, to.Row);
                Horizontal(to.Row, rise, arrive);
            }
            heads.Add((to.Row, arrive));
        }
        for (int row = 0; row < rows + lanes; row++)
        {
            Line line = sheet.Line();
            int x = 0;
            while (x < strokes.GetLength(1))
            {
                GraphNodeView? node = nodes.FirstOrDefault(node => node.Row == row && starts[layers.IndexOf(node.Layer)] == x);
                if (node is not null)
                {
                    string label = Label(node, most);
                    line.Add(label, node.IsCurrent ? Ink.Bold : node.Kind is "op" ? Ink.Plain : Ink.Cyan);
                    x += label.Length;
                    continue;
                }
                line.Add(heads.Contains((row, x)) ? "►" : Strokes[strokes[row, x]].ToString(), Ink.Dim);
                x++;
            }
        }

        int Column(string id) => layers.IndexOf(nodes.First(node => node.Id == id).Layer);

        void Horizontal(int row, int from, int to)
        {
            for (int x = Math.Min(from, to); x < Math.Max(from, to); x++) { strokes[row, x] |= Right; strokes[row, x + 1] |= Left; }
        }

        void Vertical(int column, int from, int to)
        {
            for (int y = Math.Min(from, to); y < Math.Max(from, to); y++) { strokes[y, column] |= Down; strokes[y + 1, column] |= Up; }
        }
    }

    private static int Wide(List<GraphNodeView> nodes, int layer, int most) => nodes.Where(node => node.Layer == layer).Select(node => Label(node, most).Length).DefaultIfEmpty(0).Max();

    private static string Label(GraphNodeView node, int most)
    {
        string label = node.Label.Length <= most ? node.Label : node.Label[..(most - 1)] + "…";
        return node.IsCurrent ? $"[{label}]" : label;
    }
}
