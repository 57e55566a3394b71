using PureLlm.Kernels;
using static PureLlm.Tests.Gpu.GpuCheck;
using static PureLlm.Tests.Gpu.RowCheck;

namespace PureLlm.Tests.Gpu;

public class EmbeddingKernelTests
{
    [TestCase(0, 8, 4)]
    [TestCase(7, 1, 5)]
    [TestCase(7, 5, 5)]
    [TestCase(7, 36, 5)]
    [TestCase(20, 8, 1)]
    public void Matches_the_textbook_loop(int rows, int columns, int vocabulary) => MatchesAnywhere(1e-6, Call(rows, columns), Arrays(rows, columns, vocabulary));

    [TestCase(130, 3, 2)]
    [TestCase(130, 4, 40)]
    [TestCase(300, 4, 7)]
    public void Sorts_and_adds_long_and_short_runs_of_equal_tokens(int rows, int columns, int vocabulary)
        => Matches(1e-5, Aligned(Call(rows, columns)), Prefixed(Arrays(rows, columns, vocabulary)));

    [Test]
    public void A_strip_of_a_long_run_may_be_narrow() => Matches(1e-5, Call(40, 11), Arrays(40, 11, 1));

    [Test]
    public void Tables_and_gradients_are_kept_in_any_format([Values(StorageFormat.BFloat16, StorageFormat.Float16, StorageFormat.SplitFloat32)] StorageFormat format, [Values(5, 8)] int columns)
    {
        StorageFormat gradient = format == StorageFormat.SplitFloat32 ? StorageFormat.Float32 : format;
        StorageFormat[] formats = [StorageFormat.Float32, format, StorageFormat.Float32, StorageFormat.Float32, gradient];
        Matches(format == StorageFormat.Float16 ? 2e-3 : 1.6e-2, Call(9, columns), formats, Arrays(9, columns, 4));
        Matches(format == StorageFormat.Float16 ? 2e-3 : 1.6e-2, Aligned(Call(9, columns)), formats, Prefixed(Arrays(9, columns, 4)));
    }

    [Test]
    public void A_table_in_16_bits_is_read_exactly([Values(StorageFormat.BFloat16, StorageFormat.Float16, StorageFormat.SplitFloat32)] StorageFormat format)
        => Matches(0, (b, v) => b.Embedding(v[0], v[1], v[2], 6, 8), [StorageFormat.Float32, format, StorageFormat.Float32], Tokens(6, 4), Random(32), new float[48]);

    [Test]
    public void Sums_in_16_bits_are_rounded_without_bias()
    {
        const int columns = 2048;
        float[][] result = Run(GpuCheck.Gpu, (b, v) => b.EmbeddingBackward(v[0], v[1], v[2], 1, columns),
            [Words([1]), [.. Enumerable.Repeat(1f / 512, columns)], [.. Enumerable.Repeat(1f, 2 * columns)]], [StorageFormat.Float32, StorageFormat.Float32, StorageFormat.BFloat16]);
        Assert.That(result[2][..columns], Is.All.EqualTo(1f));
        Assert.That(result[2][columns..].Average(), Is.EqualTo(1f + (1f / 512)).Within(2.5e-4f), "1/512 is a quarter of the last bit; three standard deviations");
    }

    [TestCase(5)]
    [TestCase(-1)]
    public void A_token_outside_the_table_gives_not_a_number_and_no_gradient(int token)
    {
        float[][] arrays = Arrays(3, 4, 5);
        arrays[0] = Words([1, token, 2]);
        float[][] result = Run(GpuCheck.Gpu, Call(3, 4), arrays);
        Assert.That(result[2][4..8], Is.All.NaN);
        Assert.That(result[2][..4], Is.EqualTo(arrays[1][4..8]));
        Assert.That(result[4][..4].Concat(result[4][12..]), Is.EqualTo(arrays[4][..4].Concat(arrays[4][12..])));
        Assert.That(result[4][8], Is.EqualTo(arrays[4][8] + arrays[3][8]).Within(1e-6f));
    }

    [Test]
    public void A_table_without_whole_rows_is_refused()
    {
        using TensorBuffer buffer = GpuCheck.Gpu.Allocate(8);
        Assert.That(() => GpuCheck.Gpu.Embedding(new View(buffer, 0, 1), new View(buffer, 0, 8), new View(buffer, 0, 3), 1, 3), Throws.ArgumentException.With.Message.Contains("does not have rows of 3"));
    }

    private static Action<Backend, View[]> Call(int rows, int columns) => (b, v) =>
    {
        b.Embedding(v[0], v[1], v[2], rows, columns);
        b.EmbeddingBackward(v[0], v[3], v[4], rows, columns);
    };

    private static float[][] Arrays(int rows, int columns, int vocabulary)
        => [Tokens(rows, vocabulary), Random(vocabulary * columns, 1), new float[rows * columns], Random(rows * columns, 2), Random(vocabulary * columns, 3)];
}
