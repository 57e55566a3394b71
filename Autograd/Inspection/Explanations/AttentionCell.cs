namespace PureLlm.Autograd.Inspection.Explanations;

internal enum AttentionPart { Query, Key, Value }

/// <summary>Where an element of the inputs belongs; the head is counted within its part.</summary>
internal readonly record struct AttentionPlace(AttentionPart Part, int Batch, int Token, int Head, int Channel);

/// <summary>A query's softmax row: the keys that it sees from <paramref name="First"/> on, and δ = Σ p ⊙ dp.</summary>
internal sealed record AttentionRow(int First, double Delta, AttentionCell[] Cells);

/// <summary>One query and one key that it sees.</summary>
/// <param name="Head">Query head.</param>
/// <param name="Query">Its token.</param>
/// <param name="Key">The key's token.</param>
/// <param name="Score">q·k/√D.</param>
/// <param name="P">The probability.</param>
/// <param name="Dp">∂L/∂p = dy·v.</param>
/// <param name="Delta">Σ p ⊙ dp of the row.</param>
/// <param name="Ds">∂L/∂score = p·(dp − δ).</param>
/// <param name="PSize">What p's rounding is counted by.</param>
/// <param name="DsSize">What that of ds is counted by.</param>
internal sealed record AttentionCell(int Head, int Query, int Key, double Score, double P, double Dp, double Delta, double Ds, double PSize, double DsSize);
