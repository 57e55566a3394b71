using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Patterns;

/// <summary>Reads regular expressions in Oniguruma's Ruby syntax, the one of tokenizer.json files.</summary>
/// <remarks>
/// What differs from other engines: ^ and $ always stand at lines, (?m) is what others call (?s) (which is read too), {m,n}+ repeats the
/// repetition, {n}? makes it optional, and \h is a hexadecimal digit. What differs from Oniguruma itself: case is ignored character by
/// character, so that (?i)ss does not match ß, and a counted group such as (?:a*b?){2} goes on counting after an iteration of nothing.
/// Not read, and refused by name: back references, recursion, conditions, absence operators, \G, \X; and \K inside of
/// looks, atomic groups and possessive repetitions.
/// </remarks>
internal sealed class PatternParser
{
    private const int DeepestGroup = 200;

    private readonly PatternReader _reader;
    private readonly PatternClassParser _classes;
    private bool _ignoreCase;
    private bool _dotAll;
    private bool _extended;
    private int _depth;

    private PatternParser(PatternReader reader)
    {
        _reader = reader;
        _classes = new PatternClassParser(reader);
    }

    /// <summary>The tree of a pattern.</summary>
    /// <exception cref="TokenizerException">It is not a pattern, or uses what is not read; the message points at the character.</exception>
    public static PatternNode Parse(string pattern)
    {
        var parser = new PatternParser(new PatternReader(pattern));
        PatternNode node = parser.Choice();
        return parser._reader.AtEnd ? node : throw parser._reader.Wrong("a ')' closes nothing");
    }

    private PatternNode Choice()
    {
        if (++_depth > DeepestGroup)
        {
            throw _reader.Wrong($"groups are nested deeper than {DeepestGroup}");
        }
        List<PatternNode> items = [Sequence()];
        while (_reader.Take("|"))
        {
            items.Add(Sequence());
        }
        _depth--;
        return items.Count == 1 ? items[0] : new ChoiceNode(items);
    }

    private PatternNode Sequence()
    {
        List<PatternNode> items = [];
        for (SkipComments(); _reader.Peek is not (-1 or '|' or ')'); SkipComments())
        {
            items.Add(Repeated(Atom()));
        }
        return items.Count == 1 ? items[0] : new SequenceNode(items);
    }

    private void SkipComments()
    {
        while (_extended && _reader.Peek is ' ' or '\t' or '\n' or '\r' or '\f' or '\v' or '#')
        {
            bool comment = _reader.Next("") == '#';
            while (comment && !_reader.AtEnd && _reader.Next("") != '\n')
            {
            }
        }
    }

    private PatternNode Repeated(PatternNode body)
    {
        for (SkipComments(); ; SkipComments())
        {
            int start = _reader.At;
            (int min, int max, bool interval) = _reader.Peek switch
            {
                '*' => (0, -1, false),
                '+' => (1, -1, false),
                '?' => (0, 1, false),
                '{' => _reader.Interval(),
                _ => (-1, 0, false),
            };
            if (min < 0)
            {
                return body;
            }
            if (body is AnchorNode or LookNode or KeepNode)
            {
                _reader.At = start;
                throw _reader.Wrong("a place between characters cannot be repeated");
            }
            _reader.At += interval ? 0 : 1;
            RepeatKind kind = _reader.Peek switch
            {
                '?' when !interval || min != max => RepeatKind.Lazy,
                '+' when !interval => RepeatKind.Possessive,
                _ => RepeatKind.Greedy,
            };
            _reader.At += kind == RepeatKind.Greedy ? 0 : 1;
            body = new RepeatNode(body, min, max, kind);
        }
    }

    private PatternNode Atom()
    {
        int c = _reader.Peek;
        switch (c)
        {
            case '(':
                return Group();
            case '[':
                return new SetNode(_classes.Bracket(_ignoreCase));
            case '\\':
                return Escape();
            case '*' or '+' or '?':
                throw _reader.Wrong($"'{(char)c}' repeats nothing");
            case '.':
                _reader.At++;
                return new SetNode(_dotAll ? CharacterRanges.All : PatternClassParser.NotLineBreak);
            case '^':
                _reader.At++;
                return new AnchorNode(AnchorKind.LineStart);
            case '$':
                _reader.At++;
                return new AnchorNode(AnchorKind.LineEnd);
            default:
                _reader.At++;
                return Literal(c);
        }
    }

    private SetNode Literal(int character) =>
        new(_ignoreCase ? CharacterRanges.Of(CaseMapping.Orbit(character)) : CharacterRanges.Of(character, character));

    private PatternNode Escape()
    {
        int start = _reader.At;
        AnchorKind? anchor = _reader.PeekAt(1) switch
        {
            'A' => AnchorKind.TextStart,
            'z' => AnchorKind.TextEnd,
            'Z' => AnchorKind.LastLineEnd,
            'b' => AnchorKind.WordEdge,
            'B' => AnchorKind.NoWordEdge,
            _ => null,
        };
        if (anchor is { } kind)
        {
            _reader.At += 2;
            return new AnchorNode(kind);
        }
        if (_reader.Take("\\R"))
        {
            return new AtomicNode(new ChoiceNode([new SequenceNode([Literal('\r'), Literal('\n')]), new SetNode(PatternClassParser.LineBreaks)]));
        }
        if (_reader.Take("\\K"))
        {
            return new KeepNode();
        }
        if (_classes.SetEscape() is { } set)
        {
            return new SetNode(set);
        }
        string? refused = _reader.PeekAt(1) switch
        {
            >= '1' and <= '9' => "back references are not read: they have no bound in time",
            'k' => "back references are not read: they have no bound in time",
            'g' => "recursion is not read",
            'G' or 'X' or 'y' or 'Y' or 'c' or 'C' or 'M' => $"\\{(char)_reader.PeekAt(1)} is not read",
            _ => null,
        };
        if (refused is not null && !(_reader.PeekAt(1) is >= '1' and <= '3' && _reader.PeekAt(2) is >= '0' and <= '7' && _reader.PeekAt(3) is >= '0' and <= '7'))
        {
            _reader.At = start;
            throw _reader.Wrong(refused);
        }
        return Literal(_classes.CharacterEscape());
    }

    private PatternNode Group()
    {
        int start = _reader.At++;
        (bool ignoreCase, bool dotAll, bool extended) = (_ignoreCase, _dotAll, _extended);
        PatternNode node;
        if (_reader.Take("?#"))
        {
            _reader.Until(')');
            return PatternNode.Empty;
        }
        if (_reader.Take("?:"))
        {
            node = Plain();
        }
        else if (_reader.Take("?>"))
        {
            node = new AtomicNode(Choice());
        }
        else if (_reader.Take("?="))
        {
            node = new LookNode(Choice(), Ahead: true, Negative: false);
        }
        else if (_reader.Take("?!"))
        {
            node = new LookNode(Choice(), Ahead: true, Negative: true);
        }
        else if (_reader.Take("?<="))
        {
            node = new LookNode(Choice(), Ahead: false, Negative: false);
        }
        else if (_reader.Take("?<!"))
        {
            node = new LookNode(Choice(), Ahead: false, Negative: true);
        }
        else if (_reader.Take("?<") || _reader.Take("?P<"))
        {
            _reader.Until('>');
            node = Plain();
        }
        else if (_reader.Take("?"))
        {
            // Without a colon the options hold to the end of the group around them.
            if (Options())
            {
                node = Plain();
            }
            else
            {
                node = Choice();
                (_ignoreCase, _dotAll, _extended) = (ignoreCase, dotAll, extended);
                return node;
            }
        }
        else
        {
            node = Plain();
        }
        (_ignoreCase, _dotAll, _extended) = (ignoreCase, dotAll, extended);
        if (!_reader.Take(")"))
        {
            _reader.At = start;
            throw _reader.Wrong("this '(' is never closed");
        }
        return node;
    }

    /// <summary>A group of its own, which may be repeated even where it holds only a place.</summary>
    private PatternNode Plain() => Choice() is var node && node is AnchorNode or LookNode ? new SequenceNode([node]) : node;

    /// <summary>Options such as i-m; true where a colon ends them, false where the group ends.</summary>
    private bool Options()
    {
        for (bool on = true; ;)
        {
            switch (_reader.Next("an option"))
            {
                case 'i':
                    _ignoreCase = on;
                    break;
                case 'm' or 's':
                    _dotAll = on;
                    break;
                case 'x':
                    _extended = on;
                    break;
                case '-':
                    on = false;
                    break;
                case ':':
                    return true;
                case ')':
                    return false;
                default:
                    _reader.At--;
                    throw _reader.Wrong("this kind of group is not read");
            }
        }
    }
}
