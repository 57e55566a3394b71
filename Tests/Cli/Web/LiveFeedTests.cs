using PureLlm.Cli.Web.Live;

namespace PureLlm.Tests.Cli.Web;

[TestFixture]
public sealed class LiveFeedTests
{
    [Test]
    public void A_late_reader_gets_what_went_before_and_then_what_comes()
    {
        using var feed = new LiveFeed();
        feed.WriteLine("{\"event\":\"start\"}");
        feed.WriteLine("{\"event\":\"step\",\"step\":1}");
        feed.WriteLine("{\"event\":\"sample\",\"text\":\"x\"}");
        (IReadOnlyList<string> past, System.Threading.Channels.ChannelReader<string> coming, IDisposable registration) = feed.Subscribe();
        feed.WriteLine("{\"event\":\"end\"}");
        Assert.Multiple(() =>
        {
            Assert.That(past, Is.EqualTo(new[] { "{\"event\":\"start\"}", "{\"event\":\"step\",\"step\":1}", "{\"event\":\"sample\",\"text\":\"x\"}" }));
            Assert.That(coming.TryRead(out string? line) ? line : null, Is.EqualTo("{\"event\":\"end\"}"));
            Assert.That(coming.TryRead(out _), Is.False);
        });
        registration.Dispose();
        Assert.That(feed.Readers, Is.Zero);
    }

    [Test]
    public void Steps_that_come_too_fast_are_thinned_out_and_events_are_not()
    {
        using var feed = new LiveFeed();
        for (int i = 0; i < 10_000; i++) { feed.WriteLine($"{{\"event\":\"step\",\"step\":{i}}}"); }
        for (int i = 0; i < 100; i++) { feed.WriteLine($"{{\"event\":\"sample\",\"step\":{i}}}"); }
        IReadOnlyList<string> past = feed.Subscribe().Past;
        Assert.Multiple(() =>
        {
            Assert.That(past.Count(line => line.Contains("sample", StringComparison.Ordinal)), Is.EqualTo(100));
            Assert.That(past.Count(line => line.Contains("\"step\",\"step\"", StringComparison.Ordinal)), Is.InRange(1, 500));
        });
    }

    [Test]
    public void A_reader_who_does_not_read_loses_the_oldest_and_holds_nobody_up()
    {
        using var feed = new LiveFeed();
        System.Threading.Channels.ChannelReader<string> coming = feed.Subscribe().Coming;
        for (int i = 0; i < 1_000; i++) { feed.WriteLine($"{{\"event\":\"sample\",\"step\":{i}}}"); }
        Assert.That(coming.TryRead(out string? first) ? first : "", Is.EqualTo("{\"event\":\"sample\",\"step\":744}"));
    }
}
