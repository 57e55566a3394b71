namespace PureLlm.Cli.Rendering;

/// <summary>What <c>pure-llm</c> alone shows.</summary>
internal static class HomeScreen
{
    private static readonly (string Command, string Meaning)[] Commands =
    [
        ("demo", "train the built-in story model for a minute, then talk to it"),
        ("train tiny.toml", "train, with a live screen"),
        ("chat runs/tiny", "let the trained model continue what you type"),
        ("learn", "ten lessons, from one gradient to a whole model"),
        ("step --demo residual", "step through every gradient, with proof"),
        ("doctor", "is this machine ready, and how fast is it"),
    ];

    public static void Write(CommandContext context)
    {
        TextStyle style = context.Style;
        context.Out.WriteLine(style.Plain($"{style.Bold("pure-llm")} {ProductVersion.Number}  From raw text to a served assistant, in C# alone."));
        context.Out.WriteLine();
        foreach ((string command, string meaning) in Commands)
        {
            context.Out.WriteLine(style.Plain($"  pure-llm {style.Cyan(command.PadRight(32))}{meaning}"));
        }
        context.Out.WriteLine();
        context.Out.WriteLine(style.Plain($"start here: {style.Green("pure-llm demo")}        all commands: pure-llm --help"));
    }
}
