using System.Text;
using PureLlm.Tokenizer.Decoders;
using PureLlm.Tokenizer.Models.SentencePiece;
using PureLlm.Tokenizer.Normalizers;

namespace PureLlm.Tokenizer.Formats.SentencePiece;

/// <summary>Reads SentencePiece's .model files into tokenizers that give the ids and texts that SentencePiece itself gives.</summary>
/// <remarks>
/// Marks such as "&lt;s&gt;" are added tokens of the special kind: no text produces them unless it is asked for. The file does not say which of them
/// frame a text, so none do.
/// </remarks>
public static class SentencePieceFile
{
    /// <summary>Loads a tokenizer.</summary>
    /// <exception cref="TokenizerException">The file is damaged; the message names file, place and field.</exception>
    public static PipelineTokenizer Load(string path) => Parse(File.ReadAllBytes(path), Path.GetFileName(path));

    /// <summary>Reads a tokenizer from the bytes of a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="TokenizerException">The file is damaged; the message names file, place and field.</exception>
    public static PipelineTokenizer Parse(ReadOnlySpan<byte> bytes, string file)
    {
        SentencePieceProto proto = SentencePieceProtoReader.Read(bytes, file);
        try
        {
            return new PipelineTokenizer(Parts(proto));
        }
        catch (TokenizerException error) when (!error.Message.StartsWith(file, StringComparison.Ordinal))
        {
            throw new TokenizerException($"{file}: {error.Message}", error);
        }
    }

    /// <summary>What a .model file says, field by field.</summary>
    /// <exception cref="TokenizerException">The file is damaged; the message names file, place and field.</exception>
    public static SentencePieceProto ReadProto(ReadOnlySpan<byte> bytes, string file) => SentencePieceProtoReader.Read(bytes, file);

    /// <summary>The bytes of a .model file that SentencePiece reads.</summary>
    public static byte[] ToBytes(SentencePieceProto proto) => SentencePieceProtoWriter.Write(proto);

    /// <summary>The parts of the tokenizer that a model's fields describe.</summary>
    /// <exception cref="TokenizerException">The fields contradict each other.</exception>
    public static PipelineParts Parts(SentencePieceProto proto)
    {
        SentencePieceModel model = Model(proto);
        return new PipelineParts
        {
            AddedTokens = [.. Enumerable.Range(0, proto.Pieces.Count)
                .Where(id => proto.Pieces[id].Type is SentencePieceType.Control or SentencePieceType.Unknown)
                .Select(id => new AddedToken { Id = id, Content = Encoding.UTF8.GetString(proto.Pieces[id].Spelling), IsSpecial = true })],
            Normalizer = Normalizer(proto.Normalizer, proto.TreatsWhitespaceAsSuffix, Spellings(proto, SentencePieceType.UserDefined)),
            Model = model,
            Decoder = new SentencePieceDecoder(new SentencePieceDecoderOptions
            {
                ControlPieces = Spellings(proto, SentencePieceType.Control),
                UnknownPiece = proto.Pieces[model.Unknown].Spelling,
                UnknownSurface = proto.UnknownSurface ?? " \u2047 "u8.ToArray(),
                ByteFallback = proto.ByteFallback,
                AddsDummyPrefix = proto.Normalizer.AddsDummyPrefix,
                RemovesExtraWhitespaces = proto.Normalizer.RemovesExtraWhitespaces,
                Denormalizer = proto.Denormalizer.PrecompiledCharactersMap.IsEmpty ? null : Normalizer(proto.Denormalizer, false, []),
            }),
        };
    }

    private static SentencePieceModel Model(SentencePieceProto proto)
    {
        var vocabulary = new SentencePieceVocabulary([.. proto.Pieces], proto.ByteFallback);
        return proto.Algorithm switch
        {
            SentencePieceAlgorithm.Unigram => new SentencePieceUnigramModel(vocabulary),
            SentencePieceAlgorithm.BytePair => new SentencePieceBytePairModel(vocabulary),
            SentencePieceAlgorithm.Word => new SentencePieceWordModel(vocabulary),
            _ => new SentencePieceCharacterModel(vocabulary),
        };
    }

    private static SentencePieceNormalizer Normalizer(SentencePieceNormalizerSpec spec, bool suffix, IReadOnlyList<byte[]> userDefined) =>
        new(new SentencePieceNormalizerOptions
        {
            PrecompiledCharactersMap = spec.PrecompiledCharactersMap,
            AddsDummyPrefix = spec.AddsDummyPrefix,
            RemovesExtraWhitespaces = spec.RemovesExtraWhitespaces,
            EscapesWhitespaces = spec.EscapesWhitespaces,
            TreatsWhitespaceAsSuffix = suffix,
            UserDefinedPieces = userDefined,
        });

    private static byte[][] Spellings(SentencePieceProto proto, SentencePieceType type) => [.. proto.Pieces.Where(p => p.Type == type).Select(p => p.Spelling)];
}
