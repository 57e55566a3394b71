using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Patterns;

/// <summary>Runs a pattern's program over one text, match after match: backtracking with a stack of its own. Belongs to one thread.</summary>
internal sealed partial class PatternRunner
{
    /// <summary>A search may take this many steps for each byte of text before it begins to note failures.</summary>
    public const int FreeSteps = 32;

    private const int FramesKept = 1 << 16;

    [ThreadStatic]
    private static PatternRunner? _shared;

    private readonly FailureTable _known = new();
    private Pattern _pattern = null!;
    private PatternInstruction[] _code = [];
    private int[] _registers = [];
    private int _at;
    private int _lastEnd;
    private long _stepsLeft;

    /// <summary>This thread's runner, at the start of a text of so many bytes.</summary>
    public static PatternRunner Start(Pattern pattern, int length, int freeSteps = FreeSteps)
    {
        PatternRunner runner = _shared ??= new PatternRunner();
        runner._known.TurnOff();
        runner._pattern = pattern;
        runner._code = pattern.Program.Code;
        if (runner._frames.Length > FramesKept)
        {
            runner._frames = new Frame[64];
        }
        if (runner._registers.Length < pattern.Program.Registers)
        {
            runner._registers = new int[pattern.Program.Registers];
        }
        // Nothing is found in the empty text.
        (runner._top, runner._at, runner._lastEnd) = (0, length == 0 ? 1 : 0, -1);
        runner._stepsLeft = freeSteps * (length + 128L);
        return runner;
    }

    /// <summary>The next match, as the bytes [start, end); an empty one does not follow at the end of another.</summary>
    public bool Next(ReadOnlySpan<byte> utf8, out int start, out int end)
    {
        bool[]? first = _pattern.Program.First;
        int keep = _pattern.Program.Keep;
        while (_at <= utf8.Length)
        {
            int found = -1;
            for (start = _at; start <= utf8.Length; start++)
            {
                if (first is null || (start < utf8.Length && first[utf8[start]]))
                {
                    if (keep >= 0)
                    {
                        _registers[keep] = start;
                    }
                    found = Run(utf8, 0, start, isBody: false);
                    if (found >= 0)
                    {
                        break;
                    }
                }
                if (start < utf8.Length && utf8[start] >= 0x80)
                {
                    Utf8Character.Decode(utf8, start, out int length);
                    start += length - 1;
                }
            }
            if (found < 0)
            {
                break;
            }
            end = found;
            start = keep >= 0 ? _registers[keep] : start;
            if (end > start || end != _lastEnd)
            {
                _at = _lastEnd = end;
                return true;
            }
            int skip = 1;
            if (_at < utf8.Length)
            {
                Utf8Character.Decode(utf8, _at, out skip);
            }
            _at += skip;
        }
        _at = utf8.Length + 1;
        (start, end) = (0, 0);
        return false;
    }

    /// <summary>Where the match from instruction <paramref name="pc"/> at <paramref name="place"/> ends; −1 where there is none.</summary>
    private int Run(ReadOnlySpan<byte> utf8, int pc, int place, bool isBody)
    {
        int bottom = _top;
        while (true)
        {
            PatternInstruction at = _code[pc];
            if (--_stepsLeft < 0 && !_known.IsOn)
            {
                _known.TurnOn(_pattern.Program.Columns, utf8.Length);
            }
            bool holds = true;
            switch (at.Op)
            {
                case PatternOp.End:
                    return Succeed(bottom, place, isBody);
                case PatternOp.Set:
                    int length = Length(utf8, at, place);
                    place += at.Backward ? -length : length;
                    holds = length > 0;
                    pc++;
                    break;
                case PatternOp.Bytes:
                    holds = utf8[place..].StartsWith(at.Bytes);
                    place += at.Bytes.Length;
                    pc++;
                    break;
                case PatternOp.Jump:
                    pc = at.Target;
                    break;
                case PatternOp.Anchor:
                    holds = PatternAnchors.Holds(at.Anchor, utf8, place);
                    pc++;
                    break;
                case PatternOp.Keep:
                case PatternOp.LoopBegin:
                    Push(FrameKind.Register, at.Target, 0, _registers[at.Target]);
                    _registers[at.Target] = place;
                    pc++;
                    break;
                case PatternOp.LoopEnd:
                    pc = _registers[at.Least] == place ? pc + 1 : at.Target;
                    break;
                case PatternOp.Look:
                    holds = Run(utf8, pc + 1, place, isBody: true) >= 0 != at.Negative;
                    pc = at.Target;
                    break;
                case PatternOp.Atomic:
                    place = Run(utf8, pc + 1, place, isBody: true);
                    holds = place >= 0;
                    pc = at.Target;
                    break;
                default:
                    if (_known.IsOn)
                    {
                        int column = Column(at, place);
                        if (isBody && _known.TryGetEnd(column, place, out int end))
                        {
                            return Succeed(bottom, end, isBody);
                        }
                        if (_known.Fails(column, place))
                        {
                            holds = false;
                            break;
                        }
                        Push(FrameKind.Note, pc, place, place, column);
                    }
                    if (at.Op == PatternOp.Choose)
                    {
                        holds = Choose(utf8, at, ref pc, place);
                    }
                    else
                    {
                        holds = StartRun(utf8, at, ref pc, ref place, isBody, out int end);
                        if (end >= 0)
                        {
                            return Succeed(bottom, end, isBody);
                        }
                    }
                    break;
            }
            if (!holds && !Back(utf8, bottom, isBody, ref pc, ref place))
            {
                return place;
            }
        }
    }

    private bool Choose(ReadOnlySpan<byte> utf8, PatternInstruction at, ref int pc, int place)
    {
        int[] choices = at.Choices[at.ChoiceOf[place < utf8.Length ? utf8[place] : 256]];
        if (choices.Length == 0)
        {
            return false;
        }
        if (choices.Length > 1)
        {
            Push(FrameKind.Choice, pc, place, 1);
        }
        pc = choices[0];
        return true;
    }

    /// <summary>Goes back to the last choice with something left to try; false where there is none, and <paramref name="place"/> is the result.</summary>
    private bool Back(ReadOnlySpan<byte> utf8, int bottom, bool isBody, ref int pc, ref int place)
    {
        while (_top > bottom)
        {
            ref Frame frame = ref _frames[_top - 1];
            PatternInstruction at = _code[frame.Kind == FrameKind.Register ? 0 : frame.Pc];
            switch (frame.Kind)
            {
                case FrameKind.Register:
                    _registers[frame.Pc] = frame.Value;
                    _top--;
                    break;
                case FrameKind.Note:
                    NoteFailure(ref frame, at);
                    _top--;
                    break;
                case FrameKind.Choice:
                    place = frame.Place;
                    int[] choices = at.Choices[at.ChoiceOf[place < utf8.Length ? utf8[place] : 256]];
                    pc = choices[frame.Value++];
                    _top -= frame.Value == choices.Length ? 1 : 0;
                    return true;
                case FrameKind.RunBack:
                    place = StepBack(utf8, at, frame.Place);
                    if (!SkipFailedEnds(utf8, at, frame.Value, ref place))
                    {
                        NoteStand(frame.Pc, frame.Value);
                        _top--;
                        break;
                    }
                    frame.Place = place;
                    pc = frame.Pc + 1;
                    _top -= place == frame.Value ? 1 : 0;
                    NoteStand(frame.Pc, place);
                    _stepsLeft--;
                    return true;
                default:
                    if (RunOn(utf8, at, ref frame, isBody, out int end))
                    {
                        place = frame.Place;
                        pc = frame.Pc + 1;
                        _top -= frame.Value == 0 ? 1 : 0;
                        NoteStand(frame.Pc, place);
                        return true;
                    }
                    if (end >= 0)
                    {
                        place = Succeed(bottom, end, isBody);
                        return false;
                    }
                    _top--;
                    break;
            }
        }
        place = -1;
        return false;
    }
}
