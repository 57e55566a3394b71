using PureLlm.Kernels;

namespace PureLlm.Engine.Optimizers;

/// <summary>How an optimizer moves one parameter, and where it keeps what it remembers of it: for those who explain a step or check it.</summary>
public abstract record UpdateRule;

/// <summary>The parameter is one stretch of AdamW's slabs.</summary>
/// <param name="Beta1">Decay of m.</param>
/// <param name="Beta2">Decay of v.</param>
/// <param name="Epsilon">Added to √v̂.</param>
/// <param name="Decay">λ of this parameter; 0 for a vector.</param>
/// <param name="M">Mean of the gradients.</param>
/// <param name="V">Mean of their squares.</param>
public sealed record AdamWRule(double Beta1, double Beta2, double Epsilon, double Decay, View M, View V) : UpdateRule;

/// <summary>The parameter is one stretch of the slabs of gradient descent.</summary>
/// <param name="Momentum">μ; 0: nothing is remembered.</param>
/// <param name="Decay">λ of this parameter, a part of its gradient; 0 for a vector.</param>
/// <param name="Nesterov">Whether the step looks ahead.</param>
/// <param name="M">The momentum; empty without.</param>
public sealed record SgdRule(double Momentum, double Decay, bool Nesterov, View M) : UpdateRule;

/// <summary>The parameter is one matrix whose momentum is orthogonalised, or several, one below the other.</summary>
/// <param name="Momentum">μ.</param>
/// <param name="Decay">λ.</param>
/// <param name="Nesterov">Whether the momentum looks ahead.</param>
/// <param name="Matrices">The matrices that are orthogonalised each by itself; offsets in the slab.</param>
/// <param name="M">The momentum of the whole parameter.</param>
public sealed record MuonRule(double Momentum, double Decay, bool Nesterov, IReadOnlyList<HiddenMatrix> Matrices, View M) : UpdateRule;
