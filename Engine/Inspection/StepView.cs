namespace PureLlm.Engine.Inspection;

/// <summary>All that is shown at a cursor: what the terminal draws and what the browser and the exported file get as JSON (camelCase, nulls left out).</summary>
/// <remarks>A pure function of (trace, cursor). Numbers that are not finite are written as strings: "NaN", "Infinity", "-Infinity".</remarks>
public sealed record StepView
{
    /// <summary>The cursor, normalised: what a reload shows again.</summary>
    public required string Cursor { get; init; }

    /// <summary>"demo residual", "runs/tiny".</summary>
    public required string Title { get; init; }

    public required long Step { get; init; }

    /// <summary>The last training step that can be opened; null: this one alone.</summary>
    public long? LastStep { get; init; }

    public required double Loss { get; init; }

    /// <summary>Best possible loss, where it is known.</summary>
    public double? Floor { get; init; }

    public required FrameView Frame { get; init; }

    public required int FrameCount { get; init; }

    public required string Level { get; init; }

    /// <summary>The frames around, or at module and run level the modules and steps: what the list at the side shows.</summary>
    public IReadOnlyList<FrameView> Nearby { get; init; } = [];

    /// <summary>Modules with their share of the gradient's squared norm, largest first within a parent.</summary>
    public IReadOnlyList<ModuleView> Modules { get; init; } = [];

    /// <summary>The module of the frame, at the level of modules.</summary>
    public ModuleDetailView? Module { get; init; }

    /// <summary>The step in numbers, at the level of the run.</summary>
    public IReadOnlyList<LineView> Facts { get; init; } = [];

    /// <summary>The selected tensor: in a backward frame the gradient of an input; forward the output; in an update the parameter.</summary>
    public TensorView? Subject { get; init; }

    /// <summary>What comes in: backward ∂L/∂output, forward the inputs.</summary>
    public IReadOnlyList<TensorView> Upstream { get; init; } = [];

    /// <summary>What the rule reads beside: inputs and saved values.</summary>
    public IReadOnlyList<TensorView> Reads { get; init; } = [];

    /// <summary>What goes out: backward the gradients of the inputs, forward the output.</summary>
    public IReadOnlyList<TensorView> Downstream { get; init; } = [];

    public GraphView? Graph { get; init; }

    /// <summary>What the operation computes forward.</summary>
    public FormulaView? Formula { get; init; }

    /// <summary>The rule of the subject's gradient, or of the update.</summary>
    public FormulaView? Rule { get; init; }

    public ElementView? Element { get; init; }

    public LedgerView? Ledger { get; init; }

    /// <summary>Finite differences and other proofs.</summary>
    public IReadOnlyList<ProofView> Proofs { get; init; } = [];

    /// <summary>In words.</summary>
    public IReadOnlyList<string> ReadAs { get; init; } = [];

    public IReadOnlyList<NoteView> Notes { get; init; } = [];

    public IReadOnlyList<CodeView> Code { get; init; } = [];

    /// <summary>What the optimizer makes of the step, in clip, update and check frames.</summary>
    public UpdateView? Update { get; init; }

    /// <summary>Loss along the update's direction, where it was asked for: factor of the learning rate and loss.</summary>
    public IReadOnlyList<PointView> LineSearch { get; init; } = [];

    /// <summary>Text of the tokens, where rows of a tensor stand for tokens.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];

    /// <summary>Loss of each token, where it is known.</summary>
    public IReadOnlyList<double> TokenLosses { get; init; } = [];

    public AttentionView? Attention { get; init; }

    public LensView? Lens { get; init; }

    /// <summary>Breakpoints that hold here.</summary>
    public IReadOnlyList<string> Breaks { get; init; } = [];
}

/// <summary>A frame in a list.</summary>
public sealed record FrameView(int Index, string Id, string Kind, string Text, string Module, string Op, bool IsCurrent, string Cursor);

/// <summary>A module in the tree: its share of the gradient's squared norm, from 0 to 1, and where it begins.</summary>
public sealed record ModuleView(string Path, int Depth, double Share, double Norm, bool IsCurrent, string Cursor);

/// <summary>A module: its operations in the pass of the frame, and its parameters, the largest gradient first.</summary>
public sealed record ModuleDetailView(string Path, double Share, double Norm, IReadOnlyList<FrameView> Operations, IReadOnlyList<ParameterView> Parameters);

/// <summary>A parameter: the norm of its gradient, its share of the squared norm of the whole gradient, and where its gradient is completed.</summary>
public sealed record ParameterView(string Name, IReadOnlyList<int> Shape, double Norm, double Share, string Cursor);

/// <summary>A tensor at a glance.</summary>
public sealed record TensorView
{
    /// <summary>As in cursors.</summary>
    public required string Name { get; init; }

    /// <summary>As in the formula: "∂L/∂x", "W".</summary>
    public required string Symbol { get; init; }

    public required IReadOnlyList<int> Shape { get; init; }

    /// <summary>"value" or "gradient".</summary>
    public required string Kind { get; init; }

    /// <summary>"parameter", "activation", "input" or "constant".</summary>
    public required string Role { get; init; }

    /// <summary>How many operations read it.</summary>
    public int Consumers { get; init; }

    public required StatsView Stats { get; init; }

    public HeatView? Heat { get; init; }

    /// <summary>Counts of 32 equal parts between the smallest and the largest finite value.</summary>
    public IReadOnlyList<int> Histogram { get; init; } = [];

    /// <summary>The elements with the largest magnitude.</summary>
    public IReadOnlyList<ValueView> Largest { get; init; } = [];
}

/// <summary>Numbers about a tensor; of its finite values where there are others.</summary>
public sealed record StatsView(double Rms, double MaxAbs, double Mean, double Minimum, double Maximum, int Zeros, int NaNs, int Infinities, int Count);

/// <summary>A tensor as a matrix of at most 64×64 cells, each the value with the largest magnitude among those that it stands for.</summary>
/// <param name="Rows">Cells downwards.</param>
/// <param name="Columns">Cells across.</param>
/// <param name="RowSize">Rows of the tensor in a cell; 1: not pooled.</param>
/// <param name="ColumnSize">Columns of the tensor in a cell.</param>
/// <param name="Values">Row-major.</param>
/// <param name="SelectedRow">The cell of the selected element; −1: none.</param>
/// <param name="SelectedColumn">The same.</param>
public sealed record HeatView(int Rows, int Columns, int RowSize, int ColumnSize, IReadOnlyList<double> Values, int SelectedRow, int SelectedColumn);

/// <summary>An element: its indices, "1,2", and its value.</summary>
public sealed record ValueView(string Element, double Value);

/// <summary>One formula in three notations.</summary>
public sealed record FormulaView(string Unicode, string Latex, string MathMl);

/// <summary>One element of the subject, taken apart.</summary>
public sealed record ElementView
{
    /// <summary>"1,2".</summary>
    public required string Indices { get; init; }

    /// <summary>"token 1 ("had"), channel 2"; empty where the indices say all.</summary>
    public string Meaning { get; init; } = "";

    /// <summary>What the kernels made: in a backward frame this node's share of the gradient.</summary>
    public required double Kernel { get; init; }

    /// <summary>The tensor's own number there, also where its gradient is looked at: what one edits to ask what if.</summary>
    public double? Value { get; init; }

    /// <summary>The lines of the calculation, with numbers.</summary>
    public IReadOnlyList<LineView> Lines { get; init; } = [];

    /// <summary>The largest summands, at most twelve, or all at the level of terms.</summary>
    public IReadOnlyList<TermView> Terms { get; init; } = [];

    /// <summary>The selected summand among <see cref="Terms"/>, at the level of terms; else null.</summary>
    public int? SelectedTerm { get; init; }

    /// <summary>Summands that are not shown.</summary>
    public int MoreTerms { get; init; }

    /// <summary>Their sum.</summary>
    public double MoreSum { get; init; }

    /// <summary>The sum of all, in float64.</summary>
    public double? Sum { get; init; }

    /// <summary>Whether the sum is the kernels' value within the tolerance.</summary>
    public ProofView? Proof { get; init; }
}

/// <summary>"r", "1/√(mean x² + ε)", 1.30744.</summary>
public sealed record LineView(string Name, string Expression, double Value);

/// <summary>A summand.</summary>
/// <param name="Label">What the sum runs over: "token 3".</param>
/// <param name="Factors">Their product is the value.</param>
/// <param name="Value">In float64.</param>
/// <param name="Share">Its part of Σ |terms|, from 0 to 1.</param>
public sealed record TermView(string Label, IReadOnlyList<FactorView> Factors, double Value, double Share = 0);

/// <summary>A factor, and the frame in which it was made; null: it was there before, or is made inside the rule.</summary>
public sealed record FactorView(string Name, double Value, string? Cursor = null);

/// <summary>Who added what to a tensor's gradient, in the order of arrival.</summary>
public sealed record LedgerView
{
    /// <summary>The tensor.</summary>
    public required string Tensor { get; init; }

    /// <summary>Indices of the elements that are the columns.</summary>
    public required IReadOnlyList<string> Elements { get; init; }

    public required IReadOnlyList<LedgerRowView> Rows { get; init; }

    /// <summary>Sum of the rows, in float64.</summary>
    public required IReadOnlyList<double> Total { get; init; }

    /// <summary>The recorded gradient.</summary>
    public required IReadOnlyList<double> Gradient { get; init; }

    /// <summary>Central differences of the whole loss in float64, where they were asked for or are cheap.</summary>
    public IReadOnlyList<double> FiniteDifference { get; init; } = [];

    /// <summary>Whether the rows add up, and the differences agree.</summary>
    public required ProofView Proof { get; init; }
}

/// <summary>A row: the frame that added, by whom ("zero", "add (residual)"), the values of the shown elements; later rows than the cursor's frame are "pending".</summary>
public sealed record LedgerRowView(string Frame, int Index, string From, IReadOnlyList<double> Values, bool IsPending, string Cursor);

/// <summary>A claim with its numbers. Passed only if it was computed and holds.</summary>
/// <param name="Name">"Σ terms = kernel", "finite difference".</param>
/// <param name="Actual">What the kernels made.</param>
/// <param name="Expected">What it is held to.</param>
/// <param name="Error">Their distance, in <paramref name="Unit"/>.</param>
/// <param name="Tolerance">The largest that passes.</param>
/// <param name="Unit">"ULP", "relative".</param>
/// <param name="Passed">The verdict.</param>
/// <param name="Detail">How it was computed: "L(w+ε) = 1.589489, L(w−ε) = 1.590097, ε = 1e-3".</param>
public sealed record ProofView(string Name, double Actual, double Expected, double Error, double Tolerance, string Unit, bool Passed, string Detail = "");

/// <summary>A remark, with where its cause can be seen.</summary>
public sealed record NoteView(string Kind, string Text, string? Cursor);

public sealed record CodeView(string Path, int Line, IReadOnlyList<string> Lines);

public sealed record PointView(double Factor, double Loss);

/// <summary>The operations around this one, at most two steps away, with their places on a fixed grid.</summary>
public sealed record GraphView(IReadOnlyList<GraphNodeView> Nodes, IReadOnlyList<GraphEdgeView> Edges);

/// <summary>A box: layer −2 … 2 (left to right), row from 0.</summary>
public sealed record GraphNodeView(string Id, string Label, string Kind, int Layer, int Row, bool IsCurrent, string Cursor);

public sealed record GraphEdgeView(string From, string To, string Tensor);

/// <summary>Attention probabilities of one head in float64, their gradient, and the entropy of each row in nats.</summary>
/// <param name="Module">"blocks.0.attention".</param>
/// <param name="Head">From 0; the cursor's term.</param>
/// <param name="Heads">How many there are.</param>
/// <param name="Queries">Rows of the map.</param>
/// <param name="Keys">Its columns.</param>
/// <param name="Probabilities">p [Queries, Keys], row-major.</param>
/// <param name="Gradient">∂L/∂p, in the same order.</param>
/// <param name="Entropy">−Σ p·ln p of each query.</param>
/// <param name="Sequence">Which sequence of the batch: its first token is the number Sequence · T.</param>
/// <param name="RowSize">Queries in a row of the map; 1 where it is not pooled.</param>
/// <param name="ColumnSize">Keys in a column.</param>
/// <param name="Places">All attentions of the step, with where they are shown.</param>
public sealed record AttentionView(
    string Module, int Head, int Heads, int Queries, int Keys, IReadOnlyList<double> Probabilities, IReadOnlyList<double> Gradient, IReadOnlyList<double> Entropy,
    int Sequence = 0, int RowSize = 1, int ColumnSize = 1, IReadOnlyList<AttentionPlaceView>? Places = null);

/// <summary>An attention of the step: its module and a cursor that shows it.</summary>
public sealed record AttentionPlaceView(string Module, string Cursor, bool IsCurrent);

/// <summary>What the model would say if it stopped after each part: rows of the residual stream by positions.</summary>
/// <param name="Layers">"embedding", "blocks.0.attention", "blocks.0.mlp", …</param>
/// <param name="Cells">Layer after layer.</param>
/// <param name="Sequence">Which sequence of the batch.</param>
/// <param name="Targets">What should follow each shown position, where it is known.</param>
public sealed record LensView(IReadOnlyList<string> Layers, IReadOnlyList<LensCellView> Cells, int Sequence = 0, IReadOnlyList<string>? Targets = null);

/// <summary>The lens at one place.</summary>
/// <param name="Layer">Index in <see cref="LensView.Layers"/>.</param>
/// <param name="Position">In the sequence.</param>
/// <param name="Token">The likeliest token.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="TargetProbability">That of the target.</param>
/// <param name="Contribution">What this part adds to the target's final logit: ∂(logit)/∂(stream) ⊙ what the part wrote, summed, the final norm's scale held; the parts add up to the logit.</param>
/// <param name="GradientNorm">‖∂L/∂(stream)‖ here.</param>
public sealed record LensCellView(int Layer, int Position, string Token, double Probability, double TargetProbability, double Contribution, double GradientNorm = 0);
