using System.Text;
using System.Threading.Channels;

namespace PureLlm.Cli.Web.Live;

/// <summary>The events of a run, one JSON object a line, for any number of readers who may come late: each gets what went before, thinned out, then what comes.</summary>
/// <remarks>Steps come far faster than a page can draw: of those at most twenty a second are kept; everything else is kept as it is. A reader who is slow loses the oldest.</remarks>
internal sealed class LiveFeed : TextWriter
{
    private const int MostSteps = 1_000, Waiting = 256;
    private const long StepInterval = 50;

    private readonly Lock gate = new();
    private readonly List<string> steps = [], others = [];
    private readonly List<Channel<string>> readers = [];
    private long lastStep;
    private int stride = 1, skipped;
    private string? newest;

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>The number of readers.</summary>
    public int Readers { get { lock (gate) { return readers.Count; } } }

    /// <summary>Takes one event.</summary>
    public override void WriteLine(ReadOnlySpan<char> buffer)
    {
        bool isStep = buffer.StartsWith("{\"event\":\"step\"", StringComparison.Ordinal);
        lock (gate)
        {
            long now = Environment.TickCount64;
            if (isStep && now - lastStep < StepInterval) { return; }
            string line = buffer.ToString();
            if (isStep)
            {
                (lastStep, newest) = (now, line);
                Remember(line);
            }
            else { others.Add(line); }
            foreach (Channel<string> reader in readers) { reader.Writer.TryWrite(line); }
        }
    }

    public override void WriteLine(string? value) => WriteLine(value.AsSpan());

    public override void Write(char value) => throw new NotSupportedException("Events are written line by line.");

    /// <summary>What went before and a channel of what comes; the channel ends when the feed is disposed.</summary>
    public (IReadOnlyList<string> Past, ChannelReader<string> Coming, IDisposable Registration) Subscribe()
    {
        var channel = Channel.CreateBounded<string>(new BoundedChannelOptions(Waiting) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (gate)
        {
            readers.Add(channel);
            IEnumerable<string> last = newest is not null && (steps.Count == 0 || steps[^1] != newest) ? [newest] : [];
            return ([.. others.Take(1), .. steps, .. last, .. others.Skip(1)], channel.Reader, new Registration(this, channel));
        }
    }

    /// <summary>Keeps every so many-th step; twice as far apart whenever there are too many.</summary>
    private void Remember(string line)
    {
        if (++skipped < stride) { return; }
        skipped = 0;
        steps.Add(line);
        if (steps.Count < MostSteps) { return; }
        for (int i = 0; i < steps.Count / 2; i++) { steps[i] = steps[2 * i]; }
        steps.RemoveRange(steps.Count / 2, steps.Count - (steps.Count / 2));
        stride *= 2;
    }

    protected override void Dispose(bool disposing)
    {
        lock (gate)
        {
            foreach (Channel<string> reader in readers) { reader.Writer.TryComplete(); }
        }
        base.Dispose(disposing);
    }

    private sealed class Registration(LiveFeed feed, Channel<string> channel) : IDisposable
    {
        public void Dispose()
        {
            lock (feed.gate) { feed.readers.Remove(channel); }
            channel.Writer.TryComplete();
        }
    }
}
