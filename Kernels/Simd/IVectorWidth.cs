namespace PureLlm.Kernels;

/// <summary>One vector width: raw vectors as operands, so that a loop that is generic over an empty struct of this kind costs what a hand-written one does.</summary>
/// <remarks>Every member rounds as its scalar twin does, so a formula has the same bits on every width.
/// A mask is a vector whose lanes are all ones or all zeros.</remarks>
/// <typeparam name="TVector">float, Vector256&lt;float&gt; or Vector512&lt;float&gt;.</typeparam>
internal unsafe interface IVectorWidth<TVector> where TVector : struct
{
    /// <summary>Floats of a vector: 1, 8 or 16.</summary>
    static abstract int Lanes { get; }

    static abstract TVector Load(float* p);
    static abstract void Store(TVector v, float* p);

    /// <summary>The first <paramref name="count"/> lanes from memory, the others 0; touches no byte beyond them.</summary>
    static abstract TVector LoadFirst(float* p, int count);

    /// <summary>Writes the first <paramref name="count"/> lanes only.</summary>
    static abstract void StoreFirst(TVector v, float* p, int count);

    static abstract TVector Broadcast(float value);

    /// <summary>A mask of the first <paramref name="count"/> lanes.</summary>
    static abstract TVector MaskFirst(int count);

    static abstract TVector Add(TVector a, TVector b);
    static abstract TVector Subtract(TVector a, TVector b);
    static abstract TVector Multiply(TVector a, TVector b);
    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>c − a·b, rounded once.</summary>
    static abstract TVector NegateMultiplyAdd(TVector a, TVector b, TVector c);

    static abstract TVector Sqrt(TVector a);
    static abstract TVector Abs(TVector a);
    static abstract TVector Negate(TVector a);

    /// <summary>a &lt; b ? a : b; so b where either is NaN.</summary>
    static abstract TVector Min(TVector a, TVector b);

    /// <summary>a &gt; b ? a : b; so b where either is NaN.</summary>
    static abstract TVector Max(TVector a, TVector b);

    static abstract TVector LessThan(TVector a, TVector b);
    static abstract TVector LessThanOrEqual(TVector a, TVector b);
    static abstract TVector Equal(TVector a, TVector b);
    static abstract TVector Select(TVector mask, TVector a, TVector b);

    // The lanes as 32-bit words.
    static abstract TVector And(TVector a, TVector b);

    /// <summary>a &amp; ~mask: a where the mask is unset, 0 elsewhere.</summary>
    static abstract TVector AndNot(TVector a, TVector mask);

    static abstract TVector Or(TVector a, TVector b);
    static abstract TVector Xor(TVector a, TVector b);
    static abstract TVector AddBits(TVector a, TVector b);
    static abstract TVector SubtractBits(TVector a, TVector b);
    static abstract TVector MultiplyBits(TVector a, TVector b);
    static abstract TVector ShiftLeft(TVector a, int bits);

    /// <summary>Arithmetic shift: the sign moves in.</summary>
    static abstract TVector ShiftRight(TVector a, int bits);

    /// <summary>Logical shift: zeros move in.</summary>
    static abstract TVector ShiftRightLogical(TVector a, int bits);

    /// <summary>The words first, first + 1, …</summary>
    static abstract TVector Count(uint first);

    // Pairs of neighbouring lanes; not for a width of one.
    static abstract TVector SwapPairs(TVector a);

    /// <summary>Half as many floats as lanes, each twice.</summary>
    static abstract TVector LoadTwice(float* p);

    /// <summary>−a in the first lane of each pair, a in the second.</summary>
    static abstract TVector NegateFirsts(TVector a);

    /// <summary>The signed word of each lane as a float.</summary>
    static abstract TVector BitsToFloat(TVector a);

    static abstract TVector Invoke<TFunction>(TVector x) where TFunction : struct, IUnaryFunction;
    static abstract TVector Derivative<TFunction>(TVector x) where TFunction : struct, IUnaryFunction;
}
