using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Autograd.Ops;

namespace PureLlm.Engine.Inspection.Lenses;

/// <summary>view=attention: who looks at whom, in the attention of the frame or the nearest to it; the cursor's term is the head.</summary>
internal static class AttentionPane
{
    /// <summary>Rows and columns that are shown; more are pooled, each cell the largest of its values.</summary>
    public const int ShownSide = 128;

    public static StepView Of(StepScene scene, StepView view)
    {
        int[] places = [.. Enumerable.Range(0, scene.Trace.Tape.Count).Where(n => scene.Trace.Tape[n].Op is Attention)];
        if (places.Length == 0)
        {
            return view with { Notes = [.. view.Notes, new("no attention", "this step has no attention: nothing looks at anything. A model has: pure-llm step tiny.toml", null)] };
        }
        int chosen = Nearest(scene, places);
        NodeValues values = scene.Trace.ValuesOf(chosen);
        int heads = ((Attention)values.Op).Heads, head = scene.Cursor.Term % heads, sequence = SelectedRow.Sequence(scene, values.OutputShape[0], values.OutputShape[1]);
        AttentionMap map = AttentionMap.Of(values, sequence, head);
        (int rowSize, int columnSize) = (CellSize(map.Queries), CellSize(map.Keys));
        int rows = Cells(map.Queries, rowSize), columns = Cells(map.Keys, columnSize);
        return view with
        {
            Attention = new AttentionView(
                values.Node.Scope, head, heads, rows, columns, Pool(map.Probabilities, map, rowSize, columnSize), Pool(map.Gradient, map, rowSize, columnSize), map.Entropy,
                sequence, rowSize, columnSize, [.. places.Select(place => new AttentionPlaceView(scene.Trace.Tape[place].Scope, (scene.Cursor with { Frame = $"b{place}", Tensor = "", Element = "" }).ToString(), place == chosen))]),
            ReadAs = [.. view.ReadAs, .. Say(scene, map, values.Node.Scope, head, sequence)],
            Notes = rowSize * columnSize == 1 ? view.Notes : [.. view.Notes, new("pooled", $"{map.Queries} × {map.Keys} probabilities are shown as {rows} × {columns} cells, each the largest of {rowSize} × {columnSize}", null)],
        };
    }

    /// <summary>The frame's own attention, or the one whose module is nearest: the longest common path, then the shortest way on the tape.</summary>
    private static int Nearest(StepScene scene, int[] places) => places
        .OrderByDescending(place => scene.Trace.Tape[place].Scope.Split('.').Zip(scene.Frame.Module.Split('.')).TakeWhile(pair => pair.First == pair.Second).Count())
        .ThenBy(place => scene.Frame.Node < 0 ? place : Math.Abs(place - scene.Frame.Node)).First();

    private static IEnumerable<string> Say(StepScene scene, AttentionMap map, string module, int head, int sequence)
    {
        int offset = sequence * map.Queries, selected = SelectedRow.Position(scene, map.Queries);
        int row = selected >= 0 ? selected : Enumerable.Range(0, map.Queries).MaxBy(i => Strongest(map, i) is var j && j != map.Keys - map.Queries + i ? map.Probabilities[(i * map.Keys) + j] : 0);
        int best = Strongest(map, row);
        bool isSelf = map.Queries == map.Keys;
        string key = isSelf ? SelectedRow.Token(scene, offset + best, best) : $"source {best}";
        yield return $"head {head} of {module}: {SelectedRow.Token(scene, offset + row, row)} looks most at {key}, with probability {NumberText.Of(Math.Round(map.Probabilities[(row * map.Keys) + best], 3))}";
        double mean = map.Entropy.Average();
        yield return $"a row spreads over {NumberText.Of(Math.Round(Math.Exp(mean), 2))} tokens as a rule: e to the mean entropy of {NumberText.Of(Math.Round(mean, 3))} nats";
    }

    private static int Strongest(AttentionMap map, int row)
    {
        int best = 0;
        for (int j = 1; j < map.Keys; j++) { best = map.Probabilities[(row * map.Keys) + j] > map.Probabilities[(row * map.Keys) + best] ? j : best; }
        return best;
    }

    private static int CellSize(int count) => (count + ShownSide - 1) / ShownSide;

    private static int Cells(int count, int size) => (count + size - 1) / size;

    private static double[] Pool(double[] values, AttentionMap map, int rowSize, int columnSize)
    {
        if (rowSize == 1 && columnSize == 1) { return values; }
        int columns = Cells(map.Keys, columnSize);
        double[] cells = new double[Cells(map.Queries, rowSize) * columns];
        for (int i = 0; i < map.Queries; i++)
        {
            for (int j = 0; j < map.Keys; j++)
            {
                ref double cell = ref cells[(i / rowSize * columns) + (j / columnSize)];
                double value = values[(i * map.Keys) + j];
                if (double.IsNaN(value) || Math.Abs(value) > Math.Abs(cell)) { cell = value; }
            }
        }
        return cells;
    }
}
