using System.Text;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Normalizers;

/// <summary>Prepend: puts a text before any text that is not empty.</summary>
public sealed class PrependNormalizer(string prefix) : Normalizer
{
    private readonly byte[] _utf8 = Encoding.UTF8.GetBytes(prefix);

    /// <inheritdoc/>
    public override string Type => "Prepend";

    /// <summary>What is put before.</summary>
    public string Prefix => prefix;

    /// <inheritdoc/>
    public override void Normalize(AlignedText text) => text.Prepend(_utf8);
}
