using PureLlm.Kernels;
using static PureLlm.Tests.Kernels.KernelCheck;

namespace PureLlm.Tests.Kernels;

public class EmbeddingKernelTests
{
    private static Action<Backend, View[]> Call(int rows, int columns) => (b, v) =>
    {
        b.Embedding(v[0], v[1], v[2], rows, columns);
        b.EmbeddingBackward(v[0], v[3], v[4], rows, columns);
    };

    private static float[][] Arrays(int rows, int columns, int vocabulary)
        => [Tokens(rows, vocabulary), Random(vocabulary * columns, 1), new float[rows * columns], Random(rows * columns, 2), Random(vocabulary * columns, 3)];

    [Test]
    public void Matches_the_textbook_loop_at_every_number_of_columns()
    {
        foreach (int columns in Lengths)
        {
            Matches(1e-6, Call(7, columns), columns is 17 or 256, Arrays(7, columns, 5));
        }
    }

    [TestCase(0, 8, 4)]
    [TestCase(3000, 16, 1)]
    [TestCase(3000, 16, 2)]
    [TestCase(3000, 16, 5000)]
    [TestCase(500, 300, 65)]
    [TestCase(120, 768, 9)]
    public void Adds_equal_tokens_in_the_order_of_their_positions_for_any_number_of_threads(int rows, int columns, int vocabulary)
    {
        Matches(0, Call(rows, columns), true, Arrays(rows, columns, vocabulary));
        AllocatesNothing(Call(rows, columns), Arrays(rows, columns, vocabulary));
    }

    [TestCase(5)]
    [TestCase(-1)]
    public void A_token_outside_the_vocabulary_is_refused_before_anything_is_written(int token)
    {
        float[][] arrays = Arrays(3, 4, 5);
        arrays[0] = Words([1, token, 2]);
        Action<Backend, View[]> call = (b, v) =>
        {
            Assert.That(() => b.Embedding(v[0], v[1], v[2], 3, 4), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains($"token {token} at position 1 is outside the vocabulary of 5"));
            Assert.That(() => b.EmbeddingBackward(v[0], v[3], v[4], 3, 4), Throws.TypeOf<ArgumentOutOfRangeException>());
        };
        Assert.That(Run(OneThread, call, arrays)[2], Is.All.Zero);
    }
}
