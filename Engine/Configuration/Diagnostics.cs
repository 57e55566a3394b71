namespace PureLlm.Engine.Configuration;

/// <summary>A stable code: what it means, an example of the mistake, and its cure.</summary>
public sealed record DiagnosticKind(string Code, string Title, string Explanation, string Example, string Fix);

/// <summary>All codes of configuration mistakes, for <c>pure-llm explain CODE</c>.</summary>
public static class Diagnostics
{
    public static IReadOnlyList<DiagnosticKind> All { get; } =
    [
        new("C001", "Unknown key",
            "The table has no key of that name. A key that is not understood is an error and not ignored: a misspelt setting would otherwise train for hours with its default.",
            "[train]\nlearing_rate = 3e-3",
            "[train]\nlr = 3e-3"),
        new("C002", "Key in the wrong table",
            "The key exists, but in another table. In TOML a key belongs to the last [table] above it.",
            "[train]\ncontext = 256",
            "[model]\ncontext = 256"),
        new("C003", "Wrong type or missing unit",
            "The value has another type than the key, or a number stands where an amount with a unit is needed: 120 could be seconds, steps or tokens.",
            "[train]\nbudget = 120",
            "[train]\nbudget = \"120s\""),
        new("C004", "Not one of the choices",
            "The key takes one of a few words, and this is none of them.",
            "[train]\noptimizer = \"adma\"",
            "[train]\noptimizer = \"adamw\""),
        new("C005", "Out of range",
            "The number is outside the range of its key.",
            "[model]\ndropout = 1.5",
            "[model]\ndropout = 0.1"),
        new("C006", "Not TOML",
            "The line does not follow TOML 1.0. Reading goes on at the next line, so that all mistakes are told at once.",
            "[run]\nname = tiny",
            "[run]\nname = \"tiny\""),
        new("C007", "A key or table twice",
            "TOML allows every key and every [table] once.",
            "[train]\nlr = 3e-3\nlr = 6e-3",
            "[train]\nlr = 6e-3"),
        new("C008", "Unknown table",
            "There is no table of that name. Tables whose name starts with x- are yours: they are ignored.",
            "[training]\nlr = 3e-3",
            "[train]\nlr = 3e-3"),
        new("C009", "Version of the format",
            "The file was written for another version of the configuration format.",
            "version = 2",
            "version = 1"),
        new("C010", "Numbers that do not fit together",
            "Each value is possible alone, but not with the others: heads must divide width, the window fits in the context, the warm-up in the budget.",
            "[model]\nwidth = 100\nheads = 6",
            "[model]\nwidth = 96\nheads = 6"),
        new("C011", "File not found",
            "A file or folder that the configuration names, or the configuration itself, does not exist or cannot be read.",
            "[tokenizer]\nkind = \"file:no-such-tokenizer.json\"",
            "[tokenizer]\nkind = \"bpe\""),
        new("C012", "Break rule that cannot be read",
            "A rule of [break] on compares values of the step: loss, prev, best, val, gnorm, lr, step, tokens, seconds; nan and inf stand alone; and, or, not join them.",
            "[break]\non = [\"gnrom > 100\"]",
            "[break]\non = [\"gnorm > 100\"]"),
        new("C013", "An override that is no assignment",
            "--set takes a key with its table, an equals sign and a value.",
            "--set lr",
            "--set train.lr=3e-3"),
    ];

    /// <summary>The entry of a code, in either case, or null.</summary>
    public static DiagnosticKind? Find(string code) => All.FirstOrDefault(kind => kind.Code.Equals(code, StringComparison.OrdinalIgnoreCase));
}
