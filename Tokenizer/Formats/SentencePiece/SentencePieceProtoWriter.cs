using System.Text;
using PureLlm.Tokenizer.Models.SentencePiece;

namespace PureLlm.Tokenizer.Formats.SentencePiece;

/// <summary>Writes the message ModelProto, as <see cref="SentencePieceProtoReader"/> reads it.</summary>
internal static class SentencePieceProtoWriter
{
    public static byte[] Write(SentencePieceProto proto)
    {
        var writer = new ProtobufWriter();
        foreach (ScoredPiece piece in proto.Pieces)
        {
            writer.Bytes(1, Piece(piece).Written);
        }
        writer.Bytes(2, Trainer(proto).Written);
        writer.Bytes(3, Normalizer(proto.Normalizer).Written);
        if (!proto.Denormalizer.PrecompiledCharactersMap.IsEmpty)
        {
            writer.Bytes(5, Normalizer(proto.Denormalizer).Written);
        }
        return writer.Written.ToArray();
    }

    private static ProtobufWriter Piece(ScoredPiece piece)
    {
        var writer = new ProtobufWriter();
        writer.Bytes(1, piece.Spelling);
        writer.Single(2, piece.Score);
        if (piece.Type != SentencePieceType.Normal)
        {
            writer.Whole(3, (int)piece.Type);
        }
        return writer;
    }

    private static ProtobufWriter Trainer(SentencePieceProto proto)
    {
        var writer = new ProtobufWriter();
        writer.Whole(3, (int)proto.Algorithm);
        writer.Whole(4, proto.Pieces.Count);
        writer.Flag(24, proto.TreatsWhitespaceAsSuffix);
        writer.Flag(35, proto.ByteFallback);
        WriteId(writer, proto, 40, SentencePieceType.Unknown, null);
        WriteId(writer, proto, 41, SentencePieceType.Control, proto.BeginPiece);
        WriteId(writer, proto, 42, SentencePieceType.Control, proto.EndPiece);
        WriteId(writer, proto, 43, SentencePieceType.Control, proto.PaddingPiece);
        if (proto.UnknownSurface is { } surface)
        {
            writer.Bytes(44, surface);
        }
        writer.Bytes(46, Encoding.UTF8.GetBytes(proto.BeginPiece));
        writer.Bytes(47, Encoding.UTF8.GetBytes(proto.EndPiece));
        writer.Bytes(48, Encoding.UTF8.GetBytes(proto.PaddingPiece));
        return writer;
    }

    /// <summary>The id of a mark; none is written where the model lacks it, which sentencepiece shows as −1.</summary>
    private static void WriteId(ProtobufWriter writer, SentencePieceProto proto, int field, SentencePieceType type, string? spelling)
    {
        for (int id = 0; id < proto.Pieces.Count; id++)
        {
            if (proto.Pieces[id].Type == type && (spelling is null || Encoding.UTF8.GetString(proto.Pieces[id].Spelling) == spelling))
            {
                writer.Whole(field, id);
                return;
            }
        }
        writer.Whole(field, -1);
    }

    private static ProtobufWriter Normalizer(SentencePieceNormalizerSpec spec)
    {
        var writer = new ProtobufWriter();
        writer.Bytes(1, Encoding.UTF8.GetBytes(spec.Name));
        if (!spec.PrecompiledCharactersMap.IsEmpty)
        {
            writer.Bytes(2, spec.PrecompiledCharactersMap.Span);
        }
        writer.Flag(3, spec.AddsDummyPrefix);
        writer.Flag(4, spec.RemovesExtraWhitespaces);
        writer.Flag(5, spec.EscapesWhitespaces);
        return writer;
    }
}
