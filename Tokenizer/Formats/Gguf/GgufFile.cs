using System.Text;

namespace PureLlm.Tokenizer.Formats.Gguf;

/// <summary>Where a tensor of a GGUF file stands. Shape is in the format's order, the fastest dimension first.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Type">The number of its element type in the format.</param>
/// <param name="Offset">Its first byte, counted from the start of the tensors.</param>
public sealed record GgufTensor(string Name, IReadOnlyList<ulong> Shape, uint Type, ulong Offset);

/// <summary>What a GGUF file says before its tensors: keys with values, and where the tensors stand. The tensors themselves are not read.</summary>
/// <remarks>The format of ggml-org/ggml, docs/gguf.md, versions 2 and 3, little-endian.</remarks>
public sealed class GgufFile
{
    private readonly List<(string Key, GgufValue Value)> _entries = [];
    private readonly Dictionary<string, GgufValue> _values = new(StringComparer.Ordinal);

    /// <summary>The key of the alignment, and what it is where the file does not say.</summary>
    internal const string AlignmentKey = "general.alignment";

    /// <summary>The alignment of a file that does not say.</summary>
    internal const int DefaultAlignment = 32;

    /// <summary>The file's name, for messages.</summary>
    public string Name { get; init; } = "gguf";

    /// <summary>Keys and values in the order of the file.</summary>
    public IReadOnlyList<(string Key, GgufValue Value)> Entries => _entries;

    /// <summary>The tensors in the order of the file.</summary>
    public IReadOnlyList<GgufTensor> Tensors { get; init; } = [];

    /// <summary>Where the tensors begin in the file.</summary>
    public long TensorStart { get; internal set; }

    /// <summary>The value of a key, or null.</summary>
    public GgufValue? this[string key] => _values.GetValueOrDefault(key);

    /// <summary>Adds a key with its value.</summary>
    /// <exception cref="TokenizerException">The key is there already, or is no key of the format.</exception>
    public void Add(string key, GgufValue value)
    {
        if (key.Length is 0 or > ushort.MaxValue || !Ascii.IsValid(key))
        {
            throw Wrong(key.Length > 80 ? key[..80] : key, "is no key; keys are ASCII, 1 to 65535 characters long");
        }
        if (!_values.TryAdd(key, value))
        {
            throw Wrong(key, "is there twice");
        }
        _entries.Add((key, value));
    }

    /// <summary>The text of a key, or null where there is none.</summary>
    /// <exception cref="TokenizerException">The value is no text.</exception>
    public string? Text(string key) => this[key] is not { } value ? null
        : value.Type == GgufType.Text ? Encoding.UTF8.GetString(value.Texts[0]) : throw Wrong(key, $"is of the type {value.Type}, not a text");

    /// <summary>The flag of a key, or null where there is none.</summary>
    /// <exception cref="TokenizerException">The value is no flag.</exception>
    public bool? Flag(string key) => this[key] is not { } value ? null
        : value.Type == GgufType.Bool ? value.Bytes[0] != 0 : throw Wrong(key, $"is of the type {value.Type}, not a flag");

    /// <summary>The whole number of a key, or null where there is none.</summary>
    /// <exception cref="TokenizerException">The value is no whole number from 0 to <paramref name="most"/>.</exception>
    public int? Whole(string key, int most) => this[key] is not { } value ? null
        : value.Whole() is { } whole && whole >= 0 && whole <= most ? (int)whole : throw Wrong(key, $"is {value.Whole()?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "of the type " + value.Type}, not a whole number from 0 to {most}");

    /// <summary>The list of a key, or null where there is none.</summary>
    /// <exception cref="TokenizerException">The value is no list of this type.</exception>
    public GgufValue? List(string key, params ReadOnlySpan<GgufType> elements) => this[key] is not { } value ? null
        : value.Type == GgufType.Array && (elements.Contains(value.ElementType) || value.Count == 0) ? value
        : throw Wrong(key, value.Type == GgufType.Array ? $"is a list of {value.ElementType}, not of {string.Join(" or ", elements.ToArray())}" : $"is of the type {value.Type}, not a list");

    /// <summary>The error that names file and key.</summary>
    public TokenizerException Wrong(string key, string problem) => new($"{Name}: {key} {problem}.");
}
