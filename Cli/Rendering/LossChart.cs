using System.Globalization;

namespace PureLlm.Cli.Rendering;

/// <summary>Draws the loss over the steps of a run: training as a line of braille dots, validation as circles, the entropy floor as a dashed line.</summary>
/// <remarks>The vertical axis is logarithmic, so that the last tenths of a nat are seen as well as the first whole ones.</remarks>
internal static class LossChart
{
    private const int LabelColumns = 5;

    /// <param name="canvas">Where to draw.</param>
    /// <param name="area">Column, row, width and height, the frame included.</param>
    /// <param name="training">Training losses by step.</param>
    /// <param name="validation">Validation losses by step.</param>
    /// <param name="floor">The lowest loss that any model can reach, NaN if unknown.</param>
    /// <param name="lastStep">The step at the right edge.</param>
    /// <param name="ascii">Draws with ASCII characters alone.</param>
    public static void Draw(Canvas canvas, (int X, int Y, int Width, int Height) area, LossCurve training, LossCurve validation, double floor, double lastStep, bool ascii)
    {
        (int x, int y, int width, int height) = area;
        Frame(canvas, area, ascii);
        int columns = width - 2 - LabelColumns, rows = height - 2;
        if (columns < 8 || rows < 3)
        {
            return;
        }
        (double low, double high) = Range(training, validation, floor);
        if (!(high > low))
        {
            canvas.Write(x + 2 + LabelColumns, y + 1 + (rows / 2), "waiting for the first step", Ink.Dim);
            return;
        }
        int left = x + 1 + LabelColumns, top = y + 1;
        canvas.Write(x + 1, top, Label(high), Ink.Dim);
        canvas.Write(x + 1, top + rows - 1, Label(low), Ink.Dim);
        double Height(double value) => (Math.Log(Math.Clamp(value, low, high)) - Math.Log(low)) / (Math.Log(high) - Math.Log(low));
        if (double.IsFinite(floor) && floor >= low)
        {
            int row = top + (int)Math.Round((1 - Height(floor)) * (rows - 1));
            for (int column = 0; column < columns; column++)
            {
                canvas.Write(left + column, row, ascii ? "-" : "┄", Ink.Green);
            }
            canvas.Write(left + columns - 7, row, " floor ", Ink.Green);
        }
        DrawLine(canvas, training, (left, top, columns, rows), Height, lastStep, ascii);
        for (int i = 0; i < validation.Count; i++)
        {
            (double step, double value) = validation[i];
            int column = Math.Clamp((int)(step / lastStep * (columns - 1)), 0, columns - 1);
            canvas.Write(left + column, top + (int)Math.Round((1 - Height(value)) * (rows - 1)), ascii ? "o" : "●", Ink.Yellow);
        }
    }

    private static void DrawLine(Canvas canvas, LossCurve curve, (int X, int Y, int Width, int Height) area, Func<double, double> height, double lastStep, bool ascii)
    {
        int across = ascii ? 1 : 2, down = ascii ? 1 : 4;
        int dotColumns = area.Width * across, dotRows = area.Height * down;
        var dots = new byte[area.Width * area.Height];
        int before = -1;
        foreach ((int column, double value) in ByColumn(curve, dotColumns, lastStep))
        {
            int row = Math.Clamp((int)Math.Round((1 - height(value)) * (dotRows - 1)), 0, dotRows - 1);
            int from = before < 0 ? row : before < row ? before + 1 : before > row ? before - 1 : row;
            for (int r = Math.Min(from, row); r <= Math.Max(from, row); r++)
            {
                dots[(r / down * area.Width) + (column / across)] |= Braille(column % across, r % down);
            }
            before = row;
        }
        for (int i = 0; i < dots.Length; i++)
        {
            if (dots[i] != 0)
            {
                canvas.Write(area.X + (i % area.Width), area.Y + (i / area.Width), ascii ? "*" : ((char)(0x2800 + dots[i])).ToString(), Ink.Cyan);
            }
        }
    }

    /// <summary>The mean value of each column of dots that has points.</summary>
    private static IEnumerable<(int Column, double Value)> ByColumn(LossCurve curve, int columns, double lastStep)
    {
        int current = -1, count = 0;
        double sum = 0;
        for (int i = 0; i < curve.Count; i++)
        {
            (double step, double value) = curve[i];
            int column = Math.Clamp((int)(step / lastStep * (columns - 1)), 0, columns - 1);
            if (column != current && count > 0)
            {
                yield return (current, sum / count);
                (sum, count) = (0, 0);
            }
            (current, sum, count) = (column, sum + value, count + 1);
        }
        if (count > 0)
        {
            yield return (current, sum / count);
        }
    }

    private static (double Low, double High) Range(LossCurve training, LossCurve validation, double floor)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (LossCurve curve in new[] { training, validation })
        {
            for (int i = 0; i < curve.Count; i++)
            {
                (low, high) = (Math.Min(low, curve[i].Value), Math.Max(high, curve[i].Value));
            }
        }
        if (double.IsFinite(floor) && high > low)
        {
            low = Math.Min(low, floor);
        }
        low = Math.Max(low, 1e-4);
        return (low * 0.97, Math.Max(high, low * 1.05));
    }

    private static byte Braille(int column, int row) => (byte)(row == 3 ? 0x40 << column : 1 << (row + (3 * column)));

    private static string Label(double value) => value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture).PadLeft(LabelColumns - 1);

    private static void Frame(Canvas canvas, (int X, int Y, int Width, int Height) area, bool ascii)
    {
        string horizontal = new(ascii ? '-' : '─', Math.Max(0, area.Width - 2));
        canvas.Write(area.X, area.Y, ascii ? $"+{horizontal}+" : $"┌{horizontal}┐", Ink.Dim);
        canvas.Write(area.X, area.Y + area.Height - 1, ascii ? $"+{horizontal}+" : $"└{horizontal}┘", Ink.Dim);
        for (int row = 1; row < area.Height - 1; row++)
        {
            canvas.Write(area.X, area.Y + row, ascii ? "|" : "│", Ink.Dim);
            canvas.Write(area.X + area.Width - 1, area.Y + row, ascii ? "|" : "│", Ink.Dim);
        }
        if (area.Width >= 10)
        {
            canvas.Write(area.X + 2, area.Y, " loss ", Ink.Bold);
        }
    }
}
