namespace PureLlm.Tokenizer.Unicode;

/// <summary>The four normalization forms of Unicode Standard Annex 15.</summary>
public enum NormalizationForm
{
    /// <summary>Canonical composition: é as one character.</summary>
    Nfc,

    /// <summary>Canonical decomposition: é as e and an accent.</summary>
    Nfd,

    /// <summary>Compatibility composition: also ﬁ as f and i, ² as 2.</summary>
    Nfkc,

    /// <summary>Compatibility decomposition.</summary>
    Nfkd,
}
