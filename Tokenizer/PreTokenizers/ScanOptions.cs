namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>A choice within a family of patterns, made when the scanner's loop is compiled.</summary>
internal interface IScanOption
{
    static abstract bool On { get; }
}

/// <summary>The choice is taken.</summary>
internal readonly struct Yes : IScanOption
{
    public static bool On => true;
}

/// <summary>The choice is not taken.</summary>
internal readonly struct No : IScanOption
{
    public static bool On => false;
}
