using Markdig;
using Markdig.Extensions.Mathematics;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Cli.Rendering;

namespace PureLlm.Cli.Learning;

/// <summary>Markdown for a terminal: headings, paragraphs, lists, quotes, code, tables and formulas, at a given width.</summary>
internal sealed class MarkdownText(int width, TextStyle style)
{
    /// <summary>How lessons are read, here and for the browser: tables and $formulas$, no HTML.</summary>
    public static MarkdownPipeline Pipeline { get; } = new MarkdownPipelineBuilder().UsePipeTables().UseMathematics().DisableHtml().Build();

    /// <exception cref="NotSupportedException">The text uses Markdown that lessons do without.</exception>
    public List<StyledLine> Render(string markdown) => Blocks(Markdown.Parse(markdown, Pipeline), width);

    private List<StyledLine> Blocks(ContainerBlock container, int room, bool isTight = false)
    {
        List<StyledLine> lines = [];
        foreach (Block block in container)
        {
            if (lines.Count > 0 && !isTight) { lines.Add(StyledLine.Empty); }
            lines.AddRange(Lines(block, room));
        }
        return lines;
    }

    private List<StyledLine> Lines(Block block, int room) => block switch
    {
        HeadingBlock heading => Heading(heading, room),
        ParagraphBlock paragraph => [.. Flow(paragraph.Inline!, Ink.Plain).Wrap(room)],
        MathBlock formula => Formula(formula, room),
        CodeBlock code => [.. Code(code)],
        ListBlock list => List(list, room),
        QuoteBlock quote => [.. Blocks(quote, room - 2).Select(line => Prefixed(new Span(style.Signs("▌ "), Ink.Yellow), line))],
        Table table => Table(table, room),
        ThematicBreakBlock => [StyledLine.Of(style.Signs(new string('─', room)), Ink.Dim)],
        _ => throw new NotSupportedException($"Lessons do without {block.GetType().Name}; line {block.Line + 1}"),
    };

    private List<StyledLine> Heading(HeadingBlock heading, int room)
    {
        List<StyledLine> lines = [.. Flow(heading.Inline!, heading.Level == 2 ? Ink.Cyan : Ink.Bold).Wrap(room)];
        if (heading.Level == 1) { lines.Add(StyledLine.Of(style.Signs(new string('─', Math.Min(room, lines.Max(line => line.Text.Length)))), Ink.Dim)); }
        return lines;
    }

    private static List<StyledLine> CodeLines(CodeBlock code) => [.. code.Lines.ToString().Split('\n').Select(line => StyledLine.Of("    " + line, Ink.Cyan))];

    private IEnumerable<StyledLine> Code(CodeBlock code) => CodeLines(code).Select(line => StyledLine.Of(style.Signs(line.Text), Ink.Cyan));

    private List<StyledLine> Formula(MathBlock block, int room)
    {
        var text = new StyledText();
        text.Add(style.Signs(Autograd.Inspection.Explanations.Formula.Parse(block.Lines.ToString().Trim()).Unicode), Ink.Cyan);
        return [.. text.Wrap(room - 4).Select(line => Prefixed(new Span("    "), line))];
    }

    private List<StyledLine> List(ListBlock list, int room)
    {
        List<StyledLine> lines = [];
        int number = list.IsOrdered ? int.Parse(list.OrderedStart ?? "1", System.Globalization.CultureInfo.InvariantCulture) : 0;
        foreach (ListItemBlock item in list.Cast<ListItemBlock>())
        {
            string mark = list.IsOrdered ? FormattableString.Invariant($"{number++}. ") : style.Signs("• ");
            bool isFirst = true;
            foreach (StyledLine line in Blocks(item, room - mark.Length, isTight: !list.IsLoose))
            {
                lines.Add(Prefixed(new Span(isFirst ? mark : new string(' ', mark.Length), Ink.Dim), line));
                isFirst = false;
            }
            if (list.IsLoose && item != list.LastChild) { lines.Add(StyledLine.Empty); }
        }
        return lines;
    }

    /// <summary>Columns as wide as their longest cell; the last one gets what is left and is broken at spaces.</summary>
    private List<StyledLine> Table(Table table, int room)
    {
        List<List<StyledText>> rows = [.. table.Cast<TableRow>().Select(row => row.Cast<TableCell>().Select(cell => CellText(cell, row.IsHeader)).ToList())];
        int columns = rows.Max(row => row.Count);
        int[] widths = [.. Enumerable.Range(0, columns).Select(c => rows.Where(row => c < row.Count).SelectMany(row => row[c].Wrap(room)).Select(Width).DefaultIfEmpty(0).Max())];
        widths[^1] = Math.Max(8, Math.Min(widths[^1], room - widths[..^1].Sum() - (2 * (columns - 1))));
        List<StyledLine> lines = [];
        foreach (List<StyledText> row in rows)
        {
            List<List<StyledLine>> cells = [.. row.Select((cell, c) => cell.Wrap(widths[c]).ToList())];
            for (int y = 0; y < cells.Max(cell => cell.Count); y++)
            {
                List<Span> spans = [];
                for (int c = 0; c < cells.Count; c++)
                {
                    StyledLine part = y < cells[c].Count ? cells[c][y] : StyledLine.Empty;
                    spans.AddRange(part.Spans);
                    spans.Add(new Span(new string(' ', Math.Max(0, widths[c] - Width(part)) + 2)));
                }
                lines.Add(new StyledLine(spans));
            }
        }
        return lines;
    }

    private StyledText CellText(TableCell cell, bool isHeader) => cell.FirstOrDefault() is ParagraphBlock { Inline: { } inline } ? Flow(inline, isHeader ? Ink.Dim : Ink.Plain) : new StyledText();

    private StyledText Flow(ContainerInline container, Ink ink)
    {
        var text = new StyledText();
        Add(container, ink);
        return text;

        void Add(ContainerInline inlines, Ink around)
        {
            foreach (Inline inline in inlines)
            {
                switch (inline)
                {
                    case LiteralInline literal:
                        text.Add(style.Signs(literal.Content.ToString()), around);
                        break;
                    case CodeInline code:
                        text.Add(style.Signs(code.Content), Ink.Cyan);
                        break;
                    case MathInline math:
                        text.Add(style.Signs(Autograd.Inspection.Explanations.Formula.Parse(math.Content.ToString()).Unicode), Ink.Cyan);
                        break;
                    case EmphasisInline emphasis:
                        Add(emphasis, emphasis.DelimiterCount == 2 ? Ink.Bold : Ink.Yellow);
                        break;
                    case LineBreakInline lineBreak:
                        text.Add(lineBreak.IsHard ? "\n" : " ", around);
                        break;
                    case HtmlEntityInline entity:
                        text.Add(style.Signs(entity.Transcoded.ToString()), around);
                        break;
                    default:
                        throw new NotSupportedException($"Lessons do without {inline.GetType().Name}; line {inline.Line + 1}");
                }
            }
        }
    }

    private static StyledLine Prefixed(Span prefix, StyledLine line) => new([prefix, .. line.Spans]);

    private static int Width(StyledLine line) => line.Text.EnumerateRunes().Sum(rune => Math.Max(0, DisplayWidth.Of(rune)));
}
