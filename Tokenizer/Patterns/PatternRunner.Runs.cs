using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Patterns;

/// <summary>Runs of one set: a*, [a-z]{2,5}, \s+?.</summary>
internal sealed partial class PatternRunner
{
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
}
