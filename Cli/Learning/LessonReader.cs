using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PureLlm.Cli.Learning;

/// <summary>Reads a lesson's file: a head of "key: value" lines between two "---", then Markdown with fenced blocks that are called run, output and quiz.</summary>
internal sealed partial class LessonReader
{
    private readonly string file;
    private readonly string[] lines;
    private readonly List<LessonPart> parts = [];
    private readonly List<Figure> figures = [];
    private int examples;

    private LessonReader(string file, string text) => (this.file, lines) = (file, text.ReplaceLineEndings("\n").Split('\n'));

    /// <summary>The lesson of a file "04-normalisation.md", and the figures that its text claims.</summary>
    /// <exception cref="FormatException">The file is no lesson; the message says where and why.</exception>
    public static (Lesson Lesson, IReadOnlyList<Figure> Figures) Read(string file, string text) => new LessonReader(file, text).Read();

    private (Lesson, IReadOnlyList<Figure>) Read()
    {
        Match name = FileName().Match(file);
        if (!name.Success) { throw Wrong(0, "a lesson's file is called like 04-normalisation.md"); }
        int body = ReadHead(out Dictionary<string, string> head);
        ReadBody(body);
        string Value(string key) => head.TryGetValue(key, out string? value) ? value : throw Wrong(0, $"the head has no '{key}:'");
        return (new Lesson
        {
            Number = int.Parse(name.Groups[1].Value, CultureInfo.InvariantCulture),
            Name = name.Groups[2].Value,
            Title = Value("title"),
            Goal = Value("goal"),
            Minutes = int.Parse(Value("minutes"), CultureInfo.InvariantCulture),
            Step = CommandWords.Split(Value("step")),
            Parts = parts,
        }, figures);
    }

    private int ReadHead(out Dictionary<string, string> head)
    {
        head = [];
        if (lines[0] != "---") { throw Wrong(0, "the first line must be '---'"); }
        for (int i = 1; i < lines.Length; i++)
        {
            if (lines[i] == "---") { return i + 1; }
            string[] pair = lines[i].Split(':', 2);
            if (pair.Length != 2 || !head.TryAdd(pair[0].Trim(), pair[1].Trim())) { throw Wrong(i, "the head holds lines 'key: value', each key once"); }
        }
        throw Wrong(0, "the head does not end with '---'");
    }

    private void ReadBody(int start)
    {
        var prose = new StringBuilder();
        int proseStart = start;
        for (int i = start; i < lines.Length; i++)
        {
            string info = lines[i].StartsWith("```", StringComparison.Ordinal) ? lines[i][3..].Trim() : "";
            string kind = info.Split(' ')[0];
            if (info.Length == 0 || kind is not ("run" or "output" or "quiz"))
            {
                if (info.Length > 0)
                {
                    int end = End(i); // other code, untouched
                    for (; i < end; i++) { prose.Append(lines[i]).Append('\n'); }
                    prose.Append(lines[i]).Append('\n');
                    continue;
                }
                prose.Append(Resolved(lines[i], i)).Append('\n');
                continue;
            }
            EndProse(prose, proseStart);
            int close = End(i);
            string[] content = lines[(i + 1)..close];
            switch (kind)
            {
                case "run":
                    AddExample(i, info, content);
                    break;
                case "output":
                    AddOutput(i, content);
                    break;
                default:
                    AddQuiz(i, content);
                    break;
            }
            (i, proseStart) = (close, close + 1);
        }
        EndProse(prose, proseStart);
    }

    private void EndProse(StringBuilder prose, int start)
    {
        if (!string.IsNullOrWhiteSpace(prose.ToString())) { parts.Add(new ProsePart(start + 1, prose.ToString())); }
        prose.Clear();
    }

    private int End(int open)
    {
        int close = Array.IndexOf(lines, "```", open + 1);
        return close > 0 ? close : throw Wrong(open, "the block is not closed by ```");
    }

    private void AddExample(int line, string info, string[] content)
    {
        string command = string.Join('\n', content);
        int code = info.Length > 3 ? int.Parse(info[3..], CultureInfo.InvariantCulture) : 0;
        if (!command.StartsWith("pure-llm ", StringComparison.Ordinal)) { throw Wrong(line, "an example is a command line that begins with 'pure-llm'"); }
        parts.Add(new ExamplePart(line + 1, ++examples, command, [], code));
    }

    private void AddOutput(int line, string[] content)
    {
        if (parts.LastOrDefault() is not ExamplePart { Output.Count: 0 } example) { throw Wrong(line, "an output block follows its run block, with nothing between"); }
        parts[^1] = example with { Output = content };
    }

    private void AddQuiz(int line, string[] content)
    {
        StringBuilder question = new(), reason = new();
        List<string> choices = [];
        int answer = -1;
        for (int i = 0; i < content.Length; i++)
        {
            string text = Resolved(content[i], line + 1 + i);
            if (Choice().Match(text) is { Success: true } choice)
            {
                if (choice.Groups[1].Value == "x") { answer = answer < 0 ? choices.Count : throw Wrong(line + 1 + i, "a second right choice"); }
                choices.Add(choice.Groups[2].Value);
                continue;
            }
            StringBuilder target = choices.Count == 0 ? question : reason;
            target.Append(target.Length > 0 ? " " : "").Append(text.Trim());
        }
        if (answer < 0 || choices.Count < 2 || question.Length == 0 || reason.Length == 0) { throw Wrong(line, "a quiz is a question, choices '- [ ]' and one '- [x]', and the reason"); }
        parts.Add(new QuizPart(line + 1, question.ToString(), choices, answer, reason.ToString()));
    }

    /// <summary>The line without the marks of its figures, which are noted.</summary>
    private string Resolved(string text, int line) => FigureMark().Replace(text, mark =>
    {
        string shown = mark.Groups["text"].Value;
        int example = mark.Groups["example"].Success ? int.Parse(mark.Groups["example"].ValueSpan, CultureInfo.InvariantCulture) : Math.Max(1, examples);
        figures.Add(new Figure(line + 1, shown, mark.Groups["expression"].Value, example));
        return shown;
    });

    private FormatException Wrong(int line, string reason) => new(FormattableString.Invariant($"{file}:{line + 1}: {reason}"));

    [GeneratedRegex(@"^(\d\d)-([a-z-]+)\.md$")]
    private static partial Regex FileName();

    [GeneratedRegex(@"^- \[([ x])\] (.+)$")]
    private static partial Regex Choice();

    [GeneratedRegex(@"\{\{(?<text>[^}=@]+?)(?:\s*=\s*(?<expression>[^}@]+?))?(?:\s*@(?<example>\d+))?\}\}")]
    private static partial Regex FigureMark();
}
