using System.Text;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Models.SentencePiece;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Formats.SentencePiece;

/// <summary>What tokenizer.json cannot say of a SentencePiece model: each rule by which some text gets other ids, or an id another text.</summary>
internal static class SentencePieceJsonGaps
{
    /// <summary>The gaps of a model, in words; none where the converted tokenizer is exact.</summary>
    public static IEnumerable<string> Of(PipelineTokenizer tokenizer)
    {
        if (tokenizer is not { Model: SentencePieceModel model, Parts.Normalizer: SentencePieceNormalizer { Options: var options } })
        {
            yield break;
        }
        List<string> userDefined = SentencePieceJsonForm.UserDefined(model);
        if (!options.PrecompiledCharactersMap.IsEmpty)
        {
            yield return "rewriting rules are looked up by user-perceived characters: a combining mark behind a character that a rule rewrites can vanish";
        }
        foreach (string gap in model is SentencePieceUnigramModel unigram ? Unigram(unigram) : Pairs(tokenizer, model, userDefined))
        {
            yield return gap;
        }
        if (userDefined.Find(piece => IsRewritten(piece, options)) is { } rewritten)
        {
            yield return $"user-defined pieces are found after the rewriting rules, which change '{rewritten}'";
        }
        if (Find(model, SentencePieceType.Unused) is { } unused)
        {
            yield return $"pieces of the type UNUSED, such as '{unused}', count as ordinary ones";
        }
        if (!model.ByteFallback)
        {
            yield return "decoded text shows the name of the unknown token, not the sign that stands for it";
        }
    }

    private static IEnumerable<string> Unigram(SentencePieceUnigramModel model)
    {
        yield return "scores are summed in double precision, not in single: of spellings that score almost the same, another may be chosen";
        if (Find(model, SentencePieceType.Control) is { } mark)
        {
            yield return $"text that spells a mark, such as '{mark}', becomes it";
        }
    }

    private static IEnumerable<string> Pairs(PipelineTokenizer tokenizer, SentencePieceModel model, List<string> userDefined)
    {
        if (userDefined.Count > 0 && FindWhole(tokenizer, model, userDefined[0]) is { } whole)
        {
            yield return $"text between two user-defined pieces, or behind one, that is spelled like a token becomes it: '{whole}'";
        }
        if (model is not SentencePieceBytePairModel pairs)
        {
            yield break;
        }
        PairTable.Merge[] merges = [.. pairs.Pairs.All()];
        if (merges.Any(m => m.Left >= model.VocabularySize || m.Right >= model.VocabularySize))
        {
            yield return "merges of characters that are no pieces by themselves are left out";
        }
        if (FindTie(merges) is { } tie)
        {
            yield return $"merges of the same score that overlap may not apply from left to right, such as two that make '{Encoding.UTF8.GetString(model.Piece(tie).Spelling)}'";
        }
    }

    /// <summary>What is made by a merge that can meet another one of its rank in a symbol that both would take; null where none can.</summary>
    private static int? FindTie(PairTable.Merge[] merges)
    {
        foreach (IGrouping<int, PairTable.Merge> rank in merges.GroupBy(m => m.Rank).Where(group => group.Skip(1).Any()))
        {
            ILookup<int, PairTable.Merge> byLeft = rank.ToLookup(m => m.Left);
            foreach (PairTable.Merge merge in rank.Where(m => byLeft[m.Right].Any(other => other != m)))
            {
                return merge.Result;
            }
        }
        return null;
    }

    /// <summary>A token that the converted tokenizer finds behind a user-defined piece, where SentencePiece makes others of its text.</summary>
    private static string? FindWhole(PipelineTokenizer tokenizer, SentencePieceModel model, string before)
    {
        PipelineTokenizer converted = SentencePieceJsonForm.Of(tokenizer);
        return Enumerable.Range(0, model.VocabularySize).Select(id => Encoding.UTF8.GetString(model.Piece(id).Spelling))
            .FirstOrDefault(spelling => !converted.Encode(before + spelling).AsSpan().SequenceEqual(tokenizer.Encode(before + spelling)));
    }

    private static string? Find(SentencePieceModel model, SentencePieceType type) =>
        Enumerable.Range(0, model.VocabularySize).Where(id => model.Piece(id).Type == type).Select(id => Encoding.UTF8.GetString(model.Piece(id).Spelling)).FirstOrDefault();

    private static bool IsRewritten(string piece, SentencePieceNormalizerOptions options)
    {
        if (options.PrecompiledCharactersMap.IsEmpty)
        {
            return false;
        }
        byte[] utf8 = Encoding.UTF8.GetBytes(piece);
        var text = new AlignedText();
        text.Reset(utf8);
        new PrecompiledNormalizer(options.PrecompiledCharactersMap).Normalize(text);
        return !text.Bytes.SequenceEqual(utf8);
    }
}
