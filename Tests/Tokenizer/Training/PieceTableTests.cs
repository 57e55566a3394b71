using PureLlm.Tokenizer.Training;

namespace PureLlm.Tests.Tokenizer.Training;

public class PieceTableTests
{
    [Test]
    public void Counts_are_a_dictionarys([Range(1, 4)] int seed)
    {
        var random = new Random(seed);
        Dictionary<string, long> expected = [];
        PieceTable[] tables = [new(), new()];
        for (int i = 0; i < 40_000; i++)
        {
            var piece = new byte[random.Next(1, random.Next(2, 40))];
            foreach (ref byte b in piece.AsSpan())
            {
                b = (byte)random.Next(seed == 1 ? 256 : 3);
            }
            tables[random.Next(2)].Add(piece);
            string key = Convert.ToHexString(piece);
            expected[key] = expected.GetValueOrDefault(key) + 1;
        }
        tables[0].Add(tables[1]);
        Assert.That(Contents(tables[0]).OrderBy(c => c.Key, StringComparer.Ordinal).SequenceEqual(expected.OrderBy(c => c.Key, StringComparer.Ordinal)), Is.True);
        Assert.That(tables[0].Count, Is.EqualTo(expected.Count));
    }

    [Test]
    public void Pieces_longer_than_a_chunk_are_kept()
    {
        var table = new PieceTable();
        byte[][] pieces = [[1], new byte[3_000_000], [1, 2], new byte[900_000], new byte[300_000], [1]];
        foreach (byte[] piece in pieces)
        {
            table.Add(piece);
        }
        Assert.That(Contents(table).Select(c => (c.Key.Length / 2, c.Value)), Is.EquivalentTo(new[] { (1, 2L), (3_000_000, 1L), (2, 1L), (900_000, 1L), (300_000, 1L) }));
    }

    [Test]
    public void Pieces_that_share_their_first_eight_bytes_are_told_apart()
    {
        var table = new PieceTable();
        for (int i = 0; i < 300; i++)
        {
            table.Add([1, 2, 3, 4, 5, 6, 7, 8, (byte)i, 9, 9, 9, 9, 9, 9, 9, 9, (byte)(i >> 1)]);
            table.Add([1, 2, 3, 4, 5, 6, 7, 8]);
        }
        Assert.That(table.Count, Is.EqualTo(301 - (300 - Enumerable.Range(0, 300).Select(i => ((byte)i, (byte)(i >> 1))).Distinct().Count())));
    }

    private static Dictionary<string, long> Contents(PieceTable table) => Enumerable.Range(0, table.Count).ToDictionary(i => Convert.ToHexString(table.Piece(i)), table.Frequency);
}
