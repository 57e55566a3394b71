namespace PureLlm.Tokenizer.Models.SentencePiece;

/// <summary>What a piece is for; the numbers are those of the .model file and of GGUF's token types.</summary>
public enum SentencePieceType
{
    /// <summary>Made by training.</summary>
    Normal = 1,

    /// <summary>The one that stands for what no piece spells.</summary>
    Unknown = 2,

    /// <summary>A mark such as the end of a text; no text produces it.</summary>
    Control = 3,

    /// <summary>Always one token where its spelling occurs in the text.</summary>
    UserDefined = 4,

    /// <summary>Kept for its id, but never produced.</summary>
    Unused = 5,

    /// <summary>One byte, spelled "&lt;0x00&gt;" to "&lt;0xFF&gt;".</summary>
    Byte = 6,
}

/// <summary>One piece of a SentencePiece vocabulary.</summary>
/// <param name="Spelling">Its UTF-8, with U+2581 for a space; not empty.</param>
/// <param name="Score">Its log-probability, or for BPE minus its rank.</param>
/// <param name="Type">What it is for.</param>
public readonly record struct ScoredPiece(byte[] Spelling, float Score, SentencePieceType Type);
