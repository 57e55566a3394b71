using Microsoft.Playwright;
using PureLlm.Engine.Inspection;

namespace PureLlm.Tests.Cli.Web;

/// <summary>A page that was changed in place is the page that is drawn afresh.</summary>
public class PatchTests : BrowserFixture
{
    /// <summary>Every element and text in the order of the page, attributes in theirs by name; what counts the making of maps or calls the eye is left out.</summary>
    private const string Lines = """
        () => {
          const lines = [];
          const add = (node) => {
            if (node.nodeType === Node.TEXT_NODE) { lines.push(node.data); return; }
            if (node.hidden) return;
            const attributes = [...node.attributes].filter(({ name }) => !['id', 'aria-describedby'].includes(name)).map(({ name, value }) => `${name}="${value.replace(/ ?called$/, '')}"`).filter((text) => text !== 'class=""');
            lines.push(`<${node.localName} ${attributes.sort().join(' ')}> ${node.value ?? ''}`);
            node.childNodes.forEach(add);
          };
          document.querySelectorAll('#where, #side, #main, .frameLabel').forEach(add);
          return lines;
        }
        """;

    [Test]
    public async Task A_walk_shows_at_each_place_what_a_fresh_page_shows_there()
    {
        await using Viewer walked = await OpenResidualAsync(), fresh = await OpenResidualAsync();
        foreach (string key in "n ] i l i o o a f m t p u o o i c G".Split(' '))
        {
            await walked.PressAsync(key);
            string cursor = await walked.CursorAsync();
            await fresh.GoAsync(cursor);
            string[] shown = await walked.Page.EvaluateAsync<string[]>(Lines), expected = await fresh.Page.EvaluateAsync<string[]>(Lines);
            Assert.That(shown, Is.EqualTo(expected), $"after {key}, at {cursor}");
        }
        Assert.That(walked.Problems, Is.Empty);
    }

    [Test]
    public async Task A_control_that_was_kept_does_what_it_shows_now()
    {
        await using Viewer viewer = await OpenResidualAsync("0:b1?tensor=W1");
        await viewer.PressAsync("t");
        string tensor = (await viewer.ViewAsync()).Subject!.Name;
        Assert.That(tensor, Is.Not.EqualTo("W1"));
        await viewer.AfterAsync(() => viewer.Page.Locator(".largest .chip").Nth(1).ClickAsync());
        StepView view = await viewer.ViewAsync();
        Assert.That((view.Subject!.Name, view.Element!.Indices), Is.EqualTo((tensor, view.Subject.Largest[1].Element)));
        await viewer.PressAsync("n");
        string shown = await viewer.Page.Locator("#tape .index").First.InnerTextAsync();
        await viewer.AfterAsync(() => viewer.Page.Locator("#tape a").First.ClickAsync());
        Assert.That($"{(await viewer.ViewAsync()).Frame.Index}", Is.EqualTo(shown));
    }

    [Test]
    public async Task The_focus_stays_on_the_frame_that_it_was_on()
    {
        await using Viewer viewer = await OpenResidualAsync("0:b3");
        ILocator link = viewer.Page.Locator("#tape [aria-current=step]");
        string name = (await link.GetAttributeAsync("data-focus"))!;
        await link.FocusAsync();
        for (int i = 0; i < 3; i++) { await viewer.PressAsync("n"); }
        Assert.That(await viewer.Page.EvaluateAsync<string>("() => document.activeElement.dataset.focus"), Is.EqualTo(name));
    }
}
