namespace PureLlm.Engine.Configuration.Toml;

/// <summary>The statements of a document: headers, key-value lines, and who may define which table.</summary>
internal sealed class TomlStatements(SourceText source)
{
    private readonly TomlScanner scanner = new(source);
    private readonly List<Diagnostic> diagnostics = [];
    private TomlTable root = new(new SourceSpan(source, 0, 0), TomlTableOrigin.Header);
    private readonly HashSet<string> brokenKeys = new(StringComparer.Ordinal);
    private bool hasBrokenLines;
    private string sectionPath = "";
    private string? keyPath;
    private int depth;

    public TomlDocument Read()
    {
        if (source.Text.Length > TomlReader.MaximumLength)
        {
            diagnostics.Add(new Diagnostic("C006", $"the file has {source.Text.Length} characters; a configuration may have {TomlReader.MaximumLength}", new SourceSpan(source, 0, 0)));
            return new TomlDocument(source, root, diagnostics);
        }
        TomlTable section = root;
        while (!scanner.AtEnd && diagnostics.Count < TomlReader.MaximumErrors)
        {
            int start = scanner.Position;
            keyPath = null;
            try
            {
                scanner.SkipBlanks();
                if (scanner.Current == '[')
                {
                    section = new TomlTable(scanner.Span(scanner.Position, 1), TomlTableOrigin.Header);
                    section = Header(section);
                }
                else if (scanner.Current is not ('#' or '\n' or '\r' or TomlScanner.End))
                {
                    KeyValue(section);
                }
                scanner.EndLine();
            }
            catch (TomlSyntaxException error)
            {
                diagnostics.Add(error.Diagnostic);
                hasBrokenLines |= keyPath is null;
                brokenKeys.Add(sectionPath + keyPath);
                scanner.Recover(start, depth > 0);
                depth = 0;
            }
        }
        return new TomlDocument(source, root, diagnostics) { BrokenKeys = brokenKeys, HasBrokenLines = hasBrokenLines };
    }

    public TomlValue? ReadOnlyValue(int start)
    {
        try
        {
            scanner.Position = start;
            scanner.SkipBlanks();
            TomlValue value = Value();
            scanner.EndLine();
            return scanner.AtEnd ? value : null;
        }
        catch (TomlSyntaxException)
        {
            return null; // the caller takes the text as it stands
        }
    }

    /// <summary>[a.b] or [[a.b]]. On a mistake the given detached table receives the lines below, so that they are not reported as well.</summary>
    private TomlTable Header(TomlTable detached)
    {
        int start = scanner.Position;
        bool isArray = scanner.Take("[[");
        if (!isArray)
        {
            scanner.Take("[");
        }
        List<TomlKey> path = Key("]");
        scanner.Require(isArray ? "]]" : "]", $"the header is not closed; write {(isArray ? "]]" : "]")} after the name", start);
        SourceSpan span = scanner.SpanFrom(start);
        sectionPath = Join(path) + ".";
        TomlTable? table = root;
        for (int i = 0; i < path.Count - 1 && table is not null; i++)
        {
            table = Open(table, path[i], TomlTableOrigin.ParentOfHeader, path);
        }
        return table is null ? detached : Define(table, path, isArray, span) ?? detached;
    }

    private TomlTable? Define(TomlTable parent, List<TomlKey> path, bool isArray, SourceSpan span)
    {
        TomlKey key = path[^1];
        TomlEntry? existing = parent.Find(key.Name);
        var table = new TomlTable(span, TomlTableOrigin.Header);
        if (existing is null)
        {
            TomlValue value = table;
            if (isArray)
            {
                var array = new TomlArray(span, isOfTables: true);
                array.Items.Add(table);
                value = array;
            }
            parent.Add(new TomlEntry(key.Name, key.Span, value));
            return table;
        }
        if (isArray && existing.Value is TomlArray { IsOfTables: true } tables)
        {
            tables.Items.Add(table);
            return table;
        }
        if (!isArray && existing.Value is TomlTable { Origin: TomlTableOrigin.ParentOfHeader } opened)
        {
            (opened.Origin, opened.Span) = (TomlTableOrigin.Header, span);
            return opened;
        }
        string name = Join(path);
        Duplicate(existing.Value is TomlTable ? $"table [{name}] is defined twice" : $"`{name}` is already {existing.Value.Kind}", span, existing);
        return null;
    }

    private void KeyValue(TomlTable section)
    {
        List<TomlKey> path = Key("=");
        keyPath ??= Join(path);
        if (!scanner.Take("="))
        {
            string found = scanner.Current == ':' ? "TOML writes `=`, not `:`" : "`=` is missing after the key";
            throw scanner.Error(found, scanner.Position, 1, $"write {path[0].Span.Text} = value");
        }
        scanner.SkipBlanks();
        TomlValue value = Value();
        Store(section, path, value);
    }

    private void Store(TomlTable table, List<TomlKey> path, TomlValue value)
    {
        TomlTable? target = table;
        for (int i = 0; i < path.Count - 1 && target is not null; i++)
        {
            target = Open(target, path[i], TomlTableOrigin.DottedKey, path);
        }
        if (target is null)
        {
            return;
        }
        TomlKey key = path[^1];
        if (target.Find(key.Name) is TomlEntry existing)
        {
            Duplicate($"key `{Join(path)}` is set twice", key.Span, existing);
            return;
        }
        target.Add(new TomlEntry(key.Name, key.Span, value));
    }

    /// <summary>The table of a path's inner part, made if it is new; null and a diagnostic if nothing may be added there.</summary>
    private TomlTable? Open(TomlTable parent, TomlKey key, TomlTableOrigin origin, List<TomlKey> path)
    {
        bool isHeader = origin == TomlTableOrigin.ParentOfHeader;
        switch (parent.Find(key.Name))
        {
            case null:
                var made = new TomlTable(key.Span, origin);
                parent.Add(new TomlEntry(key.Name, key.Span, made));
                return made;
            case { Value: TomlTable { Origin: TomlTableOrigin.DottedKey } dotted }:
                return dotted;
            case { Value: TomlTable { Origin: TomlTableOrigin.ParentOfHeader } opened }:
                opened.Origin = origin;
                return opened;
            case { Value: TomlTable { Origin: TomlTableOrigin.Header } defined } when isHeader:
                return defined;
            case { Value: TomlArray { IsOfTables: true } tables } when isHeader:
                return (TomlTable)tables.Items[^1];
            case TomlEntry existing:
                string what = existing.Value is TomlTable ? "is already complete" : $"is {existing.Value.Kind}, not a table";
                string name = string.Join('.', path.TakeWhile(part => part != key).Append(key).Select(part => part.Name));
                Duplicate($"`{name}` {what}, so nothing can be added to it", key.Span, existing);
                return null;
        }
    }

    private void Duplicate(string message, SourceSpan span, TomlEntry first) => diagnostics.Add(new Diagnostic("C007", message, span, "here again")
    {
        Secondary = [new DiagnosticLabel(first.KeySpan, "first here")],
        Help = "keep one of the two",
    });

    private static string Join(IEnumerable<TomlKey> path) => string.Join('.', path.Select(part => part.Name));

    private List<TomlKey> Key(string follower)
    {
        var parts = new List<TomlKey>();
        do
        {
            scanner.SkipBlanks();
            parts.Add(scanner.Key(follower));
            if (parts.Count > TomlReader.MaximumDepth)
            {
                throw scanner.Error($"more than {TomlReader.MaximumDepth} parts in a key", parts[0].Span.Start, parts[0].Span.Length);
            }
            scanner.SkipBlanks();
        }
        while (scanner.Take("."));
        return parts;
    }

    private TomlValue Value() => scanner.Current switch
    {
        '[' => Array(),
        '{' => InlineTable(),
        _ => scanner.Scalar(),
    };

    private TomlArray Array()
    {
        int start = Enter();
        var array = new TomlArray(default);
        scanner.Take("[");
        for (scanner.SkipLines(); !scanner.Take("]"); scanner.SkipLines())
        {
            if (scanner.AtEnd)
            {
                throw scanner.Error("the array is not closed", start, 1, "write ] after its last value");
            }
            array.Items.Add(Value());
            scanner.SkipLines();
            if (!scanner.Take(",") && scanner.Current != ']')
            {
                throw scanner.AtEnd
                    ? scanner.Error("the array is not closed", start, 1, "write ] after its last value")
                    : scanner.Error("a comma or ] is missing here", scanner.Position, 1, "values of an array are separated by commas");
            }
        }
        depth--;
        array.Span = scanner.SpanFrom(start);
        return array;
    }

    private TomlTable InlineTable()
    {
        int start = Enter();
        var table = new TomlTable(default, TomlTableOrigin.Header);
        scanner.Take("{");
        scanner.SkipBlanks();
        bool more = !scanner.Take("}");
        while (more)
        {
            if (scanner.Current is '\n' or '\r' or '#' or TomlScanner.End)
            {
                throw scanner.Error("an inline table must end on its own line", start, 1, "write } on this line, or use a [table]");
            }
            KeyValue(table);
            scanner.SkipBlanks();
            int comma = scanner.Position;
            more = scanner.Take(",");
            scanner.SkipBlanks();
            if (more && scanner.Current == '}')
            {
                throw scanner.Error("an inline table has no comma after its last value", comma, 1, "remove the comma");
            }
            if (!more && scanner.Current is not ('\n' or '\r' or '#' or TomlScanner.End))
            {
                scanner.Require("}", "a comma or } is missing here", scanner.Position);
            }
            else if (!more)
            {
                throw scanner.Error("an inline table must end on its own line", start, 1, "write } on this line, or use a [table]");
            }
        }
        depth--;
        table.Origin = TomlTableOrigin.Inline;
        table.Span = scanner.SpanFrom(start);
        return table;
    }

    private int Enter()
    {
        if (++depth > TomlReader.MaximumDepth)
        {
            throw scanner.Error($"more than {TomlReader.MaximumDepth} levels of nesting", scanner.Position, 1);
        }
        return scanner.Position;
    }
}
