namespace PureLlm.Tokenizer.Patterns;

/// <summary>What a search that backtracks too much writes down, and what it reads there.</summary>
internal sealed partial class PatternRunner
{
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
}
