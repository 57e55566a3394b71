using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Patterns;

/// <summary>Runs a pattern's program over one text, match after match: backtracking with a stack of its own. Belongs to one thread.</summary>
internal sealed class PatternRunner
{
    /// <summary>A search may take this many steps for each byte of text before it begins to note failures.</summary>
    public const int FreeSteps = 32;

    private const int MostFrames = 1 << 25;
    private const int FramesKept = 1 << 16;

    [ThreadStatic]
    private static PatternRunner? _shared;

    private readonly FailureTable _known = new();
    private Pattern _pattern = null!;
    private PatternInstruction[] _code = [];
    private Frame[] _frames = new Frame[64];
    private int[] _registers = [];
    private int _top;
    private int _at;
    private int _lastEnd;
    private long _stepsLeft;

    private enum FrameKind : byte
    {
        /// <summary>Instruction Pc chose; its alternatives from index Value on are left to try at Place.</summary>
        Choice,

        /// <summary>A greedy run that went to Place and may go back to Value.</summary>
        RunBack,

        /// <summary>A lazy run that went to Place and may take Value more characters (−1: any number).</summary>
        RunOn,

        /// <summary>Register Pc held Value.</summary>
        Register,

        /// <summary>Everything above came from instruction Pc at Place: where it is popped, that has failed. A run went as far as Value, and stands at Other.</summary>
        Note,
    }

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
        while (_at <= utf8.Length)
        {
            int found = -1;
            for (start = _at; start <= utf8.Length; start++)
            {
                if (first is null || (start < utf8.Length && first[utf8[start]]))
                {
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

    /// <summary>Takes the characters of a run. Where a place on the way is known, what is known of it decides: <paramref name="end"/> is a body's end, else −1.</summary>
    private bool StartRun(ReadOnlySpan<byte> utf8, PatternInstruction at, ref int pc, ref int place, bool isBody, out int end)
    {
        int start = place, lowest = place, count = 0;
        int most = at.Kind == RepeatKind.Lazy ? at.Least : at.Most;
        bool asks = _known.IsOn && at.Most < 0;
        bool itselfFails = false;
        int failing = -1;
        end = -1;
        for (; count != most; count++)
        {
            int length = Length(utf8, at, place);
            if (length == 0)
            {
                break;
            }
            place += at.Backward ? -length : length;
            lowest = count < at.Least ? place : lowest;
            if (asks && at.Kind != RepeatKind.Lazy && Known(at, place, isBody, out end, out itselfFails))
            {
                if (end >= 0)
                {
                    return true;
                }
                failing = place;
                count++;
                break;
            }
        }
        _stepsLeft -= count;
        if (_known.IsOn)
        {
            (_frames[_top - 1].Value, _frames[_top - 1].Other) = (place, place);
        }
        if (count < at.Least)
        {
            if (_known.IsOn)
            {
                // No end was reached, so none was tried.
                _frames[_top - 1].Other = -1;
            }
            return false;
        }
        if (failing >= 0 && at.Kind == RepeatKind.Possessive && (itselfFails || Length(utf8, at, place) > 0))
        {
            return false;
        }
        if (failing >= 0 && itselfFails)
        {
            place = StepBack(utf8, at, place);
        }
        if (at.Kind == RepeatKind.Greedy && !SkipFailedEnds(utf8, at, lowest, ref place))
        {
            return false;
        }
        if (_known.IsOn)
        {
            _frames[_top - 1].Other = place;
        }
        if (at.Kind == RepeatKind.Greedy && place != lowest)
        {
            Push(FrameKind.RunBack, pc, place, lowest);
        }
        else if (at.Kind == RepeatKind.Lazy && at.Most != count)
        {
            Push(FrameKind.RunOn, pc, place, at.Most < 0 ? -1 : at.Most - count);
        }
        pc++;
        return true;
    }

    /// <summary>
    /// What is known of a run that stands at a place: a body's end, or else that all further ends fail, and perhaps the place itself.
    /// Whatever loops around it had taken when this became known, they have all taken something at any further end.
    /// </summary>
    private bool Known(PatternInstruction at, int place, bool isBody, out int end, out bool itselfFails)
    {
        itselfFails = at.Least == 0 && _known.Fails(at.Column + at.Registers.Length, place);
        bool fails = itselfFails;
        for (int column = at.Column; column <= at.Column + at.Registers.Length; column++)
        {
            if (isBody && _known.TryGetEnd(column, place, out end))
            {
                return true;
            }
            fails |= _known.Fails(column, place);
        }
        end = -1;
        return fails;
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

    /// <summary>Everything from a note's instruction has failed: at its place, and for a run without bound at every place that it passed.</summary>
    private void NoteFailure(ref Frame note, PatternInstruction at)
    {
        if (at.Most < 0)
        {
            _known.NoteFailure(note.Column, Math.Min(note.Place, note.Value), Math.Max(note.Place, note.Value));
            return;
        }
        _known.NoteFailure(note.Column, note.Place, note.Place);
        if (at.Op == PatternOp.Run && at.Registers.Length == 0 && note.Other >= 0)
        {
            _known.NoteFailedEnds(note.Column, Math.Min(note.Value, note.Other), Math.Max(note.Value, note.Other));
        }
    }

    /// <summary>Passes over the ends of a bounded run from which all is known to fail; false where none is left down to the lowest.</summary>
    private bool SkipFailedEnds(ReadOnlySpan<byte> utf8, PatternInstruction at, int lowest, ref int place)
    {
        if (!_known.IsOn || at.Most < 0 || at.Backward || at.Registers.Length > 0 || !_known.TryGetFailedEnds(at.Column, place, out int first))
        {
            return true;
        }
        place = Math.Max(first, lowest);
        if (place == lowest)
        {
            return false;
        }
        place = StepBack(utf8, at, place);
        return true;
    }

    /// <summary>One more character for a lazy run; false where there is none, or where what comes is known: <paramref name="end"/> is a body's end, else −1.</summary>
    private bool RunOn(ReadOnlySpan<byte> utf8, PatternInstruction at, ref Frame frame, bool isBody, out int end)
    {
        end = -1;
        int length = Length(utf8, at, frame.Place);
        if (length == 0)
        {
            return false;
        }
        frame.Place += at.Backward ? -length : length;
        frame.Value -= frame.Value > 0 ? 1 : 0;
        _stepsLeft--;
        if (_known.IsOn && at.Most < 0 && Known(at, frame.Place, isBody, out end, out bool itselfFails))
        {
            frame.Value = 0;
            return end < 0 && !itselfFails;
        }
        return true;
    }

    /// <summary>The run's note, where one lies below its frame, learns where the run stands.</summary>
    private void NoteStand(int pc, int place)
    {
        for (int i = _top - 1; i >= 0 && i >= _top - 2; i--)
        {
            ref Frame frame = ref _frames[i];
            if (frame.Kind == FrameKind.Note && frame.Pc == pc)
            {
                frame.Other = place;
                if (_code[pc].Most < 0 && _code[pc].Kind == RepeatKind.Lazy)
                {
                    frame.Value = place;
                }
                return;
            }
        }
    }

    /// <summary>The end of a match: what is noted on the way is known to lead here, for a body that may be asked again.</summary>
    private int Succeed(int bottom, int end, bool isBody)
    {
        if (isBody && _known.IsOn)
        {
            for (int i = bottom; i < _top; i++)
            {
                ref Frame frame = ref _frames[i];
                if (frame.Kind != FrameKind.Note)
                {
                    continue;
                }
                PatternInstruction at = _code[frame.Pc];
                bool spans = at.Op == PatternOp.Run && at.Most < 0;
                bool inside = spans && (at.Least > 0 || at.Registers.Length > 0);
                if (inside && frame.Other == frame.Place)
                {
                    // A run of nothing within a loop says nothing of runs that began elsewhere.
                    continue;
                }
                int last = !spans ? frame.Place : frame.Other - (inside ? Math.Sign(frame.Other - frame.Place) : 0);
                _known.NoteEnd(frame.Column, Math.Min(frame.Place, last), Math.Max(frame.Place, last), end);
            }
        }
        _top = bottom;
        return end;
    }

    /// <summary>The column of an instruction at a place: its own, or one of those for loops around it that have taken something since they began.</summary>
    private int Column(PatternInstruction at, int place)
    {
        int column = at.Column;
        foreach (int register in at.Registers)
        {
            column += _registers[register] != place ? 1 : 0;
        }
        return column;
    }

    /// <summary>The length of the next character in the direction of reading where it is of the instruction's set, else 0.</summary>
    private static int Length(ReadOnlySpan<byte> utf8, PatternInstruction at, int place) => at.Backward ? at.Set!.MatchBefore(utf8, place) : at.Set!.Match(utf8, place);

    private static int StepBack(ReadOnlySpan<byte> utf8, PatternInstruction at, int place)
    {
        int length;
        if (at.Backward)
        {
            Utf8Character.Decode(utf8, place, out length);
            return place + length;
        }
        Utf8Character.DecodeBefore(utf8, place, out length);
        return place - length;
    }

    private void Push(FrameKind kind, int pc, int place, int value, int column = 0)
    {
        if (_top == _frames.Length)
        {
            if (_top >= MostFrames)
            {
                throw new TokenizerException($"pattern '{_pattern.Text}': a search has more than {MostFrames} choices open; the text is too long for it.");
            }
            Array.Resize(ref _frames, 2 * _top);
        }
        _frames[_top++] = new Frame { Kind = kind, Pc = pc, Place = place, Value = value, Other = place, Column = column };
    }

    private struct Frame
    {
        public FrameKind Kind;
        public int Pc;
        public int Place;
        public int Value;
        public int Other;
        public int Column;
    }
}
