using PureLlm.Kernels;

namespace PureLlm.Engine.Optimizers;

/// <summary>Brings all singular values of a matrix close to 1, without computing them: five times X ← aX + bAX + cA²X with A = XXᵀ.</summary>
/// <remarks>
/// a = 3.4445, b = −4.7750, c = 2.0315, after dividing X by its Frobenius norm; singular values end between about 0.7 and 1.2, which is near
/// enough (Jordan et al. 2024, "Muon: an optimizer for hidden layers"). A tall matrix uses A = XᵀX from the other side, so A is always the smaller one.
/// </remarks>
public sealed class NewtonSchulz : IDisposable
{
    public const int Iterations = 5;
    public const float A = 3.4445f, B = -4.7750f, C = 2.0315f;

    /// <summary>Keeps the quotient finite for a matrix of zeros.</summary>
    public const double Epsilon = 1e-7;

    private readonly Backend backend;
    private readonly TensorBuffer other, square, polynomial, sum;

    /// <param name="backend">Where the matrices live.</param>
    /// <param name="sizes">Rows and columns of every matrix that will come.</param>
    public NewtonSchulz(Backend backend, IEnumerable<(int Rows, int Columns)> sizes)
    {
        int largest = 1, largestSquare = 1;
        foreach ((int rows, int columns) in sizes)
        {
            int side = Math.Min(rows, columns);
            (largest, largestSquare) = (Math.Max(largest, rows * columns), Math.Max(largestSquare, side * side));
        }
        this.backend = backend;
        (other, square, polynomial, sum) = (backend.Allocate(largest), backend.Allocate(largestSquare), backend.Allocate(largestSquare), backend.Allocate(1));
    }

    /// <summary>Replaces <paramref name="matrix"/> [rows, columns].</summary>
    /// <param name="iterations">Fewer to look at the way: 0 leaves it divided by its norm.</param>
    public void Orthogonalize(View matrix, int rows, int columns, int iterations = Iterations)
    {
        int side = Math.Min(rows, columns);
        View x = matrix, y = new(other, 0, rows * columns), a = new(square, 0, side * side), p = new(polynomial, 0, side * side);
        View squares = new(sum, 0, 1);
        backend.SumOfSquares(x, squares);
        backend.Normalize(x, squares, Epsilon);
        for (int i = 0; i < iterations; i++)
        {
            if (rows <= columns) { backend.MatMul(MatMulLayout.NT, x, x, a, side, side, columns); }
            else { backend.MatMul(MatMulLayout.TN, x, x, a, side, side, rows); }
            backend.MatMul(MatMulLayout.NN, a, a, p, side, side, side);
            backend.Scale(p, p, C);
            backend.Accumulate(a, p, B);
            backend.Scale(x, y, A);
            if (rows <= columns) { backend.MatMul(MatMulLayout.NN, p, x, y, rows, columns, side, accumulate: true); }
            else { backend.MatMul(MatMulLayout.NN, x, p, y, rows, columns, side, accumulate: true); }
            (x, y) = (y, x);
        }
        if (x != matrix) { backend.Copy(x, matrix); }
    }

    public void Dispose()
    {
        other.Dispose();
        square.Dispose();
        polynomial.Dispose();
        sum.Dispose();
    }
}
