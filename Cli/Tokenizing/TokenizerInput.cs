using System.CommandLine;
using PureLlm.Cli.Commands;
using PureLlm.Cli.Rendering;
using PureLlm.Engine.Formats;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Cli.Tokenizing;

/// <summary>A tokenizer on a command line: a file of any known format, a folder that holds one, or a run.</summary>
internal sealed class TokenizerInput
{
    public Argument<string> Tokenizer { get; } = new("tokenizer") { Description = "a tokenizer file, a model folder, or a run" };

    public void AddTo(Command command) => command.Arguments.Add(Tokenizer);

    /// <summary>Reads the tokenizer that was meant.</summary>
    public (TextTokenizer Tokenizer, string Path) Load(CommandContext context, PieceScanner? split = null) => Load(context, context.Get(Tokenizer)!, split);

    /// <summary>Reads a tokenizer by the name that a user gave it.</summary>
    /// <param name="split">How text is cut before merging, where a file does not say so.</param>
    /// <exception cref="CliException">There is no such thing.</exception>
    public static (TextTokenizer Tokenizer, string Path) Load(CommandContext context, string given, PieceScanner? split = null)
    {
        string path = Find(context, given);
        return (TokenizerFile.Load(path, split), path);
    }

    /// <summary>"bpe, 512 tokens, runs/tiny/tokenizer.json".</summary>
    public static string Title(CommandContext context, TextTokenizer tokenizer, string path) =>
        $"{context.ShownPath(path)}: {tokenizer.Kind}, {Numbers.Count(tokenizer.VocabularySize)} tokens";

    private static string Find(CommandContext context, string given)
    {
        string path = context.FullPath(given), run = Path.Combine(context.Folder, "runs", given);
        if (File.Exists(path))
        {
            return path;
        }
        string? folder = Directory.Exists(path) ? path : Directory.Exists(run) ? run : null;
        if (folder is null)
        {
            throw new CliException(ExitCode.Input, $"there is no file, folder or run {given}", $"a tokenizer of {TokenizerFile.Formats}, a folder with one of them, or a run: pure-llm runs list") { Code = "T001" };
        }
        return TokenizerFile.InFolder(folder) ?? OfNewestCheckpoint(folder)
            ?? throw new CliException(ExitCode.Input, $"{context.ShownPath(folder)} holds no tokenizer", $"a folder with {TokenizerFile.Formats}") { Code = "T001" };
    }

    /// <summary>A run keeps its tokenizer beside each checkpoint's weights.</summary>
    private static string? OfNewestCheckpoint(string folder)
    {
        string checkpoints = Path.Combine(folder, "checkpoints");
        return !Directory.Exists(checkpoints) ? null
            : Directory.GetDirectories(checkpoints, "step-*").OrderByDescending(name => name.Length).ThenByDescending(name => name, StringComparer.Ordinal)
                .Select(name => Path.Combine(name, ModelFolder.TokenizerFile)).FirstOrDefault(File.Exists);
    }
}
