namespace PureLlm.Engine.Configuration;

/// <summary>A commented configuration that <c>pure-llm new</c> writes.</summary>
public sealed record ConfigTemplate(string Name, string Summary, string Text);

/// <summary>The configurations that come with the program.</summary>
public static class ConfigTemplates
{
    private const string Prefix = "PureLlm.Engine.Configuration.Templates.";

    /// <summary>All of them; the first is where to start.</summary>
    public static IReadOnlyList<ConfigTemplate> All { get; } =
    [
        Read("tiny", "two minutes on two cores: from noise to stories that make sense"),
        Read("tiny-chars", "the same stories by letters: watch letters become words"),
        Read("sort", "sorts eight letters in half a minute; the best to step through"),
        Read("reverse", "the encoder-decoder of 2017, writing words backwards"),
        Read("bench", "a fixed amount of work, to compare machines"),
        Read("shakespeare-4x128", "characters of your own text, GPT-2 style, 0.8 M parameters"),
        Read("shakespeare-6x384", "the same, 10.8 M parameters: hours on a CPU"),
        Read("llama-15m", "Llama style, 6 layers × 288"),
        Read("gpt2-124m", "GPT-2's smallest, for token files"),
    ];

    /// <summary>The template of that name, or null.</summary>
    public static ConfigTemplate? Find(string name) => All.FirstOrDefault(template => template.Name == name);

    private static ConfigTemplate Read(string name, string summary)
    {
        using Stream stream = typeof(ConfigTemplates).Assembly.GetManifestResourceStream(Prefix + name + ".toml")
            ?? throw new InvalidOperationException($"The template '{name}' is not part of this build: {Prefix}{name}.toml is missing from the assembly's resources.");
        using var reader = new StreamReader(stream);
        return new ConfigTemplate(name, summary, reader.ReadToEnd());
    }
}
