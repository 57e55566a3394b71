using PureLlm.Engine.Inspection;

namespace PureLlm.Tests.Cli.Web;

/// <summary>A long tape must not be felt.</summary>
public class ViewerSpeedTests : BrowserFixture
{
    private const double MostMilliseconds = 50;

    private const int Rounds = 12, KeysOfRound = 20;

    /// <summary>Milliseconds between a paint and the next key, 0 to twice as many: as somebody walks, and at any phase of the display.</summary>
    private const int MeanRest = 40;

    /// <summary>Milliseconds from each key until the frame that shows its answer is painted.</summary>
    private const string PressMany = """
        async ([keys, rest]) => {
          const times = [];
          for (const key of keys) {
            const start = performance.now(), { cursor } = document.body.dataset;
            document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
            await new Promise((done) => {
              const frame = () => {
                if (document.body.dataset.cursor === cursor) { requestAnimationFrame(frame); return; }
                const after = new MessageChannel();
                after.port1.onmessage = done;
                after.port2.postMessage(0);
              };
              requestAnimationFrame(frame);
            });
            times.push(performance.now() - start);
            await new Promise((next) => setTimeout(next, rest * Math.random() * 2));
          }
          return times;
        }
        """;

    /// <summary>W7.</summary>
    [Test]
    public async Task A_tape_of_5000_operations_opens_in_2_s_and_paints_a_key_in_50_ms_with_few_elements()
    {
        await using Viewer viewer = await Viewer.OpenAsync(Browser, new ChainSource(5000));
        double ready = await viewer.Page.EvaluateAsync<double>("() => performance.getEntriesByName('ready')[0].startTime");
        Assert.That(ready, Is.LessThan(2000), "ms until the page can be used");
        await viewer.Page.WaitForFunctionAsync("() => document.querySelector('.timeline').width > 300");
        double worst = await PressAsync(viewer);
        int elements = await viewer.Page.EvaluateAsync<int>("() => document.querySelectorAll('*').length");
        TestContext.Out.WriteLine($"ready after {ready:0} ms, {elements} elements, {(await viewer.ViewAsync()).FrameCount} frames");
        Assert.That(worst, Is.LessThan(MostMilliseconds), "ms from key to paint, p95 of the best round");
        Assert.That(elements, Is.LessThan(3000));
        Assert.That(viewer.Problems, Is.Empty);
    }

    /// <summary>p95, in ms from a key to its paint, of the first round of twenty keys that holds the bound, or of the best on a machine that does other things too.</summary>
    private static async Task<double> PressAsync(Viewer viewer)
    {
        string[] keys = [.. Enumerable.Range(0, KeysOfRound).Select(i => i % 10 == 9 ? "p" : "n")];
        double best = double.PositiveInfinity;
        for (int round = 0; round < Rounds && best >= MostMilliseconds; round++)
        {
            double[] times = await viewer.Page.EvaluateAsync<double[]>(PressMany, new object[] { keys, MeanRest });
            Array.Sort(times);
            double worst = times[(int)(times.Length * 0.95) - 1];
            TestContext.Out.WriteLine(FormattableString.Invariant($"key to paint: least {times[0]:0.0} ms, median {times[times.Length / 2]:0.0}, p95 {worst:0.0}"));
            best = Math.Min(best, worst);
        }
        return best;
    }

    [Test]
    public async Task The_timeline_reaches_any_frame_of_a_long_tape()
    {
        await using Viewer viewer = await Viewer.OpenAsync(Browser, new ChainSource(5000));
        await viewer.Page.WaitForFunctionAsync("() => document.querySelector('.timeline').width > 300");
        await viewer.PressAsync("G");
        StepView last = await viewer.ViewAsync();
        Assert.That(last.Frame.Index, Is.EqualTo(last.FrameCount - 1));
        var box = (await viewer.Page.Locator(".timeline").BoundingBoxAsync())!;
        await viewer.AfterAsync(() => viewer.Page.Mouse.ClickAsync(box.X + box.Width / 4, box.Y + 20));
        Assert.That((await viewer.ViewAsync()).Frame.Index, Is.EqualTo(last.FrameCount / 4).Within(30));
        await viewer.Page.Locator(".timeline").FocusAsync();
        int at = (await viewer.ViewAsync()).Frame.Index;
        await viewer.PressAsync("ArrowRight");
        Assert.That((await viewer.ViewAsync()).Frame.Index, Is.EqualTo(at + 1));
        Assert.That(await viewer.Page.Locator(".timeline").GetAttributeAsync("aria-valuenow"), Is.EqualTo($"{at + 1}"));
    }
}
