using System.Globalization;
using Microsoft.Playwright;
using PureLlm.Cli.Web;
using PureLlm.Engine.Inspection;

namespace PureLlm.Tests.Cli.Web;

/// <summary>Walks of a learner through the pages, compared with what the server says and with arithmetic of their own.</summary>
public class ViewerWalkTests : BrowserFixture
{
    [Test]
    public async Task The_ledger_of_a_residual_input_is_the_servers_and_that_of_independent_arithmetic()
    {
        await using Viewer viewer = await OpenResidualAsync();
        StepView view = await viewer.ViewAsync();
        for (int presses = 0; view.Frame is not { Kind: "backward", Op: "rms_norm" }; presses++)
        {
            Assert.That(presses, Is.LessThan(30), "the backward frame of rms_norm was not reached");
            await viewer.PressAsync("n");
            view = await viewer.ViewAsync();
        }
        Assert.That(view.Ledger!.Tensor, Is.EqualTo("x"));
        ILocator table = viewer.Page.GetByRole(AriaRole.Table, new() { Name = "ledger of x" });
        double[] around = await RowAsync(table, "+= add"), norm = await RowAsync(table, "+= rms_norm"), total = await RowAsync(table, "total"), kernels = await RowAsync(table, "kernels");
        Assert.That(around, Is.EqualTo(view.Ledger.Rows[1].Values));
        Assert.That(norm, Is.EqualTo(view.Ledger.Rows[2].Values));
        Assert.That(total, Is.EqualTo(view.Ledger.Total));
        Assert.That(kernels, Is.EqualTo(view.Ledger.Gradient));
        Assert.That(around, Has.Length.EqualTo(4));
        for (int i = 0; i < 4; i++)
        {
            Assert.That(around[i], Is.EqualTo(ResidualByHand.Around(i)).Within(1e-6), $"x[{i}], the way around");
            Assert.That(norm[i], Is.EqualTo(ResidualByHand.ThroughNorm(i)).Within(1e-6), $"x[{i}], through the norm");
            Assert.That(total[i], Is.EqualTo(ResidualByHand.Around(i) + ResidualByHand.ThroughNorm(i)).Within(2e-6), $"x[{i}]");
        }
        Assert.That(double.Parse(await viewer.Page.Locator("#loss").GetAttributeAsync("data-value") ?? "", CultureInfo.InvariantCulture), Is.EqualTo(ResidualByHand.Loss(ResidualByHand.X, ResidualByHand.X)).Within(1e-6));
        Assert.That(viewer.Problems, Is.Empty);
    }

    [Test]
    public async Task What_is_read_in_a_cell_is_the_number_that_it_holds()
    {
        await using Viewer viewer = await OpenResidualAsync("0:b1?tensor=W1");
        IReadOnlyList<ILocator> cells = await viewer.Page.Locator("#ledger td .num, #element .num[data-value]").AllAsync();
        Assert.That(cells, Has.Count.GreaterThan(12));
        foreach (ILocator cell in cells)
        {
            string shown = (await cell.TextContentAsync())!.Replace('−', '-');
            double exact = double.Parse(await cell.GetAttributeAsync("data-value") ?? "", CultureInfo.InvariantCulture);
            Assert.That(double.Parse(shown, CultureInfo.InvariantCulture), Is.EqualTo(exact).Within(Math.Max(6e-6, Math.Abs(exact) * 1e-4)), shown);
        }
    }

    [Test]
    public async Task Arrows_move_the_element_and_inspector_address_and_map_agree()
    {
        await using Viewer viewer = await OpenResidualAsync("0:b1?tensor=W1&el=1,1");
        await viewer.Page.Locator("canvas.heat").FocusAsync();
        List<string> cursors = [await viewer.CursorAsync()];
        (string Key, string Element)[] walk = [("ArrowRight", "1,2"), ("ArrowDown", "2,2"), ("ArrowLeft", "2,1"), ("ArrowUp", "1,1")];
        foreach ((string key, string element) in walk[..3])
        {
            await viewer.PressAsync(key);
            await AgreesAsync(viewer, element);
            cursors.Add(await viewer.CursorAsync());
        }
        await viewer.ReloadAsync();
        await AgreesAsync(viewer, "2,1");
        foreach (string cursor in Enumerable.Reverse(cursors).Skip(1))
        {
            await viewer.AfterAsync(() => viewer.Page.GoBackAsync());
            Assert.That(await viewer.CursorAsync(), Is.EqualTo(cursor));
        }
        await AgreesAsync(viewer, "1,1");
        await viewer.AfterAsync(() => viewer.Page.GoForwardAsync());
        await AgreesAsync(viewer, "1,2");
        Assert.That(viewer.Problems, Is.Empty);
    }

    [Test]
    public async Task Keys_in_quick_succession_are_one_entry_of_the_history()
    {
        await using Viewer viewer = await OpenResidualAsync("0:f0");
        Cursor next = viewer.Session.Move(Cursor.Parse("0:f0"), StepCommand.Next);
        string before = next.ToString();
        await viewer.PressAsync("n");
        // Until it is an entry of its own; something else may have been shown meanwhile.
        await viewer.Page.WaitForFunctionAsync("end => location.href.endsWith(end)", StepApi.PageOf(next));
        await viewer.AfterAsync(() => viewer.Page.EvaluateAsync("() => { for (const key of 'nnn') document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })); }"));
        Cursor expected = next;
        for (int i = 0; i < 3; i++) { expected = viewer.Session.Move(expected, StepCommand.Next); }
        Assert.That(await viewer.CursorAsync(), Is.EqualTo(expected.ToString()), "none is lost");
        Assert.That(viewer.Page.Url, Does.EndWith(StepApi.PageOf(expected)));
        await viewer.AfterAsync(() => viewer.Page.GoBackAsync());
        Assert.That(await viewer.CursorAsync(), Is.EqualTo(before));
        Assert.That(viewer.Problems, Is.Empty);
    }

    [Test]
    public async Task A_click_on_a_cell_goes_into_the_element_and_escape_comes_back()
    {
        await using Viewer viewer = await OpenResidualAsync("0:b1?tensor=W1&el=0,0");
        LocatorBoundingBoxResult box = (await viewer.Page.Locator("canvas.heat").BoundingBoxAsync())!;
        await viewer.AfterAsync(() => viewer.Page.Mouse.ClickAsync(box.X + box.Width - 12, box.Y + box.Height - 10));
        await AgreesAsync(viewer, "3,3");
        Assert.That((await viewer.ViewAsync()).Level, Is.EqualTo("element"));
        await viewer.PressAsync("Escape");
        Assert.That((await viewer.ViewAsync()).Level, Is.EqualTo("op"));
    }

    [Test]
    public async Task Keys_go_where_the_terminal_goes()
    {
        await using Viewer viewer = await OpenResidualAsync();
        Cursor cursor = Cursor.Parse(await viewer.CursorAsync());
        foreach (string key in "n n ] i l j i o o a v f m t p [ u . , g G".Split(' '))
        {
            await viewer.PressAsync(key);
            cursor = viewer.Session.Move(cursor, StepKeys.Find(key)!.Value);
            string expected = viewer.Session.Explain(cursor).Cursor;
            Assert.That(await viewer.CursorAsync(), Is.EqualTo(expected), $"after {key}");
            cursor = Cursor.Parse(expected);
        }
        Assert.That(viewer.Problems, Is.Empty);
    }

    [Test]
    public async Task Another_value_of_an_element_changes_the_shown_loss_as_the_gradient_predicts()
    {
        await using Viewer viewer = await OpenResidualAsync("0:b0?tensor=x&el=1");
        double before = await LossAsync(viewer);
        await viewer.Page.Locator(".valueButton").DblClickAsync();
        ILocator input = viewer.Page.GetByLabel("new value of x[1]");
        Assert.That(double.Parse(await input.InputValueAsync(), CultureInfo.InvariantCulture), Is.EqualTo(-1.2f).Within(1e-9), "one edits the number, not its gradient");
        await input.FillAsync((-1.2f + 1e-3).ToString("R", CultureInfo.InvariantCulture));
        await input.PressAsync("Enter");
        await viewer.Page.GetByRole(AriaRole.Table, new() { Name = "what follows" }).WaitForAsync();
        double[] moved = [.. ResidualByHand.X];
        moved[1] += 1e-3;
        double after = await LossAsync(viewer), slope = ResidualByHand.Around(1) + ResidualByHand.ThroughNorm(1);
        Assert.That(after, Is.EqualTo(ResidualByHand.Loss(moved, moved)).Within(1e-9), "the loss computed by hand");
        Assert.That((after - ResidualByHand.Loss(ResidualByHand.X, ResidualByHand.X)) / 1e-3, Is.EqualTo(slope).Within(1e-3), "the finite difference");
        await viewer.Page.Keyboard.PressAsync("Escape");
        Assert.That(await LossAsync(viewer), Is.EqualTo(before), "taken back");
        Assert.That(viewer.Problems, Is.Empty);
    }

    [Test]
    public async Task Changed_cells_are_outlined_and_nothing_else_is()
    {
        await using Viewer viewer = await OpenResidualAsync("0:f1");
        await viewer.Page.EvaluateAsync("() => document.querySelector('canvas.heat').focus()");
        await viewer.Page.Keyboard.PressAsync("Enter");
        await viewer.Page.GetByLabel("new value of h[").FillAsync("0.5");
        await viewer.Page.Keyboard.PressAsync("Enter");
        await viewer.Page.GetByRole(AriaRole.Table, new() { Name = "what follows" }).WaitForAsync();
        Assert.That(await viewer.Page.Locator("canvas.heat").GetAttributeAsync("data-changed"), Is.EqualTo((await viewer.ViewAsync()).Element!.Indices));
    }

    [Test]
    public async Task Two_steps_compared_show_the_servers_cosine()
    {
        await using Viewer viewer = await OpenResidualAsync("0:b1?tensor=W1");
        await viewer.Page.Keyboard.PressAsync("=");
        await viewer.Page.GetByLabel("training step").FillAsync("100");
        await viewer.AfterAsync(() => viewer.Page.Keyboard.PressAsync("Tab"));
        Assert.That(await viewer.CursorAsync(), Is.EqualTo("100:b1?tensor=W1"));
        await viewer.Page.Locator("#main").FocusAsync();
        await viewer.Page.Keyboard.PressAsync("d");
        ILocator fact = viewer.Page.Locator("#diffFacts div").Filter(new() { HasText = "cosine" }).Locator(".num");
        await fact.WaitForAsync();
        using var client = new HttpClient { BaseAddress = viewer.Server.Address };
        using var answer = System.Text.Json.JsonDocument.Parse(await client.GetStringAsync($"/api/compare?a={Uri.EscapeDataString("0:b1?tensor=W1")}&b={Uri.EscapeDataString("100:b1?tensor=W1")}"));
        double expected = answer.RootElement.GetProperty("cosine").GetDouble();
        Assert.That(double.Parse(await fact.GetAttributeAsync("data-value") ?? "", CultureInfo.InvariantCulture), Is.EqualTo(expected));
        double[] first = Gradient(0), last = Gradient(100);
        double byHand = first.Zip(last, (a, b) => a * b).Sum() / Math.Sqrt(first.Sum(a => a * a) * last.Sum(b => b * b));
        Assert.That(expected, Is.EqualTo(byHand).Within(1e-6).And.LessThan(0.99999), "and that of arithmetic in the test");
        Assert.That(viewer.Problems, Is.Empty);

        double[] Gradient(long step) => viewer.Session.With(step, trace => Array.ConvertAll(trace.Gradient(trace.FindTensor("W1")!.Tensor), value => (double)value));
    }

    [Test]
    public async Task A_quiz_tells_a_flipped_sign_from_the_right_answer_and_covers_the_page()
    {
        await using Viewer viewer = await OpenResidualAsync("0:b1?tensor=W1&el=1,2");
        double truth = (await viewer.ViewAsync()).Element!.Kernel;
        await viewer.Page.Keyboard.PressAsync("Q");
        ILocator input = viewer.Page.GetByLabel("answer", new() { Exact = true }), verdict = viewer.Page.Locator("dialog .answer");
        (double, string)[] answers = [(-truth, "sign flipped"), (truth, "exact")];
        foreach ((double answer, string expected) in answers)
        {
            await input.FillAsync(answer.ToString("R", CultureInfo.InvariantCulture));
            await input.PressAsync("Enter");
            await verdict.Filter(new() { HasText = expected }).WaitForAsync();
        }
        Assert.That(await viewer.Page.EvaluateAsync<string>("() => getComputedStyle(document.querySelector('dialog'), '::backdrop').backgroundColor"), Does.StartWith("rgb("), "nothing shines through");
        await viewer.AfterAsync(() => viewer.Page.GetByRole(AriaRole.Button, new() { Name = "See how it is made" }).ClickAsync());
        Assert.That((await viewer.ViewAsync()).Element!.Indices, Is.EqualTo("1,2"));
        Assert.That(viewer.Problems, Is.Empty);
    }

    [Test]
    public async Task The_largest_gradient_is_found_by_name()
    {
        await using Viewer viewer = await OpenResidualAsync();
        await viewer.Page.Keyboard.PressAsync("/");
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "nan" }).ClickAsync();
        await viewer.Page.GetByText("every number of this step is finite").WaitForAsync();
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "largest", Exact = true }).ClickAsync();
        StepFind first = viewer.Session.With(0, trace => StepFinds.Find(trace, "largest")[0]);
        await viewer.AfterAsync(() => viewer.Page.Locator(".found button").First.ClickAsync());
        Assert.That(await viewer.CursorAsync(), Is.EqualTo(first.Cursor.ToString()));
        Assert.That(viewer.Problems, Is.Empty);
    }

    private static async Task<double> LossAsync(Viewer viewer) => double.Parse(await viewer.Page.Locator("#loss").GetAttributeAsync("data-value") ?? "", CultureInfo.InvariantCulture);

    private static async Task AgreesAsync(Viewer viewer, string element)
    {
        string[] places = element.Split(',');
        Assert.That((await viewer.ViewAsync()).Element?.Indices, Is.EqualTo(element));
        Assert.That(await viewer.Page.Locator("#elementTitle").TextContentAsync(), Does.EndWith($"[{element}]"), "inspector");
        Assert.That(viewer.Page.Url, Does.Contain($"el={element}"), "address");
        Assert.That(await viewer.Page.Locator("canvas.heat").GetAttributeAsync("data-cell"), Is.EqualTo(element), "map");
        Assert.That(await viewer.Page.Locator("canvas.heat").GetAttributeAsync("aria-label"), Does.Contain($"row {places[0]}, column {places[1]}"), "name of the map");
    }

    private static async Task<double[]> RowAsync(ILocator table, string name)
    {
        ILocator row = table.GetByRole(AriaRole.Row).Filter(new() { Has = table.Page.GetByRole(AriaRole.Rowheader, new() { Name = name }) });
        IReadOnlyList<ILocator> cells = await row.Locator(".num").AllAsync();
        return await Task.WhenAll(cells.Select(async cell => double.Parse(await cell.GetAttributeAsync("data-value") ?? "", CultureInfo.InvariantCulture)));
    }
}
