using System.Text;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tests.Tokenizer.Models;

public class PieceCacheTests
{
    [Test]
    public void What_is_kept_comes_back_while_the_table_grows_and_never_for_another_piece()
    {
        var cache = new PieceCache();
        for (int i = 0; i < 60_000; i++)
        {
            byte[] piece = Encoding.UTF8.GetBytes($"piece {i}");
            Assert.That(cache.TryGet(piece, out _), Is.False);
            cache.Add(piece, [i, -i, 7]);
            Assert.That(cache.TryGet(piece, out ReadOnlySpan<int> values) && values.SequenceEqual([i, -i, 7]), Is.True);
            if (i is > 100 and < 10_000)
            {
                Assert.That(cache.TryGet(Encoding.UTF8.GetBytes($"piece {i / 2}"), out values) && values[0] == i / 2, Is.True, "nothing is lost before the table is at its largest");
            }
        }
    }
}
