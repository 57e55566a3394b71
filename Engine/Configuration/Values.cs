using System.Collections;
using System.Runtime.CompilerServices;

namespace PureLlm.Engine.Configuration;

/// <summary>An immutable list that is equal to another with equal elements, so that configuration records compare by value.</summary>
[CollectionBuilder(typeof(Values), nameof(Values.Create))]
public sealed class Values<T>(T[] elements) : IReadOnlyList<T>, IEquatable<Values<T>>
{
    private readonly T[] items = elements;

    public static Values<T> Empty { get; } = new([]);

    public T this[int index] => items[index];

    public int Count => items.Length;

    public bool Equals(Values<T>? other) => other is not null && items.AsSpan().SequenceEqual(other.items);

    public override bool Equals(object? obj) => Equals(obj as Values<T>);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (T item in items)
        {
            hash.Add(item);
        }
        return hash.ToHashCode();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"[{string.Join(", ", items)}]";
}

/// <summary>Builds <see cref="Values{T}"/> from a collection expression.</summary>
public static class Values
{
    public static Values<T> Create<T>(ReadOnlySpan<T> items) => items.IsEmpty ? Values<T>.Empty : new(items.ToArray());
}
