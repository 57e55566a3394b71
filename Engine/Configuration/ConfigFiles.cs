namespace PureLlm.Engine.Configuration;

/// <summary>Files that a configuration names: do they exist? The source of the data is the data's own matter.</summary>
internal static class ConfigFiles
{
    public static Diagnostic Unreadable(string path, Exception error)
    {
        if (Directory.Exists(path))
        {
            return new Diagnostic("C011", $"{path} is a folder; a configuration file is needed", default(SourceSpan)) { Help = Files(path, "*.toml") is [var first, ..] ? $"did you mean {first}?" : null };
        }
        if (File.Exists(path))
        {
            return new Diagnostic("C011", $"{path} cannot be read: {error.Message}", default(SourceSpan));
        }
        string folder = Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".";
        string? near = Spelling.Nearest(Path.GetFileName(path), Files(folder, "*.toml").Select(file => Path.GetFileName(file)));
        return new Diagnostic("C011", $"{path} does not exist", default(SourceSpan))
        {
            Help = near is not null ? $"did you mean {Path.Combine(Path.GetDirectoryName(path) ?? "", near)}?" : "pure-llm new tiny writes a configuration to start from",
        };
    }

    public static void Check(LoadedConfig loaded, HashSet<string> failed, List<Diagnostic> diagnostics)
    {
        RunConfig config = loaded.Config;
        if (config.Tokenizer.Kind == TokenizerKind.File && !failed.Contains("tokenizer.kind") && !File.Exists(config.Tokenizer.File))
        {
            diagnostics.Add(new Diagnostic("C011", $"tokenizer.kind names a file that does not exist: {config.Tokenizer.File}", loaded.SpanOf("tokenizer.kind"), "not found")
            {
                Help = $"looked in {Path.GetFullPath(".")}; a tokenizer trained at start: kind = \"bpe\"",
            });
        }
        if (config.Model.InitFrom.Length > 0 && !failed.Contains("model.init_from") && !Directory.Exists(config.Model.InitFrom))
        {
            diagnostics.Add(new Diagnostic("C011", $"model.init_from names a folder that does not exist: {config.Model.InitFrom}", loaded.SpanOf("model.init_from"), "not found")
            {
                Help = "a folder with config.json and model.safetensors is needed, such as runs/<name>/checkpoints/best",
            });
        }
    }

    private static string[] Files(string folder, string pattern)
    {
        try
        {
            return Directory.GetFiles(folder, pattern);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return []; // only a suggestion is lost
        }
    }
}
