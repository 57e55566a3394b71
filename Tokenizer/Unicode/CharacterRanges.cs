using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Unicode;

/// <summary>A set of characters as sorted ranges, for set algebra. The universe is every code point and <see cref="Utf8Character.Broken"/>.</summary>
internal sealed class CharacterRanges : IEquatable<CharacterRanges>
{
    /// <summary>One more than the largest member of the universe.</summary>
    public const int Universe = Utf8Character.Broken + 1;

    /// <summary>No character.</summary>
    public static readonly CharacterRanges Empty = new([]);

    /// <summary>Every character, and every byte that is none.</summary>
    public static readonly CharacterRanges All = Of(0, Universe - 1);

    // Membership changes at each bound: [_bounds[0], _bounds[1]) is inside, [_bounds[1], _bounds[2]) outside, and so on.
    private readonly int[] _bounds;

    private CharacterRanges(int[] bounds) => _bounds = bounds;

    /// <summary>How many ranges there are.</summary>
    public int Count => _bounds.Length / 2;

    /// <summary>A range as its first and last member.</summary>
    public (int First, int Last) this[int index] => (_bounds[2 * index], _bounds[(2 * index) + 1] - 1);

    /// <summary>The characters first…last.</summary>
    public static CharacterRanges Of(int first, int last) => new([first, last + 1]);

    /// <summary>The given characters, in any order.</summary>
    public static CharacterRanges Of(params IEnumerable<int> characters)
    {
        List<int> bounds = [];
        foreach (int c in characters.Distinct().Order())
        {
            if (bounds.Count > 0 && bounds[^1] == c)
            {
                bounds[^1] = c + 1;
            }
            else
            {
                bounds.Add(c);
                bounds.Add(c + 1);
            }
        }
        return new([.. bounds]);
    }

    /// <summary>The members of a list of first, last, first, last … in ascending order.</summary>
    public static CharacterRanges OfPairs(ReadOnlySpan<int> firstLast)
    {
        int[] bounds = firstLast.ToArray();
        for (int i = 1; i < bounds.Length; i += 2)
        {
            bounds[i]++;
        }
        return new(bounds);
    }

    public bool Contains(int character)
    {
        int index = Array.BinarySearch(_bounds, character);
        return (index >= 0 ? index : ~index - 1) % 2 == 0;
    }

    /// <summary>True where both have the same members.</summary>
    public bool Equals(CharacterRanges? other) => other is not null && _bounds.AsSpan().SequenceEqual(other._bounds);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CharacterRanges);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_bounds.Length, _bounds.FirstOrDefault(), _bounds.LastOrDefault(), _bounds.Length > 3 ? _bounds[_bounds.Length / 2] : 0);

    /// <summary>Everything outside this set, broken bytes included.</summary>
    public CharacterRanges Complement() => Combine(this, All, static (a, all) => all && !a);

    public CharacterRanges Union(CharacterRanges other) => Combine(this, other, static (a, b) => a || b);

    public CharacterRanges Intersect(CharacterRanges other) => Combine(this, other, static (a, b) => a && b);

    public CharacterRanges Without(CharacterRanges other) => Combine(this, other, static (a, b) => a && !b);

    /// <summary>One walk over the bounds of both sets, in order.</summary>
    private static CharacterRanges Combine(CharacterRanges left, CharacterRanges right, Func<bool, bool, bool> rule)
    {
        (int[] a, int[] b) = (left._bounds, right._bounds);
        var bounds = new List<int>(a.Length + b.Length);
        bool inside = false;
        for (int i = 0, j = 0; i < a.Length || j < b.Length;)
        {
            int at = Math.Min(i < a.Length ? a[i] : int.MaxValue, j < b.Length ? b[j] : int.MaxValue);
            i += i < a.Length && a[i] == at ? 1 : 0;
            j += j < b.Length && b[j] == at ? 1 : 0;
            bool now = rule(i % 2 == 1, j % 2 == 1);
            if (now != inside)
            {
                bounds.Add(at);
                inside = now;
            }
        }
        return new([.. bounds]);
    }
}
