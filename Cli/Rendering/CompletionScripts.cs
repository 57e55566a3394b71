using System.CommandLine;
using System.CommandLine.Completions;
using System.Text;

namespace PureLlm.Cli.Rendering;

/// <summary>Completion scripts made once from the tree of commands; they never start the program.</summary>
internal static class CompletionScripts
{
    /// <summary>The shells, by the name that <see cref="Write"/> takes.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish", "pwsh"];

    public static string Write(string shell, Command root) => shell switch
    {
        "bash" => Bash(Walk(root)),
        "zsh" => Zsh(Walk(root)),
        "fish" => Fish(Walk(root)),
        _ => PowerShell(Walk(root)),
    };

    /// <summary>A command's place in the tree ("config show", "" for the root) and the words that may follow it.</summary>
    private sealed record Entry(string Path, IReadOnlyList<(string Word, string Meaning)> Words);

    private static List<Entry> Walk(Command root)
    {
        var entries = new List<Entry>();
        Option[] global = [.. root.Options.Where(option => option.Recursive)];
        void Visit(Command command, string path)
        {
            var words = new List<(string, string)>();
            words.AddRange(command.Subcommands.Where(child => !child.Hidden).Select(child => (child.Name, child.Description ?? "")));
            words.AddRange(command.Arguments.SelectMany(argument => argument.GetCompletions(CompletionContext.Empty)).Select(item => (item.Label, "")));
            words.AddRange(command.Options.Union(global).Select(option => (option.Name, option.Description ?? "")));
            entries.Add(new Entry(path, words));
            foreach (Command child in command.Subcommands.Where(child => !child.Hidden))
            {
                Visit(child, path.Length == 0 ? child.Name : $"{path} {child.Name}");
            }
        }
        Visit(root, "");
        return entries;
    }

    private static string Cases(IEnumerable<Entry> entries, Func<Entry, string> body)
    {
        var text = new StringBuilder();
        foreach (Entry entry in entries)
        {
            text.Append($"    \"{entry.Path}\") {body(entry)} ;;\n");
        }
        return text.ToString();
    }

    private static string Plain(Entry entry) => string.Join(' ', entry.Words.Select(word => word.Word));

    private static string Bash(List<Entry> entries) => $$"""
        # pure-llm completion for bash:  pure-llm completion bash > ~/.local/share/bash-completion/completions/pure-llm
        _pure_llm() {
          local current="${COMP_WORDS[COMP_CWORD]}" path="" word words i
          for ((i = 1; i < COMP_CWORD; i++)); do
            word="${COMP_WORDS[i]}"
            case "${path:+$path }$word" in
              {{string.Join('|', entries.Skip(1).Select(entry => $"\"{entry.Path}\""))}}) path="${path:+$path }$word" ;;
            esac
          done
          case "$path" in
        {{Cases(entries, entry => $"words=\"{Plain(entry)}\"").TrimEnd('\n')}}
          esac
          COMPREPLY=($(compgen -W "$words" -- "$current"))
        }
        complete -o default -F _pure_llm pure-llm

        """;

    private static string Zsh(List<Entry> entries) => $$"""
        #compdef pure-llm
        # pure-llm completion for zsh:  pure-llm completion zsh > "${fpath[1]}/_pure-llm"
        _pure_llm() {
          local current="" word
          local -a choices
          for word in "${(@)words[2,CURRENT-1]}"; do
            case "${current:+$current }$word" in
              {{string.Join('|', entries.Skip(1).Select(entry => $"\"{entry.Path}\""))}}) current="${current:+$current }$word" ;;
            esac
          done
          case "$current" in
        {{Cases(entries, entry => $"choices=({string.Join(' ', entry.Words.Select(word => $"'{Quote(word.Word)}:{Quote(word.Meaning)}'"))})").TrimEnd('\n')}}
          esac
          _describe 'pure-llm' choices
          _files
        }
        if [ "$funcstack[1]" = "_pure_llm" ]; then _pure_llm "$@"; else compdef _pure_llm pure-llm; fi

        """;

    private static string Fish(List<Entry> entries)
    {
        var text = new StringBuilder("# pure-llm completion for fish:  pure-llm completion fish > ~/.config/fish/completions/pure-llm.fish\n");
        string[] top = [.. entries.Where(entry => entry.Path.Length > 0 && !entry.Path.Contains(' ')).Select(entry => entry.Path)];
        foreach (Entry entry in entries)
        {
            string[] path = entry.Path.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string condition = path.Length == 0 ? $"not __fish_seen_subcommand_from {string.Join(' ', top)}"
                : string.Join("; and ", path.Select(name => $"__fish_seen_subcommand_from {name}"));
            foreach ((string word, string meaning) in entry.Words)
            {
                string what = word.StartsWith("--", StringComparison.Ordinal) ? $"-l {word[2..]}" : $"-a {word}";
                text.Append($"complete -c pure-llm -n '{condition}' {what}{(meaning.Length > 0 ? $" -d '{Quote(meaning)}'" : "")}\n");
            }
        }
        return text.ToString();
    }

    private static string PowerShell(List<Entry> entries)
    {
        var table = new StringBuilder();
        foreach (Entry entry in entries)
        {
            table.Append($"    '{entry.Path}' = @({string.Join(", ", entry.Words.Select(word => $"'{word.Word}'"))})\n");
        }
        return $$"""
            # pure-llm completion for PowerShell:  pure-llm completion pwsh | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName pure-llm -ScriptBlock {
              param($wordToComplete, $commandAst, $cursorPosition)
              $table = @{
            {{table.ToString().TrimEnd('\n')}}
              }
              $path = ''
              foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
                $next = "$path $element".Trim()
                if ($table.ContainsKey($next) -and "$element" -ne $wordToComplete) { $path = $next }
              }
              $table[$path] | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
              }
            }

            """;
    }

    /// <summary>A description that is safe inside single quotes and a zsh "word:meaning" pair.</summary>
    private static string Quote(string text) => text.Replace("'", "", StringComparison.Ordinal).Replace(":", " -", StringComparison.Ordinal);
}
