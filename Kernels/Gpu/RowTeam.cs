using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>The threads that work on one row together. All of them must call <see cref="Sum"/> and <see cref="Max"/>.</summary>
internal interface ITeam
{
    /// <summary>The row of this thread's team.</summary>
    static abstract int Row { get; }

    /// <summary>This thread in its team, and threads of a team.</summary>
    static abstract int Rank { get; }
    static abstract int Size { get; }

    /// <summary>This team in its group, and teams of a group.</summary>
    static abstract int Place { get; }
    static abstract int Teams { get; }

    /// <summary>Whether the row stays in shared memory between two passes.</summary>
    static abstract bool Keeps { get; }

    static abstract float Sum(float x);
    static abstract float Max(float x);
}

/// <summary>A warp a row: short rows.</summary>
internal readonly struct WarpTeam : ITeam
{
    public static int Row => (Grid.IdxX * Teams) + Place;

    public static int Rank => Group.IdxX % Warp.WarpSize;

    public static int Size => Warp.WarpSize;

    public static int Place => Group.IdxX / Warp.WarpSize;

    public static int Teams => Group.DimX / Warp.WarpSize;

    public static bool Keeps => true;

    public static float Sum(float x)
    {
        for (int distance = Warp.WarpSize >> 1; distance > 0; distance >>= 1) { x += Warp.ShuffleXor(x, distance); }
        return x;
    }

    public static float Max(float x)
    {
        for (int distance = Warp.WarpSize >> 1; distance > 0; distance >>= 1) { x = MathF.Max(x, Warp.ShuffleXor(x, distance)); }
        return x;
    }
}

/// <summary>A group a row.</summary>
internal readonly struct GroupTeam : ITeam
{
    public static int Row => Grid.IdxX;

    public static int Rank => Group.IdxX;

    public static int Size => Group.DimX;

    public static int Place => 0;

    public static int Teams => 1;

    public static bool Keeps => true;

    public static float Sum(float x) => GroupSum.Sum(x);

    public static float Max(float x) => GroupSum.Max(x);
}

/// <summary>A group a row that does not fit into shared memory and is read again.</summary>
internal readonly struct LongRowTeam : ITeam
{
    public static int Row => Grid.IdxX;

    public static int Rank => Group.IdxX;

    public static int Size => Group.DimX;

    public static int Place => 0;

    public static int Teams => 1;

    public static bool Keeps => false;

    public static float Sum(float x) => GroupSum.Sum(x);

    public static float Max(float x) => GroupSum.Max(x);
}
