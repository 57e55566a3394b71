using System.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Patterns;

/// <summary>Turns a pattern's tree into its program.</summary>
internal sealed class PatternCompiler
{
    private const int LongestProgram = 20_000;
    private const int MostSets = 1000;

    private readonly string _pattern;
    private readonly List<PatternInstruction> _code = [];
    private readonly Dictionary<CharacterRanges, CharacterSet> _sets = [];
    private readonly List<int> _loops = [];
    private int _columns;
    private int _registers;
    private int _keep = -1;
    private int _bodies;
    private bool _backward;

    private PatternCompiler(string pattern) => _pattern = pattern;

    /// <summary>The program of a tree.</summary>
    /// <exception cref="TokenizerException">Its repetitions make the program too long, or something stands in a look or an atomic group that must not.</exception>
    public static PatternProgram Compile(PatternNode node, string pattern)
    {
        var compiler = new PatternCompiler(pattern);
        compiler.Emit(node);
        compiler.Add(new PatternInstruction(PatternOp.End));
        bool[] first = new bool[256];
        bool canBeEmpty = FirstBytes.Add(node, first);
        return new PatternProgram([.. compiler._code], compiler._columns, compiler._registers, canBeEmpty ? null : first, compiler._keep);
    }

    private PatternInstruction Add(PatternInstruction instruction)
    {
        if (_code.Count == LongestProgram)
        {
            throw Wrong($"its repetitions unfold to more than {LongestProgram} steps; make the counts smaller");
        }
        instruction.Backward = _backward;
        if (instruction.Op is PatternOp.Choose or PatternOp.Run)
        {
            instruction.Column = _columns;
            instruction.Registers = [.. _loops];
            _columns += _loops.Count + 1;
        }
        _code.Add(instruction);
        return instruction;
    }

    private void Emit(PatternNode node)
    {
        switch (node)
        {
            case SetNode set:
                EmitSet(set.Set);
                break;
            case SequenceNode sequence:
                EmitSequence(_backward ? [.. sequence.Items.Reverse()] : sequence.Items);
                break;
            case ChoiceNode choice:
                EmitChoice(choice);
                break;
            case RepeatNode repeat:
                EmitRepeat(repeat);
                break;
            case AtomicNode atomic:
                EmitBody(PatternOp.Atomic, atomic.Body, negative: false, backward: _backward);
                break;
            case LookNode look:
                EmitBody(PatternOp.Look, look.Body, look.Negative, backward: !look.Ahead);
                break;
            case AnchorNode anchor:
                Add(new PatternInstruction(PatternOp.Anchor) { Anchor = anchor.Kind });
                break;
            case KeepNode when _bodies > 0:
                throw Wrong("\\K in a look, an atomic group or a possessive repetition is not read");
            case KeepNode:
                _keep = _keep < 0 ? _registers++ : _keep;
                Add(new PatternInstruction(PatternOp.Keep) { Target = _keep });
                break;
        }
    }

    /// <summary>Single characters that stand side by side become one comparison of bytes.</summary>
    private void EmitSequence(IReadOnlyList<PatternNode> items)
    {
        var text = new StringBuilder();
        foreach (PatternNode item in items)
        {
            if (!_backward && item is SetNode set && IsSingle(set.Set))
            {
                text.Append(new Rune(set.Set[0].First));
                continue;
            }
            EmitText(text);
            Emit(item);
        }
        EmitText(text);
    }

    private void EmitText(StringBuilder text)
    {
        if (text.Length > 0)
        {
            Add(new PatternInstruction(PatternOp.Bytes) { Bytes = Encoding.UTF8.GetBytes(text.ToString()) });
            text.Clear();
        }
    }

    private void EmitSet(CharacterRanges ranges)
    {
        if (!_backward && IsSingle(ranges))
        {
            EmitText(new StringBuilder(char.ConvertFromUtf32(ranges[0].First)));
            return;
        }
        Add(new PatternInstruction(PatternOp.Set) { Set = SetOf(ranges) });
    }

    private static bool IsSingle(CharacterRanges set) => set.Count == 1 && set[0].First == set[0].Last && Rune.IsValid(set[0].First);

    private CharacterSet SetOf(CharacterRanges ranges)
    {
        if (!_sets.TryGetValue(ranges, out CharacterSet? set))
        {
            set = _sets.Count < MostSets ? _sets[ranges] = new CharacterSet(ranges) : throw Wrong($"it has more than {MostSets} different sets of characters");
        }
        return set;
    }

    private void EmitChoice(ChoiceNode choice)
    {
        PatternInstruction choose = Add(new PatternInstruction(PatternOp.Choose));
        List<int> starts = [];
        List<PatternInstruction> jumps = [];
        for (int i = 0; i < choice.Items.Count; i++)
        {
            starts.Add(_code.Count);
            Emit(choice.Items[i]);
            if (i + 1 < choice.Items.Count)
            {
                jumps.Add(Add(new PatternInstruction(PatternOp.Jump)));
            }
        }
        foreach (PatternInstruction jump in jumps)
        {
            jump.Target = _code.Count;
        }
        Dispatch(choose, [.. starts.Zip(choice.Items, (start, item) => (start, (PatternNode?)item))]);
    }

    /// <summary>The alternatives by the byte that stands next; one without a node can begin with anything.</summary>
    private void Dispatch(PatternInstruction choose, params (int Start, PatternNode? Node)[] alternatives)
    {
        var any = new bool[alternatives.Length];
        var bytes = new bool[alternatives.Length][];
        for (int i = 0; i < alternatives.Length; i++)
        {
            bytes[i] = new bool[256];
            any[i] = _backward || alternatives[i].Node is not { } node || FirstBytes.Add(node, bytes[i]);
        }
        List<int[]> lists = [];
        for (int b = 0; b <= 256; b++)
        {
            int[] list = [.. Enumerable.Range(0, alternatives.Length).Where(i => any[i] || (b < 256 && bytes[i][b])).Select(i => alternatives[i].Start)];
            int same = lists.FindIndex(l => l.AsSpan().SequenceEqual(list));
            if (same < 0)
            {
                same = lists.Count;
                lists.Add(list);
            }
            choose.ChoiceOf[b] = (ushort)same;
        }
        choose.Choices = [.. lists];
    }

    private void EmitRepeat(RepeatNode repeat)
    {
        if (repeat.Max == 0)
        {
            return;
        }
        if (repeat.Body is SetNode set)
        {
            EmitRun(set, repeat);
            return;
        }
        if (repeat.Kind == RepeatKind.Possessive)
        {
            Emit(new AtomicNode(repeat with { Kind = RepeatKind.Greedy }));
            return;
        }
        for (int i = 0; i < repeat.Min; i++)
        {
            Emit(repeat.Body);
        }
        if (repeat.Max < 0)
        {
            EmitLoop(repeat);
        }
        else
        {
            EmitOptional(repeat, repeat.Max - repeat.Min);
        }
    }

    /// <summary>A run of one set. Without an upper bound it begins at 0, or at 1 where it is greedy: there what is known of one place tells of those before it.</summary>
    private void EmitRun(SetNode set, RepeatNode repeat)
    {
        int fixedCount = repeat.Max >= 0 ? 0 : repeat.Kind != RepeatKind.Greedy ? repeat.Min : Math.Max(0, repeat.Min - 1);
        if (fixedCount > 0)
        {
            Add(new PatternInstruction(PatternOp.Run) { Set = SetOf(set.Set), Least = fixedCount, Most = fixedCount, Kind = RepeatKind.Possessive });
        }
        Add(new PatternInstruction(PatternOp.Run) { Set = SetOf(set.Set), Least = repeat.Min - fixedCount, Most = repeat.Max, Kind = repeat.Kind });
    }

    /// <summary>Up to so many more times, each inside the one before: (x(x(x)?)?)?.</summary>
    private void EmitOptional(RepeatNode repeat, int times)
    {
        List<(PatternInstruction Choose, int Body)> chooses = [];
        for (int i = 0; i < times; i++)
        {
            chooses.Add((Add(new PatternInstruction(PatternOp.Choose)), _code.Count));
            Emit(repeat.Body);
        }
        foreach ((PatternInstruction choose, int body) in chooses)
        {
            SetChoices(choose, repeat, body, _code.Count);
        }
    }

    private void EmitLoop(RepeatNode repeat)
    {
        bool canBeEmpty = FirstBytes.CanBeEmpty(repeat.Body);
        int top = _code.Count, register = 0;
        PatternInstruction choose = Add(new PatternInstruction(PatternOp.Choose));
        int body = _code.Count;
        if (canBeEmpty)
        {
            register = _registers++;
            Add(new PatternInstruction(PatternOp.LoopBegin) { Target = register });
            _loops.Add(register);
        }
        Emit(repeat.Body);
        if (canBeEmpty)
        {
            _loops.RemoveAt(_loops.Count - 1);
        }
        Add(new PatternInstruction(canBeEmpty ? PatternOp.LoopEnd : PatternOp.Jump) { Target = top, Least = register });
        SetChoices(choose, repeat, body, _code.Count);
    }

    private void SetChoices(PatternInstruction choose, RepeatNode repeat, int body, int exit)
    {
        if (repeat.Kind == RepeatKind.Lazy)
        {
            Dispatch(choose, (exit, null), (body, repeat.Body));
        }
        else
        {
            Dispatch(choose, (body, repeat.Body), (exit, null));
        }
    }

    /// <summary>A body that is matched on its own: what is outside, registers included, does not reach into it.</summary>
    private void EmitBody(PatternOp op, PatternNode node, bool negative, bool backward)
    {
        if (op == PatternOp.Atomic && _backward)
        {
            throw Wrong("an atomic group or a possessive repetition in a look behind is not read");
        }
        PatternInstruction begin = Add(new PatternInstruction(op) { Negative = negative });
        (bool outerDirection, int[] outerLoops) = (_backward, [.. _loops]);
        _loops.Clear();
        _backward = backward;
        _bodies++;
        Emit(node);
        _bodies--;
        Add(new PatternInstruction(PatternOp.End));
        _backward = outerDirection;
        _loops.AddRange(outerLoops);
        begin.Target = _code.Count;
    }

    private TokenizerException Wrong(string problem) =>
        new($"pattern '{(_pattern.Length > 60 ? _pattern[..60] + "…" : _pattern)}': {problem}.");
}
