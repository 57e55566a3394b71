namespace PureLlm.Kernels.Cpu;

/// <summary>A number of rows as a constant of the compiled code: what a row does not need is left out.</summary>
internal interface IRows
{
    static abstract int Count { get; }
}

internal readonly struct One : IRows
{
    public static int Count => 1;
}

internal readonly struct Two : IRows
{
    public static int Count => 2;
}

internal readonly struct Three : IRows
{
    public static int Count => 3;
}

internal readonly struct Four : IRows
{
    public static int Count => 4;
}

internal readonly struct Five : IRows
{
    public static int Count => 5;
}

internal readonly struct Six : IRows
{
    public static int Count => 6;
}
