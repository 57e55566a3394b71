using System.Text;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Tests.Tokenizer.Training;

public class TrainingCorpusTests
{
    /// <summary>A stream that gives a few bytes at a time, as sockets do.</summary>
    private sealed class Trickle(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, most)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, most));
    }

    private static List<byte[]> Blocks(TrainingCorpus corpus) => [.. corpus.Blocks().Select(block =>
    {
        byte[] copy = block.Bytes.ToArray();
        block.Return();
        return copy;
    })];

    [TestCase(100)]
    [TestCase(70_000)]
    [TestCase(2_000_000)]
    public void Blocks_join_to_the_stream_and_end_behind_line_feeds(int longestLine)
    {
        var random = new Random(longestLine);
        var text = new MemoryStream();
        while (text.Length < 2_500_000)
        {
            text.Write(Encoding.ASCII.GetBytes(new string('x', random.Next(longestLine)) + "\n"));
        }
        text.Write("the last line has no line feed"u8);
        List<byte[]> blocks = Blocks(TrainingCorpus.FromLines(new Trickle(text.ToArray(), 100_000)));
        Assert.That(blocks.SelectMany(b => b).SequenceEqual(text.ToArray()), Is.True);
        Assert.That(blocks.SkipLast(1).Select(b => b[^1]), Is.All.EqualTo((byte)'\n'));
        Assert.That(blocks, Has.Count.GreaterThan(1));
    }

    [Test]
    public void An_empty_stream_gives_no_text() => Assert.That(Blocks(TrainingCorpus.FromLines(new MemoryStream())).Sum(b => b.Length), Is.Zero);

    [Test]
    public void Files_are_read_one_after_the_other()
    {
        string[] paths = [Path.GetTempFileName(), Path.GetTempFileName()];
        try
        {
            File.WriteAllText(paths[0], "one\ntwo");
            File.WriteAllText(paths[1], "three\n");
            var corpus = TrainingCorpus.FromFiles(paths);
            Assert.That(corpus.Length, Is.EqualTo(13));
            Assert.That(Blocks(corpus).Select(Encoding.UTF8.GetString), Is.EqualTo(new[] { "one\ntwo", "three\n" }));
        }
        finally
        {
            Array.ForEach(paths, File.Delete);
        }
    }
}
