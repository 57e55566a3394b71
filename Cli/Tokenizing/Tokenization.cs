using System.Text;
using PureLlm.Cli.Rendering;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Cli.Tokenizing;

/// <summary>Cuts a text for showing: pieces, tokens, and the merges of each piece, or what it was chosen from.</summary>
internal static class Tokenization
{
    /// <summary>A replay looks at every pair after every merge; longer pieces are shown without.</summary>
    private const int LongestReplayed = 256;

    /// <summary>The cut of a text.</summary>
    /// <param name="findsSpecial">Text that spells a special token becomes that token.</param>
    /// <param name="replays">Also the merges, where the tokenizer merges.</param>
    public static TokenizedText Of(string title, TextTokenizer tokenizer, byte[] text, bool findsSpecial, bool replays, bool ascii)
    {
        var options = new EncodeOptions { FindsSpecialTokens = findsSpecial };
        TokenModel? merges = replays ? (tokenizer as PipelineTokenizer)?.Model : null;
        return new TokenizedText(title, text, [.. Pieces(tokenizer, text, options).Select(piece => Show(tokenizer, merges, piece, ascii))]);
    }

    /// <summary>Tokens that were made together, from one piece.</summary>
    private static IEnumerable<List<EncodedToken>> Pieces(TextTokenizer tokenizer, byte[] text, EncodeOptions options)
    {
        List<EncodedToken> piece = [];
        foreach (EncodedToken token in Tokens(tokenizer, text, options))
        {
            // SentencePiece takes a text as one piece, but its tokens do not run over the start of a word.
            if (piece.Count > 0 && (token.Word < 0 || token.Word != piece[0].Word || tokenizer.TokenBytes(token.Id).Span.StartsWith("▁"u8)))
            {
                yield return piece;
                piece = [];
            }
            piece.Add(token);
        }
        if (piece.Count > 0)
        {
            yield return piece;
        }
    }

    private static IEnumerable<EncodedToken> Tokens(TextTokenizer tokenizer, byte[] text, EncodeOptions options)
    {
        if (tokenizer is PipelineTokenizer pipeline)
        {
            return pipeline.EncodeFull(text, options).Tokens.ToArray();
        }
        var buffer = new TokenBuffer();
        tokenizer.Encode(text, buffer, options);
        return Enumerable.Range(0, buffer.Count).Select(i => new EncodedToken { Id = buffer.Ids[i], Start = buffer.Starts[i], End = buffer.Ends[i], Word = i });
    }

    private static TokenizedPiece Show(TextTokenizer tokenizer, TokenModel? merges, List<EncodedToken> piece, bool ascii)
    {
        List<ShownToken> tokens = [.. piece.Select(token => new ShownToken(token.Id, token.Start, token.End, Spell(token.Id), tokenizer.IsSpecial(token.Id)))];
        byte[] bytes = merges is null || tokens.Any(token => token.IsSpecial) ? [] : [.. piece.SelectMany((token, i) => Unprefixed(merges, merges.Token(token.Id).ToArray(), i))];
        if (bytes.Length is 0 or > LongestReplayed)
        {
            return new TokenizedPiece(string.Concat(tokens.Select(token => token.Shown)), tokens, [], []);
        }
        if (SpellingReplay.Of(merges!, bytes) is { } spelling)
        {
            bool same = spelling.Where(step => step.IsTaken).Select(step => step.Id).SequenceEqual(tokens.Select(token => token.Id));
            bool scored = merges is not WordPieceModel;
            return new TokenizedPiece(TokenText.Show(bytes, ascii), tokens, [], [])
            {
                Candidates = same ? [.. spelling.Select(step => new ShownCandidate(step.Id, step.Start, step.End, Spell(step.Id), scored ? step.Score : null, scored ? step.Sum : null, step.IsTaken))] : [],
            };
        }
        List<ShownMerge> steps = [];
        IReadOnlyList<MergeStep> replay = MergeReplay.Of(merges!, bytes, out int[] start) ?? [];
        List<int> symbols = [.. start];
        foreach (MergeStep step in replay)
        {
            symbols[step.Place] = step.Result;
            symbols.RemoveAt(step.Place + 1);
            steps.Add(new ShownMerge(step.Rank, Spell(step.Left), Spell(step.Right), Spell(step.Result), step.Place, [.. symbols.Select(Spell)]));
        }
        if (!symbols.SequenceEqual(tokens.Select(token => token.Id)))
        {
            return new TokenizedPiece(TokenText.Show(bytes, ascii), tokens, [], []); // whole without merges, dropout, or bytes in place of a character
        }
        return new TokenizedPiece(TokenText.Show(bytes, ascii), tokens, [.. start.Select(Spell)], steps);

        string Spell(int id) => TokenText.Show(tokenizer, id, ascii);
    }

    /// <summary>The bytes of a token in its piece: continuations of WordPiece without their prefix.</summary>
    private static byte[] Unprefixed(TokenModel model, byte[] token, int index)
    {
        byte[] prefix = index > 0 && model is WordPieceModel words ? Encoding.UTF8.GetBytes(words.ContinuingSubwordPrefix) : [];
        return token.AsSpan().StartsWith(prefix) ? token[prefix.Length..] : token;
    }
}
