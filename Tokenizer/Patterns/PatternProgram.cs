using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Patterns;

/// <summary>What one instruction of a pattern's program does.</summary>
internal enum PatternOp : byte
{
    /// <summary>The match, or the body of a look or an atomic group, ends here.</summary>
    End,

    /// <summary>One character of Set.</summary>
    Set,

    /// <summary>The bytes of Bytes.</summary>
    Bytes,

    /// <summary>Goes on at Target.</summary>
    Jump,

    /// <summary>Tries the alternatives that can begin with the next byte, in order.</summary>
    Choose,

    /// <summary>Least to Most characters of Set (Most −1: any number), Kind says which count first.</summary>
    Run,

    /// <summary>The place of Anchor.</summary>
    Anchor,

    /// <summary>True where the body at the next instruction matches, or not (Negative); goes on at Target.</summary>
    Look,

    /// <summary>The first match of the body at the next instruction, for good; goes on at Target.</summary>
    Atomic,

    /// <summary>Notes in register Target that the match counts from here.</summary>
    Keep,

    /// <summary>Notes in register Target where an iteration began.</summary>
    LoopBegin,

    /// <summary>Goes back to Target, or on where the iteration of register Least matched nothing.</summary>
    LoopEnd,
}

/// <summary>One instruction. Backward ones read the characters before the place instead of after it.</summary>
internal sealed class PatternInstruction(PatternOp op)
{
    public readonly PatternOp Op = op;
    public bool Backward;
    public bool Negative;
    public RepeatKind Kind;
    public AnchorKind Anchor;
    public int Target;
    public int Least;
    public int Most;

    /// <summary>The first of this instruction's columns in the table of failures; −1 for one that makes no choice.</summary>
    public int Column = -1;

    public CharacterSet? Set;
    public byte[] Bytes = [];

    /// <summary>For Choose: lists of alternatives, each with the instructions to try in order.</summary>
    public int[][] Choices = [];

    /// <summary>For Choose: which list is for the byte that stands next, or for the end of the text [257].</summary>
    public readonly ushort[] ChoiceOf = op == PatternOp.Choose ? new ushort[257] : [];

    /// <summary>Registers of the loops around it whose body can be empty, from the outermost.</summary>
    public int[] Registers = [];
}

/// <summary>A pattern's program: instruction 0 begins the match.</summary>
/// <param name="Code">The instructions.</param>
/// <param name="Columns">Columns in the table of failures.</param>
/// <param name="Registers">Registers of loops.</param>
/// <param name="First">Which bytes can begin a match [256]; null where a match can be empty.</param>
/// <param name="Keep">The register of the place that a match counts from; −1 where that is always its start.</param>
internal sealed record PatternProgram(PatternInstruction[] Code, int Columns, int Registers, bool[]? First, int Keep);
