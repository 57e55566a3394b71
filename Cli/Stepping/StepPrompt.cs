namespace PureLlm.Cli.Stepping;

/// <summary>One line that is being typed, key by key, with the key that asked for it: "/soft" finds, ":b41" goes, "e0.5" edits, "z−0.3" answers.</summary>
internal sealed class StepPrompt
{
    private const int Longest = 200;

    /// <summary>The key and what was typed so far; null: nothing is being typed.</summary>
    public string? Text { get; private set; }

    /// <summary>Begins a line.</summary>
    public void Open(string key) => Text = key;

    /// <summary>Types a key.</summary>
    /// <returns>The line, once it is entered; null: it goes on, or was given up and there is no <see cref="Text"/> any more.</returns>
    public string? Type(string key)
    {
        string typed = Text!;
        switch (key)
        {
            case "esc" or "ctrl-c":
            case "backspace" when typed.Length == 1:
                Text = null;
                return null;
            case "backspace":
                Text = typed[..^1];
                return null;
            case "enter":
                Text = null;
                return typed;
            case "space":
                Text += " ";
                return null;
            case [_] when !char.IsControl(key[0]) && typed.Length < Longest:
                Text += key;
                return null;
            default:
                return null; // arrows and the like move nothing in one line
        }
    }
}
