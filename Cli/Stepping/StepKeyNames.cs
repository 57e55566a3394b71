namespace PureLlm.Cli.Stepping;

/// <summary>Names of keys: the character itself, or "right", "enter", "esc" and the like.</summary>
internal static class StepKeyNames
{
    private static readonly string[] Named = ["right", "left", "up", "down", "enter", "esc", "backspace", "space", "pageup", "pagedown", "home", "end"];

    /// <summary>Keys that are followed by text: in a script the text stands right behind the key.</summary>
    private const string Prompts = ":/ez";

    public static string Of(ConsoleKeyInfo key) => key.Key switch
    {
        ConsoleKey.RightArrow => "right",
        ConsoleKey.LeftArrow => "left",
        ConsoleKey.UpArrow => "up",
        ConsoleKey.DownArrow => "down",
        ConsoleKey.Enter => "enter",
        ConsoleKey.Escape => "esc",
        ConsoleKey.Backspace => "backspace",
        ConsoleKey.PageUp => "pageup",
        ConsoleKey.PageDown => "pagedown",
        ConsoleKey.Home => "home",
        ConsoleKey.End => "end",
        _ => key.KeyChar switch { ' ' => "space", '\r' or '\n' => "enter", '\e' => "esc", '\b' or '\x7f' => "backspace", '\x03' => "ctrl-c", char c => c.ToString() },
    };

    /// <summary>The keys of a script: "n n i :500:b41 /softmax f" presses n, n, i, then types two texts and enters them.</summary>
    /// <returns>A group for each word.</returns>
    public static IEnumerable<(string Word, IReadOnlyList<string> Keys)> OfScript(string script)
    {
        foreach (string word in script.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.Length == 1 || Named.Contains(word)) { yield return (word, [word]); }
            else if (Prompts.Contains(word[0])) { yield return (word, [.. word.Select(c => c.ToString()), "enter"]); }
            else { yield return (word, []); }
        }
    }
}
