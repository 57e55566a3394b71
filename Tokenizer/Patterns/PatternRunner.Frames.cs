namespace PureLlm.Tokenizer.Patterns;

/// <summary>The stack of what a search may still try.</summary>
internal sealed partial class PatternRunner
{
    private const int MostFrames = 1 << 25;

    private Frame[] _frames = new Frame[64];
    private int _top;

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
