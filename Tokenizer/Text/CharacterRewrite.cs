namespace PureLlm.Tokenizer.Text;

/// <summary>Writes the next version of a text character by character, and says of each whether it replaces, removes or is new.</summary>
/// <remarks>The alignment follows Hugging Face's rule: a replacement stands for the character it replaces, a new one for the character before it.</remarks>
internal ref struct CharacterRewrite(AlignedText text, int at)
{
    /// <summary>The place in the current version before which everything has been replaced.</summary>
    public int At { get; private set; } = at;

    /// <summary>Appends a character. Change 0: it replaces the next one; −n: and removes n more after it; 1: it is new.</summary>
    public void Put(int character, int change)
    {
        Span<byte> utf8 = stackalloc byte[4];
        int length = Utf8Character.Encode(character, utf8);
        int from, to;
        if (change > 0)
        {
            to = At;
            from = At;
            if (At > 0)
            {
                Utf8Character.DecodeBefore(text.Bytes, At, out int before);
                from = At - before;
            }
        }
        else
        {
            from = At;
            Skip(1);
            to = At;
            Skip(-change);
        }
        text.Write(utf8[..length], from, to);
    }

    /// <summary>Removes characters.</summary>
    public void Skip(int characters)
    {
        for (; characters > 0 && At < text.Length; characters--)
        {
            Utf8Character.Decode(text.Bytes, At, out int length);
            At += length;
        }
    }
}
