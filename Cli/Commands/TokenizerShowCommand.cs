using System.CommandLine;
using System.Text;
using PureLlm.Cli.Rendering;
using PureLlm.Cli.Tokenizing;
using PureLlm.Engine.Formats;
using PureLlm.Tokenizer;

namespace PureLlm.Cli.Commands;

/// <summary><c>tokenizer show TOKENIZER [text]</c>: where a text is cut, and for learners how each piece came to its tokens.</summary>
public sealed class TokenizerShowCommand : CliCommand
{
    /// <summary>More would make the page too large for a browser.</summary>
    private const int MostOnPage = 20_000;

    private readonly TokenizerInput tokenizer = new();
    private readonly TextInput text = new("show");
    private readonly Option<bool> merges = new("--merges", "-m") { Description = "replay every merge with its rank; the matches of WordPiece, the scores of Unigram" };
    private readonly Option<bool> special = new("--special") { Description = "special tokens in the text count as such" };
    private readonly Option<string?> page = new("--html") { Description = "write a page that shows cut and merges, and needs no network", HelpName = "F.html" };

    public TokenizerShowCommand() : base("show", "token boundaries in colour, merges replayed")
    {
        tokenizer.AddTo(this);
        text.AddTo(this);
        Options.Add(merges);
        Options.Add(special);
        Options.Add(page);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("pure-llm tokenizer show runs/tiny \"Mia found the lamp.\" --merges", "step by step"),
        ("pure-llm tokenizer show gpt2/ -f poem.txt --html poem.html", "as a page"),
    ];

    public override IReadOnlyList<string> Notes => ["Without colours '|' ends a token. Spaces are ·, line ends ⏎, stray bytes <E2>."];

    public override int Run(CommandContext context)
    {
        byte[] input = text.Read(context, "tokenizer show");
        (TextTokenizer known, string path) = tokenizer.Load(context);
        bool replays = context.Get(merges) || context.Get(page) is not null;
        TokenizedText shown = Tokenization.Of(TokenizerInput.Title(context, known, path), known, input, context.Get(special), replays, context.Style.Ascii);
        if (context.Get(page) is { } file)
        {
            if (shown.TokenCount > MostOnPage)
            {
                throw new CliException(ExitCode.Usage, $"tokenizer show: {Numbers.Count(shown.TokenCount)} tokens are too many for one page ({Numbers.Count(MostOnPage)} at most)", "a shorter text, or no --html");
            }
            AtomicFile.Write(context.FullPath(file), TokenizedTextPage.Render(shown));
            context.Note($"wrote {file}: {Numbers.Count(shown.TokenCount)} tokens; open it in a browser");
            return ExitCode.Ok;
        }
        WriteCut(context, shown);
        if (context.Get(merges))
        {
            WriteMerges(context, shown);
            WriteCandidates(context, shown);
        }
        context.Note(FormattableString.Invariant($"{shown.Title} {context.ErrorStyle.Dot} {Numbers.Count(input.Length)} bytes, {Numbers.Count(shown.TokenCount)} tokens, {(double)input.Length / Math.Max(1, shown.TokenCount):0.00} bytes per token"));
        return ExitCode.Ok;
    }

    /// <summary>Running text: on a terminal the tokens take turns in three colours, elsewhere '|' ends each.</summary>
    private static void WriteCut(CommandContext context, TokenizedText shown)
    {
        TextStyle style = context.Style;
        var line = new StringBuilder();
        int number = 0;
        foreach (ShownToken token in shown.Tokens)
        {
            line.Append(token.IsSpecial ? style.Yellow(token.Shown) : (number++ % 3) switch { 0 => token.Shown, 1 => style.Cyan(token.Shown), _ => style.Green(token.Shown) });
            line.Append(style.Color ? "" : style.Ascii ? "|" : "│");
            if (shown.Text.AsSpan(token.Start, token.End - token.Start).Contains((byte)'\n'))
            {
                context.Out.WriteLine(line);
                line.Clear();
            }
        }
        if (line.Length > 0)
        {
            context.Out.WriteLine(line);
        }
    }

    private static void WriteMerges(CommandContext context, TokenizedText shown)
    {
        TextStyle style = context.Style;
        foreach (TokenizedPiece piece in shown.Pieces.Where(piece => piece.Merges.Count > 0))
        {
            context.Out.WriteLine();
            context.Out.WriteLine(style.Plain($"{style.Bold(piece.Text)}  {style.Dim(string.Join(' ', piece.Tokens.Select(token => token.Id)))}"));
            context.Out.WriteLine(style.Plain($"          {string.Join(" ", piece.Start)}"));
            foreach (ShownMerge merge in piece.Merges)
            {
                string symbols = string.Join(" ", merge.Symbols.Select((symbol, i) => i == merge.Place ? style.Cyan(symbol) : symbol));
                context.Out.WriteLine(style.Plain($"{style.Dim($"{merge.Rank,8}")}  {symbols}"));
            }
        }
    }

    /// <summary>WordPiece: at each place the longest token, then the shorter ones. Unigram: each token with its score and the best sum up to its end.</summary>
    private static void WriteCandidates(CommandContext context, TokenizedText shown)
    {
        TextStyle style = context.Style;
        foreach (TokenizedPiece piece in shown.Pieces.Where(piece => piece.Candidates.Count > 0))
        {
            context.Out.WriteLine();
            context.Out.WriteLine(style.Plain($"{style.Bold(piece.Text)}  {style.Dim(string.Join(' ', piece.Tokens.Select(token => token.Id)))}"));
            foreach (IGrouping<int, ShownCandidate> place in piece.Candidates.GroupBy(candidate => candidate.Start))
            {
                if (place.First().Score is null)
                {
                    string shorter = string.Join(' ', place.Where(candidate => !candidate.IsTaken).Reverse().Select(candidate => candidate.Shown));
                    context.Out.WriteLine(style.Plain($"{style.Dim($"{place.Key,8}")}  {style.Cyan(place.First(candidate => candidate.IsTaken).Shown)}  {style.Dim(shorter)}".TrimEnd()));
                    continue;
                }
                foreach (ShownCandidate candidate in place)
                {
                    string token = candidate.IsTaken ? style.Cyan(candidate.Shown) : candidate.Shown;
                    context.Out.WriteLine(style.Plain($"{style.Dim($"{place.Key,8}")}  {Score(candidate.Score!.Value)}  {Score(candidate.Sum!.Value)}  {token}"));
                }
            }
        }

        string Score(double value) => FormattableString.Invariant($"{value,8:0.00}").Replace('-', style.Ascii ? '-' : '−');
    }
}
