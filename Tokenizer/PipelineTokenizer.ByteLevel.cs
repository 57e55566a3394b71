using System.Text;
using PureLlm.Tokenizer.Decoders;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer;

/// <content>Byte-level byte-pair encoding, the most common pipeline.</content>
public sealed partial class PipelineTokenizer
{
    /// <summary>Byte-level byte-pair encoding behind a split: GPT-2's kind of tokenizer.</summary>
    /// <param name="tokens">The bytes of each id; a special token's are its name in UTF-8.</param>
    /// <param name="merges">Pairs of ids, the first to apply first; the bytes of each pair together must be a token too.</param>
    /// <param name="special">The ids that no text produces.</param>
    /// <param name="split">The split; GPT-2's where none is given.</param>
    /// <exception cref="TokenizerException">A byte or the result of a merge is missing from the vocabulary.</exception>
    public static PipelineTokenizer ByteLevel(IReadOnlyList<byte[]> tokens, IReadOnlyList<(int Left, int Right)> merges, IEnumerable<int> special, PieceScanner? split = null)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        HashSet<int> specials = [.. special];
        return ByteLevel(
            new BytePairModel([.. tokens.Select((bytes, id) => specials.Contains(id) ? null : bytes)], merges),
            [.. specials.Order().Select(id => new AddedToken { Id = id, Content = Encoding.UTF8.GetString(tokens[id]), IsSpecial = true })],
            split);
    }

    /// <summary>A byte-level model behind a split.</summary>
    /// <param name="model">The vocabulary and its merges.</param>
    /// <param name="added">The special tokens, and others that the model does not know.</param>
    /// <param name="split">The split; GPT-2's where none is given.</param>
    public static PipelineTokenizer ByteLevel(BytePairModel model, IReadOnlyList<AddedToken> added, PieceScanner? split = null) => new(new PipelineParts
    {
        AddedTokens = added,
        PreTokenizer = new ScannerPreTokenizer(split ?? PieceScanner.Gpt2),
        Model = model,
        Decoder = new ByteLevelDecoder(),
    });

    /// <summary>Ids are byte values, then 256 + the place of the merge, then the end of text.</summary>
    internal static PipelineTokenizer FromMerges(IReadOnlyList<(int Left, int Right)> merges, bool endOfText)
    {
        List<byte[]> tokens = [.. Enumerable.Range(0, 256).Select(b => new[] { (byte)b })];
        foreach ((int left, int right) in merges)
        {
            tokens.Add([.. tokens[left], .. tokens[right]]);
        }
        if (endOfText)
        {
            tokens.Add(Encoding.UTF8.GetBytes(EndOfTextMark));
        }
        return ByteLevel(tokens, merges, endOfText ? [tokens.Count - 1] : []);
    }
}
