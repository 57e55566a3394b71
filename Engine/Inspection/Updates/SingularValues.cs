namespace PureLlm.Engine.Inspection.Updates;

/// <summary>Singular values of a small matrix in float64, by one-sided Jacobi rotations.</summary>
/// <remarks>Pairs of columns are turned until all are orthogonal; their lengths are the singular values (Hestenes 1958).</remarks>
internal static class SingularValues
{
    private const int MaximumSweeps = 60;

    /// <summary>Largest first; as many as the smaller side.</summary>
    public static double[] Of(ReadOnlySpan<float> matrix, int rows, int columns)
    {
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        double[][] lines = new double[count][];
        for (int i = 0; i < count; i++)
        {
            lines[i] = new double[length];
            for (int j = 0; j < length; j++) { lines[i][j] = rows <= columns ? matrix[(i * columns) + j] : matrix[(j * columns) + i]; }
        }
        bool turned = true;
        for (int sweep = 0; turned && sweep < MaximumSweeps; sweep++)
        {
            turned = false;
            for (int a = 0; a < count; a++)
            {
                for (int b = a + 1; b < count; b++) { turned |= Turn(lines[a], lines[b]); }
            }
        }
        return [.. lines.Select(line => Math.Sqrt(Dot(line, line))).OrderDescending()];
    }

    /// <summary>Turns two lines in their plane until they are orthogonal; false if they were.</summary>
    private static bool Turn(double[] a, double[] b)
    {
        double aa = Dot(a, a), bb = Dot(b, b), ab = Dot(a, b);
        if (!(Math.Abs(ab) > 1e-14 * Math.Sqrt(aa * bb))) { return false; }
        double zeta = (bb - aa) / (2 * ab), tangent = Math.CopySign(1, zeta) / (Math.Abs(zeta) + Math.Sqrt(1 + (zeta * zeta)));
        double cosine = 1 / Math.Sqrt(1 + (tangent * tangent)), sine = cosine * tangent;
        for (int i = 0; i < a.Length; i++) { (a[i], b[i]) = ((cosine * a[i]) - (sine * b[i]), (sine * a[i]) + (cosine * b[i])); }
        return true;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) { sum += a[i] * b[i]; }
        return sum;
    }
}
