using Microsoft.Playwright;

namespace PureLlm.Tests.Cli.Web;

/// <summary>The pages as they look: pictures at three widths, light and dark, kept beside the test results.</summary>
public class ViewerPictureTests : BrowserFixture
{
    private const string Colours = """
        async (picture) => {
          const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
          const pen = new OffscreenCanvas(image.width, image.height).getContext('2d');
          pen.drawImage(image, 0, 0);
          const data = pen.getImageData(0, 0, image.width, image.height).data, counts = new Map();
          for (let i = 0; i < data.length; i += 4 * 7) { const key = data[i] << 16 | data[i + 1] << 8 | data[i + 2]; counts.set(key, (counts.get(key) ?? 0) + 1); }
          return [counts.size, Math.max(...counts.values()) * 7 / (image.width * image.height)];
        }
        """;

    [Test]
    public async Task The_page_fits_and_is_not_blank([Values(360, 800, 1400)] int width, [Values(ColorScheme.Light, ColorScheme.Dark)] ColorScheme scheme)
    {
        string folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "screenshots");
        await using Viewer viewer = await OpenResidualAsync("0:b0?tensor=x&el=1", new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 900 } });
        IPage canvas = await Browser.NewPageAsync();
        (string Name, string Cursor)[] places = [("backward", "0:b0?tensor=x&el=1"), ("weight", "0:b1?tensor=W1&el=1,2&level=term"), ("update", "0:u0?el=1,2"), ("module", "0:b1?level=module")];
        foreach ((string name, string cursor) in places)
        {
            await viewer.GoAsync(cursor);
            await viewer.Page.WaitForFunctionAsync("() => document.querySelector('.timeline').width > 300 || document.querySelector('.timeline').width === document.querySelector('.timeline').clientWidth * devicePixelRatio");
            int over = await viewer.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
            Assert.That(over, Is.Zero, $"{name}: pixels too wide");
            string[] covered = await viewer.Page.EvaluateAsync<string[]>("""
                () => [...document.querySelectorAll('main .card')].filter((e) => e.checkVisibility()).flatMap((card) => [...card.querySelectorAll('h3, p, table, dl, pre, .heatBox')].filter((e) => {
                  const outer = card.getBoundingClientRect(), inner = e.getBoundingClientRect();
                  return e.checkVisibility() && !e.closest('.scroll') && (inner.right > outer.right + 1 || inner.left < outer.left - 4);
                })).map((e) => e.outerHTML.slice(0, 120))
                """);
            Assert.That(covered, Is.Empty, $"{name}: reaches out of its card");
            byte[] picture = await viewer.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{width}-{scheme.ToString().ToLowerInvariant()}.png") });
            double[] colours = await canvas.EvaluateAsync<double[]>(Colours, Convert.ToBase64String(picture));
            Assert.That(colours[0], Is.GreaterThan(40), $"{name}: colours");
            Assert.That(colours[1], Is.LessThan(0.97), $"{name}: part of the picture with one colour");
        }
        await canvas.CloseAsync();
        Assert.That(viewer.Problems, Is.Empty);
    }

    [Test]
    public async Task The_theme_can_be_chosen_and_is_kept()
    {
        await using Viewer viewer = await OpenResidualAsync("", new() { ColorScheme = ColorScheme.Light });
        string before = await BackgroundAsync();
        await viewer.Page.Locator("#theme").ClickAsync();
        Assert.That(await BackgroundAsync(), Is.EqualTo(before), "light, as the system");
        await viewer.Page.Locator("#theme").ClickAsync();
        string dark = await BackgroundAsync();
        Assert.That(dark, Is.Not.EqualTo(before));
        await viewer.ReloadAsync();
        Assert.That(await BackgroundAsync(), Is.EqualTo(dark), "after a reload");

        Task<string> BackgroundAsync() => viewer.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
    }
}
