using System.Globalization;
using System.Text.RegularExpressions;

namespace PureLlm.Tests.Cli;

/// <summary>A terminal that understands what the live screen sends: cursor address, erase, alternate screen, cursor shown or hidden, colours.</summary>
internal sealed partial class TinyTerminal(int columns, int rows)
{
    private char[][] screen = Empty(columns, rows);
    private int x, y;

    public bool IsAlternate { get; private set; }

    public bool IsCursorShown { get; private set; } = true;

    public string Text => string.Join('\n', screen.Select(row => new string(row).TrimEnd()));

    public void Resize(int width, int height)
    {
        (columns, rows) = (width, height);
        screen = Empty(width, height);
    }

    public void Receive(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\e')
            {
                Assert.That(char.IsControl(text[i]), Is.False, $"control character {(int)text[i]} at {x},{y}");
                Assert.That(x, Is.LessThan(columns), "a line is longer than the screen");
                screen[y][x++] = text[i];
                continue;
            }
            Match match = Sequence().Match(text, i);
            Assert.That(match.Success && match.Index == i, $"unknown sequence {text.Substring(i, Math.Min(10, text.Length - i)).Replace("\e", "ESC")}");
            Obey(match.Groups[1].Value, match.Groups[2].Value[0]);
            i += match.Length - 1;
        }
    }

    private void Obey(string arguments, char command)
    {
        switch (command)
        {
            case 'H':
                int[] place = [.. arguments.Split(';').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
                (y, x) = (place[0] - 1, place[1] - 1);
                break;
            case 'K':
                Array.Fill(screen[y], ' ', x, columns - x);
                break;
            case 'J':
                screen = Empty(columns, rows);
                break;
            case 'm':
                break;
            default:
                Assert.That(arguments, Is.EqualTo("?1049").Or.EqualTo("?25"));
                (IsAlternate, IsCursorShown) = arguments == "?1049" ? (command == 'h', IsCursorShown) : (IsAlternate, command == 'h');
                break;
        }
    }

    private static char[][] Empty(int columns, int rows) => [.. Enumerable.Range(0, rows).Select(_ => new string(' ', columns).ToCharArray())];

    [GeneratedRegex(@"\e\[([0-9;?]*)([A-Za-z])")]
    private static partial Regex Sequence();
}
