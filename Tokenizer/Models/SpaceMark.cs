namespace PureLlm.Tokenizer.Models;

/// <summary>U+2581, which stands for a space in SentencePiece's vocabularies. Where no merge runs over the start of a word, words can be encoded one by one.</summary>
internal static class SpaceMark
{
    /// <summary>Its UTF-8 bytes.</summary>
    public static ReadOnlySpan<byte> Utf8 => [0xE2, 0x96, 0x81];

    /// <summary>True where the vocabulary has the mark, and no merge joins something that ends in another character with something that begins with the mark.</summary>
    public static bool SeparatesMerges(Vocabulary vocabulary, IReadOnlyList<(int Left, int Right)> merges)
    {
        foreach ((int left, int right) in merges)
        {
            if (vocabulary[right].StartsWith(Utf8) && !vocabulary[left].EndsWith(Utf8))
            {
                return false;
            }
        }
        return vocabulary.Find(Utf8) >= 0;
    }

    /// <summary>The length of the word that starts here: up to the next mark that follows another character.</summary>
    public static int WordLength(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (text[at..].StartsWith(Utf8))
        {
            at += Utf8.Length;
        }
        int next = text[at..].IndexOf(Utf8);
        return next < 0 ? text.Length : at + next;
    }
}
