using System.Runtime.CompilerServices;

namespace PureLlm.Autograd;

/// <summary>Sizes of a row-major tensor: none (a scalar) to four dimensions.</summary>
public readonly record struct Shape
{
    private readonly Sizes sizes;
    private readonly int lengthMinusOne; // so that default(Shape) is a scalar, of length 1

    /// <exception cref="ArgumentException">More than four sizes, a negative one, or more elements than an int can count.</exception>
    public Shape(params ReadOnlySpan<int> sizes)
    {
        if (sizes.Length > 4) { throw new ArgumentException($"A shape has at most 4 dimensions, not {sizes.Length}."); }
        long length = 1;
        Rank = sizes.Length;
        for (int i = 0; i < sizes.Length; i++)
        {
            if (sizes[i] < 0) { throw new ArgumentException($"Dimension {i} is {sizes[i]}; sizes are 0 or more."); }
            this.sizes[i] = sizes[i];
            length *= sizes[i];
            if (length > int.MaxValue) { throw new ArgumentException($"A tensor [{string.Join(", ", sizes.ToArray())}] has more than {int.MaxValue} elements; split it into chunks."); }
        }
        lengthMinusOne = (int)length - 1;
    }

    /// <summary>Number of dimensions.</summary>
    public int Rank { get; }

    /// <summary>Number of elements; 1 for a scalar.</summary>
    public int Length => lengthMinusOne + 1;

    /// <summary>Size of a dimension, also from the end: <c>shape[^1]</c>.</summary>
    public int this[Index index]
    {
        get
        {
            int i = index.GetOffset(Rank);
            return (uint)i < (uint)Rank ? sizes[i] : throw new ArgumentOutOfRangeException(nameof(index), $"Shape {this} has no dimension {index}.");
        }
    }

    /// <summary>Size of the last dimension; 1 for a scalar.</summary>
    public int Columns => Rank == 0 ? 1 : sizes[Rank - 1];

    /// <summary>Product of all dimensions but the last.</summary>
    public int Rows
    {
        get
        {
            int rows = 1;
            for (int i = 0; i < Rank - 1; i++) { rows *= sizes[i]; }
            return rows;
        }
    }

    /// <summary>This shape with another last dimension.</summary>
    public Shape WithColumns(int columns)
    {
        Span<int> copy = [sizes[0], sizes[1], sizes[2], sizes[3]];
        copy[Rank - 1] = columns;
        return new Shape(copy[..Rank]);
    }

    public bool Equals(Shape other) =>
        Rank == other.Rank && sizes[0] == other.sizes[0] && sizes[1] == other.sizes[1] && sizes[2] == other.sizes[2] && sizes[3] == other.sizes[3];

    public override int GetHashCode() => HashCode.Combine(Rank, sizes[0], sizes[1], sizes[2], sizes[3]);

    /// <summary>"[2, 3, 8]".</summary>
    public override string ToString()
    {
        Span<int> copy = [sizes[0], sizes[1], sizes[2], sizes[3]];
        return $"[{string.Join(", ", copy[..Rank].ToArray())}]";
    }

    [InlineArray(4)]
    private struct Sizes
    {
        private int first;
    }
}
