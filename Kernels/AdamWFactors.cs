namespace PureLlm.Kernels;

/// <summary>The numbers of an <see cref="AdamWStep"/> that every element shares, the same on every device.</summary>
internal readonly struct AdamWFactors
{
    /// <summary>A moment below this becomes 0: subnormals would make every later step slow.</summary>
    public const float SmallestNormal = 1.17549435e-38f;

    public AdamWFactors(in AdamWStep step)
    {
        // The decimal that was meant: 1 − 0.999, not 1 − 0.99900001287.
        double beta1 = (double)(decimal)step.Beta1, beta2 = (double)(decimal)step.Beta2;
        Scale = step.GradientScale;
        ToMean = (float)(1 - beta1);
        ToSquare = (float)(1 - beta2);
        Rate = (float)(step.LearningRate / (1 - Math.Pow(beta1, step.Step)));
        Decay = (float)((double)step.LearningRate * step.WeightDecay);
        Correction = (float)(1 / Math.Sqrt(1 - Math.Pow(beta2, step.Step)));
        Epsilon = step.Epsilon;
    }

    /// <summary>Factor of the gradient.</summary>
    public readonly float Scale;

    /// <summary>1 − β₁ and 1 − β₂.</summary>
    public readonly float ToMean, ToSquare;

    /// <summary>η / (1 − β₁ᵗ).</summary>
    public readonly float Rate;

    /// <summary>η·λ.</summary>
    public readonly float Decay;

    /// <summary>1 / √(1 − β₂ᵗ).</summary>
    public readonly float Correction;

    /// <summary>ε.</summary>
    public readonly float Epsilon;
}
