using System.Text;
using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Normalizers;

/// <summary>NFC, NFD, NFKC and NFKD (Unicode Standard Annex 15). Bytes that are not UTF-8 stay as they are.</summary>
/// <remarks>
/// Hugging Face's tokenizers normalize with the data of Unicode 9.0, and so does this, so that ids agree: characters that later versions
/// added are left as they are. With <paramref name="latest"/> the data is that of Unicode 16.0.
/// </remarks>
/// <param name="form">The form that texts get.</param>
/// <param name="latest">True for the data of Unicode 16.0, false for that of 9.0.</param>
public sealed class UnicodeNormalizer(NormalizationForm form, bool latest = false) : Normalizer
{
    private readonly NormalizationTable _table = latest ? NormalizationTable.Latest : NormalizationTable.Published;

    [ThreadStatic]
    private static SegmentNormalizer? _segment;

    /// <summary>The form that texts get.</summary>
    public NormalizationForm Form => form;

    /// <inheritdoc/>
    public override string Type => form switch
    {
        NormalizationForm.FormC => "NFC",
        NormalizationForm.FormD => "NFD",
        NormalizationForm.FormKC => "NFKC",
        _ => "NFKD",
    };

    /// <inheritdoc/>
    public override bool Leaves(ReadOnlySpan<byte> utf8)
    {
        while (utf8.IndexOfAnyExceptInRange((byte)0, (byte)0x7F) is >= 0 and int at)
        {
            if (!IsStable(Utf8Character.Decode(utf8, at, out int length)))
            {
                return false;
            }
            utf8 = utf8[(at + length)..];
        }
        return true;
    }

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        int at = text.Bytes.IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
        if (at < 0)
        {
            return;
        }
        bool composes = form is NormalizationForm.FormC or NormalizationForm.FormKC;
        // A stretch to rewrite goes from a character that may join with its follower to the next one that nothing before it touches.
        int done = 0, lastStable = composes && at > 0 ? at - 1 : at;
        while (at < text.Length)
        {
            int character = Utf8Character.Decode(text.Bytes, at, out int length);
            if (IsStable(character))
            {
                lastStable = composes && character != Utf8Character.Broken ? at : at + length;
                at += length;
                continue;
            }
            int end = at;
            while (end < text.Length && !IsStable(Utf8Character.Decode(text.Bytes, end, out length)))
            {
                end += length;
            }
            text.Keep(done, lastStable);
            (_segment ??= new SegmentNormalizer()).Rewrite(text, lastStable, end, form, _table);
            done = lastStable = at = end;
        }
        if (done > 0 || text.WrittenLength > 0)
        {
            text.Keep(done, text.Length);
            text.Commit();
        }
    }

    /// <summary>True where the form neither changes the character, nor moves it, nor joins it to one before it.</summary>
    private bool IsStable(int character)
    {
        if (character < 0x80)
        {
            return true;
        }
        NormalizationTable.Record record = _table[character];
        return form switch
        {
            NormalizationForm.FormC => record.StableUnderComposition,
            NormalizationForm.FormKC => record.StableUnderComposition && record.Compatible is null,
            NormalizationForm.FormD => record.Class == 0 && record.Canonical is null && !NormalizationTable.IsSyllable(character),
            _ => record.Class == 0 && record.Canonical is null && record.Compatible is null && !NormalizationTable.IsSyllable(character),
        };
    }
}
