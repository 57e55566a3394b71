namespace PureLlm.Engine.Formats;

/// <summary>A model file or folder that cannot be used; the message names the file, the field, and the next move.</summary>
public sealed class ModelFileException : IOException
{
    public ModelFileException(string path, string message)
        : base($"{path}: {message}") => Path = path;

    public ModelFileException(string path, string message, Exception inner)
        : base($"{path}: {message}", inner) => Path = path;

    public string Path { get; }
}
