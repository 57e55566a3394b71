using System.CommandLine;
using PureLlm.Cli.Rendering;
using PureLlm.Cli.Tokenizing;
using PureLlm.Engine.Formats;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Cli.Commands;

/// <summary><c>tokenizer convert TOKENIZER TARGET</c>: the same tokenizer in another file format.</summary>
public sealed class TokenizerConvertCommand : CliCommand
{
    private readonly TokenizerInput tokenizer = new();
    private readonly Argument<string> target = new("target") { Description = $"the file to write: {TokenizerFile.Targets}" };
    private readonly Option<string?> split = new("--split") { Description = $"how a .tiktoken of an unknown vocabulary cuts text: {string.Join(", ", PieceScanner.All.Select(known => known.Name))}", HelpName = "NAME" };
    private readonly Option<bool> overwrite = new("--overwrite") { Description = "replace the target if it is there" };

    public TokenizerConvertCommand() : base("convert", "the same tokenizer in another file format")
    {
        tokenizer.AddTo(this);
        Arguments.Add(target);
        Options.Add(split);
        Options.Add(overwrite);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("pure-llm tokenizer convert cl100k_base.tiktoken tokenizer.json", "for Hugging Face's library"),
    ];

    public override int Run(CommandContext context)
    {
        PieceScanner? named = context.Get(split) is not { } name ? null : PieceScanner.All.FirstOrDefault(known => known.Name == name)
            ?? throw new CliException(ExitCode.Usage, $"tokenizer convert: there is no split '{name}'", $"one of {string.Join(", ", PieceScanner.All.Select(known => known.Name))}");
        string written = context.FullPath(context.Get(target)!);
        if (File.Exists(written) && !context.Get(overwrite))
        {
            throw new CliException(ExitCode.Input, $"{context.Get(target)} is there already", "--overwrite, or another name");
        }
        (TextTokenizer known, string path) = tokenizer.Load(context, named);
        foreach ((string file, byte[] content) in TokenizerFile.ToFiles(known, written))
        {
            AtomicFile.Write(file, content);
            context.Note($"wrote {context.ShownPath(file)} ({Numbers.Bytes(content.Length)})");
        }
        foreach (string gap in TokenizerFile.Gaps(known, written))
        {
            context.Note($"not exact: {gap}");
        }
        context.Note($"from {TokenizerInput.Title(context, known, path)}");
        return ExitCode.Ok;
    }
}
