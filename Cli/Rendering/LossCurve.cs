namespace PureLlm.Cli.Rendering;

/// <summary>A series of (step, value) in fixed memory: when it is full, neighbours are averaged and further points are gathered in pairs.</summary>
public sealed class LossCurve
{
    /// <summary>Points kept at most.</summary>
    public const int Capacity = 1024;

    private readonly double[] steps = new double[Capacity];
    private readonly double[] values = new double[Capacity];
    private int perPoint = 1;
    private int gathered;
    private double stepSum, valueSum;

    public int Count { get; private set; }

    public (double Step, double Value) this[int index] => (steps[index], values[index]);

    /// <summary>Adds a measurement; what is not a finite number leaves no point.</summary>
    public void Add(double step, double value)
    {
        if (!double.IsFinite(value))
        {
            return;
        }
        (stepSum, valueSum, gathered) = (stepSum + step, valueSum + value, gathered + 1);
        if (gathered < perPoint)
        {
            return;
        }
        if (Count == Capacity)
        {
            Halve();
        }
        (steps[Count], values[Count]) = (stepSum / gathered, valueSum / gathered);
        Count++;
        (stepSum, valueSum, gathered) = (0, 0, 0);
    }

    private void Halve()
    {
        for (int i = 0; i < Capacity / 2; i++)
        {
            steps[i] = (steps[2 * i] + steps[(2 * i) + 1]) / 2;
            values[i] = (values[2 * i] + values[(2 * i) + 1]) / 2;
        }
        Count = Capacity / 2;
        perPoint *= 2;
    }
}
