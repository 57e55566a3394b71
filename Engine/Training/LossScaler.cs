using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Training;

/// <summary>The factor of the loss that keeps float16 gradients between their smallest number and their largest.</summary>
/// <remarks>Micikevicius et al. 2018, arXiv:1710.03740. A dynamic one is halved when a gradient overflows, and that step is computed again, so that no batch is
/// lost and each update is that of finite gradients; after 1,000 steps without overflow it doubles.</remarks>
internal sealed class LossScaler(LossScale start)
{
    /// <summary>Below this an overflow is no matter of the scale any more.</summary>
    public const double Smallest = 1;

    /// <summary>Whether it depends on what the steps gave.</summary>
    public bool IsDynamic => start.IsDynamic;

    /// <summary>The factor of the step that is being computed.</summary>
    public double Scale { get; private set; } = start.Value;

    /// <summary>Steps since it changed.</summary>
    public int Steps { get; private set; }

    /// <summary>Whether a step's gradient can be used; if not the scale has been halved, and the step is to be computed again.</summary>
    /// <param name="loss">Of the step.</param>
    /// <param name="norm">Of its gradients.</param>
    public bool Accepts(double loss, double norm)
    {
        if (!start.IsDynamic || double.IsFinite(norm) || !double.IsFinite(loss) || Scale <= Smallest)
        {
            return true;
        }
        (Scale, Steps) = (Math.Max(Smallest, Scale / 2), 0);
        return false;
    }

    /// <summary>An update was made.</summary>
    public void Advance()
    {
        if (start.IsDynamic && ++Steps >= LossScale.GrowthInterval)
        {
            (Scale, Steps) = (Math.Min(LossScale.Largest, Scale * 2), 0);
        }
    }

    /// <summary>Goes on from a checkpoint, or from the start.</summary>
    public void Restore(double? scale, int? steps) => (Scale, Steps) = (scale ?? start.Value, steps ?? 0);
}
