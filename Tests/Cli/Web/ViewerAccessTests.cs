using Microsoft.Playwright;

namespace PureLlm.Tests.Cli.Web;

/// <summary>The pages without a mouse, without sight of colours, without movement.</summary>
public class ViewerAccessTests : BrowserFixture
{
    /// <summary>Places that show every part of the page.</summary>
    private static readonly string[] Places = ["0:s", "0:b0?tensor=x&el=1", "0:b1?tensor=W1&el=1,2&level=term", "0:a0.0", "0:u0?el=1,2", "0:k", "0:f6", "0:b0?level=module", "0:s?level=run", "0:k?view=line-search"];

    /// <summary>What must hold of roles, names and structure; returns the offences.</summary>
    private const string Structure = """
        () => {
          const problems = [], seen = new Set(), visible = (e) => e.checkVisibility({ visibilityProperty: true });
          const say = (e, what) => problems.push(`${what}: ${e.outerHTML.slice(0, 140)}`);
          const nameOf = (e) => e.getAttribute('aria-label') || (e.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ').trim() || (e.labels?.[0]?.textContent ?? '') || e.textContent.trim() || e.getAttribute('title') || '';
          for (const e of document.querySelectorAll('[id]')) { if (seen.has(e.id)) say(e, 'id used twice'); seen.add(e.id); }
          for (const e of document.querySelectorAll('a[href], button, input, [tabindex], [role=img], [role=group], nav, section, canvas, dialog')) if (visible(e) && !nameOf(e) && e.tagName !== 'MAIN') say(e, 'no name');
          for (const e of document.querySelectorAll('main')) if (!nameOf(e)) say(e, 'empty main');
          for (const e of document.querySelectorAll('[aria-labelledby]')) if (visible(e)) for (const id of e.getAttribute('aria-labelledby').split(' ')) if (!document.getElementById(id)) say(e, 'labelled by nothing');
          for (const e of document.querySelectorAll('table')) { if (!e.querySelector('th[scope]')) say(e, 'table without headers'); if (!nameOf(e) && !e.caption) say(e, 'table without name'); }
          for (const e of document.querySelectorAll('[tabindex]')) if (Number(e.tabIndex) > 0) say(e, 'order of focus is forced');
          for (const e of document.querySelectorAll('a, button')) if (e.querySelector('a, button')) say(e, 'a control in a control');
          const levels = [...document.querySelectorAll('h1, h2, h3, h4')].filter(visible).map((e) => Number(e.tagName[1]));
          if (levels[0] !== 1 || levels.filter((l) => l === 1).length !== 1) problems.push('one h1, first');
          levels.forEach((level, i) => { if (i && level > levels[i - 1] + 1) problems.push(`heading jumps from h${levels[i - 1]} to h${level}`); });
          if (document.documentElement.lang !== 'en') problems.push('no language');
          if (document.querySelectorAll('main, [role=main]').length !== 1) problems.push('one main');
          if (!document.querySelector('[aria-live]')?.textContent) problems.push('the frame is not announced');
          if (document.querySelectorAll('#tape [aria-current=step]').length !== 1 && !location.search.includes('level=')) problems.push('the tape does not say where one is');
          for (const e of document.querySelectorAll('button, a[href], input')) { const box = e.getBoundingClientRect(); if (visible(e) && !e.classList.contains('skip') && (box.width < 18 || box.height < 16)) say(e, `target of ${box.width}×${box.height}`); }
          return problems;
        }
        """;

    /// <summary>Contrast of every text with what is behind it: 4.5, or 3 where it is large (WCAG 2.2, 1.4.3).</summary>
    private const string Contrast = """
        () => {
          const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
          const known = new Map();
          const rgba = (css) => {
            if (!known.has(css)) { pen.clearRect(0, 0, 1, 1); pen.fillStyle = css; pen.fillRect(0, 0, 1, 1); const d = pen.getImageData(0, 0, 1, 1).data; known.set(css, [d[0], d[1], d[2], d[3] / 255]); }
            return known.get(css);
          };
          const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
          const behind = (e) => { const mine = rgba(getComputedStyle(e).backgroundColor); return mine[3] === 1 ? mine : over(mine, e.parentElement ? behind(e.parentElement) : [255, 255, 255, 1]); };
          const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, w, i) => { const x = c[i] / 255; return sum + w * (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4); }, 0);
          const opacity = (e) => Number(getComputedStyle(e).opacity) * (e.parentElement ? opacity(e.parentElement) : 1);
          const problems = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          let texts = 0, least = 99;
          while (walker.nextNode()) {
            const e = walker.currentNode.parentElement;
            if (!walker.currentNode.data.trim() || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || e.closest('.quiet, noscript, .skip, script')) continue;
            const style = getComputedStyle(e), back = behind(e), colour = rgba(e.namespaceURI.endsWith('svg') ? style.fill : style.color);
            const front = over([colour[0], colour[1], colour[2], colour[3] * opacity(e)], back);
            const [a, b] = [light(front), light(back)].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
            const size = parseFloat(style.fontSize), needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
            texts++;
            least = Math.min(least, ratio);
            if (ratio < needed) problems.push(`${ratio.toFixed(2)} of ${needed}: "${walker.currentNode.data.trim().slice(0, 40)}" in ${e.tagName}.${e.getAttribute('class')}`);
          }
          return [...new Set(problems)].concat(texts < 60 ? [`only ${texts} texts`] : []);
        }
        """;

    [Test]
    public async Task Everything_has_a_role_a_name_and_enough_contrast([Values(ColorScheme.Light, ColorScheme.Dark)] ColorScheme scheme)
    {
        await using Viewer viewer = await OpenResidualAsync("", new() { ColorScheme = scheme, ViewportSize = new() { Width = 1400, Height = 900 }, ReducedMotion = ReducedMotion.Reduce });
        foreach (string place in Places)
        {
            await viewer.GoAsync(place);
            Assert.That(await viewer.Page.EvaluateAsync<string[]>(Structure), Is.Empty, place);
            Assert.That(await viewer.Page.EvaluateAsync<string[]>(Contrast), Is.Empty, $"{place}, {scheme}");
        }
        Assert.That(viewer.Problems, Is.Empty);
    }

    [Test]
    public async Task The_checks_find_what_is_wrong()
    {
        await using Viewer viewer = await OpenResidualAsync();
        await viewer.Page.EvaluateAsync("""
            () => {
              const add = (tag, text, set = () => {}) => { const e = document.createElement(tag); e.textContent = text; set(e); document.body.append(e); };
              add('button', '', (e) => { e.style.padding = '9px'; });
              add('p', 'hard to read', (e) => { e.style.color = '#b0b0a8'; e.style.background = '#fff'; });
              add('h4', 'too deep'); add('h1', 'second');
              add('table', '');
            }
            """);
        Assert.That(await viewer.Page.EvaluateAsync<string[]>(Structure), Has.Some.StartsWith("no name").And.Some.StartsWith("one h1").And.Some.StartsWith("table without headers"));
        Assert.That(await viewer.Page.EvaluateAsync<string[]>(Contrast), Has.Some.Contains("hard to read"));
    }

    [Test]
    public async Task The_keyboard_alone_reaches_everything_and_the_focus_is_seen()
    {
        await using Viewer viewer = await OpenResidualAsync("0:b1?tensor=W1&el=1,2");
        int controls = await viewer.Page.EvaluateAsync<int>("() => [...document.querySelectorAll('a[href], button, input, [tabindex=\"0\"]')].filter((e) => e.checkVisibility() && !e.disabled).length");
        HashSet<int> reached = [];
        await viewer.Page.EvaluateAsync("() => { [...document.querySelectorAll('*')].forEach((e, i) => { e.number = i; }); document.activeElement.blur(); }");
        for (int i = 0; i < controls + 20 && reached.Count < controls; i++)
        {
            await viewer.Page.Keyboard.PressAsync("Tab");
            int number = await viewer.Page.EvaluateAsync<int>("""
                () => {
                  const e = document.activeElement, style = getComputedStyle(e);
                  if (e === document.body) return -1;
                  return style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2 ? -1000 - e.number : e.number;
                }
                """);
            Assert.That(number, Is.GreaterThan(-1000), () => "the focus is not seen");
            if (number >= 0) { reached.Add(number); }
        }
        Assert.That(reached, Has.Count.EqualTo(controls));

        // Find a frame, open help and close it, change a number: without a mouse.
        await viewer.Page.EvaluateAsync("() => document.activeElement.blur()");
        await viewer.Page.Keyboard.PressAsync("/");
        await viewer.Page.Keyboard.TypeAsync("backward cross");
        await viewer.Page.Locator(".found button").First.WaitForAsync();
        await viewer.AfterAsync(() => viewer.Page.Keyboard.PressAsync("Enter"));
        Assert.That(await viewer.CursorAsync(), Does.StartWith("0:b6"));
        await viewer.Page.Keyboard.PressAsync("?");
        Assert.That(await viewer.Page.Locator("dialog[open]").TextContentAsync(), Does.Contain("next frame, module"));
        await viewer.Page.Keyboard.PressAsync("Escape");
        Assert.That(await viewer.Page.Locator("dialog[open]").CountAsync(), Is.Zero);
        Assert.That(viewer.Problems, Is.Empty);
    }

    [Test]
    public async Task Nothing_moves_for_who_does_not_want_it([Values] bool reduced)
    {
        await using Viewer viewer = await OpenResidualAsync("0:b1?tensor=W1", new() { ReducedMotion = reduced ? ReducedMotion.Reduce : ReducedMotion.NoPreference });
        await viewer.PressAsync("a");
        int moving = await viewer.Page.EvaluateAsync<int>("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(document.getAnimations().length))))");
        Assert.That(moving, reduced ? Is.Zero : Is.GreaterThan(0));
    }

    [Test]
    public async Task Every_question_mark_has_an_answer()
    {
        await using Viewer viewer = await OpenResidualAsync("", new() { ReducedMotion = ReducedMotion.Reduce });
        HashSet<string> explained = [];
        foreach (string place in Places)
        {
            await viewer.GoAsync(place);
            foreach (ILocator button in await viewer.Page.Locator("main [data-help], #side [data-help]").AllAsync())
            {
                string topic = (await button.GetAttributeAsync("data-help"))!;
                if (!await button.IsVisibleAsync() || !explained.Add(topic)) { continue; }
                await button.ClickAsync();
                ILocator dialog = viewer.Page.Locator("dialog[open]");
                Assert.That((await dialog.Locator("h2").TextContentAsync())!.Trim(), Is.Not.Empty, topic);
                Assert.That((await dialog.Locator(".body").TextContentAsync())!.Trim(), Has.Length.GreaterThan(60), topic);
                await viewer.Page.Keyboard.PressAsync("Escape");
                Assert.That(await button.EvaluateAsync<bool>("button => document.activeElement === button"), $"{topic}: the focus comes back");
            }
        }
        Assert.That(explained, Is.SupersetOf(new[] { "modules", "tape", "rule", "tensor", "terms", "proof", "ledger", "code", "graph", "update" }));
        foreach (string key in (string[])["/", "d", "e"])
        {
            await viewer.GoAsync("0:b1?tensor=W1");
            await viewer.Page.Keyboard.PressAsync(key);
            await viewer.Page.Locator("dialog[open] [data-help]").First.ClickAsync();
            Assert.That((await viewer.Page.Locator("dialog.topic .body").TextContentAsync())!.Trim(), Has.Length.GreaterThan(60), key);
        }
        Assert.That(viewer.Problems, Is.Empty);
    }
}
