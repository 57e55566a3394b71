using System.Text;
using PureLlm.Tokenizer.Models.SentencePiece;

namespace PureLlm.Tokenizer.Formats.SentencePiece;

/// <summary>Reads the message ModelProto of a .model file. Fields that only training needs are passed over.</summary>
internal static class SentencePieceProtoReader
{
    public static SentencePieceProto Read(ReadOnlySpan<byte> bytes, string file)
    {
        var proto = new SentencePieceProto { Pieces = new List<ScoredPiece>() };
        var reader = new ProtobufReader(file, bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: proto.Pieces.Add(ReadPiece(reader.Message())); break;
                case 2: ReadTrainer(reader.Message(), proto); break;
                case 3: ReadNormalizer(reader.Message(), proto.Normalizer); break;
                case 5: ReadNormalizer(reader.Message(), proto.Denormalizer); break;
                default: reader.Skip(); break;
            }
        }
        return proto.Pieces.Count > 0 ? proto : throw new TokenizerException($"{file}: there are no pieces; this is no SentencePiece model.");
    }

    private static ScoredPiece ReadPiece(ProtobufReader reader)
    {
        byte[] spelling = [];
        float score = 0;
        int type = (int)SentencePieceType.Normal;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: spelling = reader.Utf8("pieces.piece").ToArray(); break;
                case 2: score = reader.Single(); break;
                case 3: type = reader.Whole("pieces.type", 6); break;
                default: reader.Skip(); break;
            }
        }
        return new ScoredPiece(spelling, score, type == 0 ? SentencePieceType.Normal : (SentencePieceType)type);
    }

    private static void ReadTrainer(ProtobufReader reader, SentencePieceProto proto)
    {
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 3:
                    int algorithm = reader.Whole("trainer_spec.model_type", 4);
                    proto.Algorithm = algorithm > 0 ? (SentencePieceAlgorithm)algorithm : throw reader.Wrong("trainer_spec.model_type is 0");
                    break;
                case 24: proto.TreatsWhitespaceAsSuffix = reader.Flag(); break;
                case 35: proto.ByteFallback = reader.Flag(); break;
                case 44: proto.UnknownSurface = reader.Utf8("trainer_spec.unk_surface").ToArray(); break;
                case 46: proto.BeginPiece = Encoding.UTF8.GetString(reader.Utf8("trainer_spec.bos_piece")); break;
                case 47: proto.EndPiece = Encoding.UTF8.GetString(reader.Utf8("trainer_spec.eos_piece")); break;
                case 48: proto.PaddingPiece = Encoding.UTF8.GetString(reader.Utf8("trainer_spec.pad_piece")); break;
                default: reader.Skip(); break;
            }
        }
    }

    private static void ReadNormalizer(ProtobufReader reader, SentencePieceNormalizerSpec spec)
    {
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: spec.Name = Encoding.UTF8.GetString(reader.Utf8("normalizer_spec.name")); break;
                case 2: spec.PrecompiledCharactersMap = reader.Bytes().ToArray(); break;
                case 3: spec.AddsDummyPrefix = reader.Flag(); break;
                case 4: spec.RemovesExtraWhitespaces = reader.Flag(); break;
                case 5: spec.EscapesWhitespaces = reader.Flag(); break;
                default: reader.Skip(); break;
            }
        }
    }
}
