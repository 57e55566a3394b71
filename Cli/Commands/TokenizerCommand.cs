namespace PureLlm.Cli.Commands;

/// <summary><c>tokenizer …</c>: everything about the step from text to numbers.</summary>
public static class TokenizerCommand
{
    public static CliCommand Create() => new CommandGroup("tokenizer", "train, use, show, compare and convert tokenizers",
        new TokenizerTrainCommand(), new TokenizerEncodeCommand(), new TokenizerDecodeCommand(), new TokenizerShowCommand(), new TokenizerStatsCommand(), new TokenizerCompareCommand(), new TokenizerConvertCommand());
}
