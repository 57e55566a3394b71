namespace PureLlm.Kernels;

/// <summary>The numbers of an <see cref="AdamWStep"/> that every element shares, the same on every device.</summary>
/// <param name="Scale">Factor of the gradient.</param>
/// <param name="ToMean">1 − β₁.</param>
/// <param name="ToSquare">1 − β₂.</param>
/// <param name="Rate">η / (1 − β₁ᵗ).</param>
/// <param name="Decay">η·λ.</param>
/// <param name="Correction">1 / √(1 − β₂ᵗ).</param>
/// <param name="Epsilon">ε.</param>
public readonly record struct AdamWFactors(float Scale, float ToMean, float ToSquare, float Rate, float Decay, float Correction, float Epsilon)
{
    /// <summary>A moment below this becomes 0: subnormals would make every later step slow.</summary>
    public const float SmallestNormal = 1.17549435e-38f;

    /// <summary>The factors of a step.</summary>
    public static AdamWFactors Of(in AdamWStep step)
    {
        // The decimal that was meant: 1 − 0.999, not 1 − 0.99900001287.
        double beta1 = (double)(decimal)step.Beta1, beta2 = (double)(decimal)step.Beta2;
        return new AdamWFactors(
            step.GradientScale.Number, (float)(1 - beta1), (float)(1 - beta2), (float)(step.LearningRate / (1 - Math.Pow(beta1, step.Step))),
            (float)((double)step.LearningRate * step.WeightDecay), (float)(1 / Math.Sqrt(1 - Math.Pow(beta2, step.Step))), step.Epsilon);
    }
}
