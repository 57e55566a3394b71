using PureLlm.Kernels;
using static PureLlm.Tests.Gpu.GpuCheck;

namespace PureLlm.Tests.Gpu;

public class ReductionKernelsTests
{
    // Chunks of the emulating processor have 512 elements.
    [TestCase(1)]
    [TestCase(17)]
    [TestCase(67)]
    [TestCase(511)]
    [TestCase(1301)]
    public void Sums_match_the_textbook_loop_whatever_the_place(int n)
    {
        Action<Backend, View[]> call = (b, v) =>
        {
            b.Sum(v[0], v[1].Slice(0, 1));
            b.SumOfSquares(v[0], v[1].Slice(1, 1));
            b.Sum(v[0].Slice(1), v[1].Slice(2, 1));
            b.SumOfSquares(v[0].Slice(1), v[1].Slice(3, 1));
        };
        Matches(1e-5, call, Random(n), new float[4]);
    }

    [Test]
    public void The_sum_of_nothing_is_zero() => Assert.That(Run(GpuCheck.Gpu, (b, v) => b.Sum(default, v[0]), [[7f]])[0], Is.EqualTo(new[] { 0f }));

    [Test]
    public void Squares_of_stored_numbers_are_summed([Values(StorageFormat.BFloat16, StorageFormat.Float16)] StorageFormat format)
        => Matches(1e-5, (b, v) => b.SumOfSquares(v[0].Slice(1), v[1]), [format, StorageFormat.Float32], Random(613), new float[1]);

    // 37 rows are three chunks of rows; periods that do not divide them leave a short last row.
    [Test]
    public void Columns_are_summed_over_the_rows_of_each_period([Values(1, 3, 8)] int period, [Values(4, 5)] int columns, [Values(1, 7, 37)] int rows)
    {
        Matches(1e-5, (b, v) => b.AddRowsBackward(v[0], v[1], rows, columns, period), Random(rows * columns, 1), Random(period * columns, 2));
        Action<Backend, View[]> onFours = (b, v) => b.AddRowsBackward(v[0].Slice(1), v[1].Slice(1), rows, columns, period);
        Matches(1e-5, onFours, Random((rows * columns) + 1, 1), Random((period * columns) + 1, 2));
    }

    [Test]
    public void A_stored_column_sum_is_rounded_once([Values(StorageFormat.BFloat16, StorageFormat.Float16)] StorageFormat format)
    {
        // Sums of small integers are exact in any order, so that the bits must be the processor's.
        float[] dy = [.. Random(37 * 6, 1, 50f).Select(x => MathF.Round(x))], db = [.. Random(6, 2, 50f).Select(x => MathF.Round(x))];
        Action<Backend, View[]> call = (b, v) =>
        {
            v[1].Buffer.Rounding = new RandomStream(1, 1);
            b.AddRowsBackward(v[0], v[1], 37, 6, 1);
        };
        Matches(0, call, [StorageFormat.Float32, format], dy, db);
    }
}
