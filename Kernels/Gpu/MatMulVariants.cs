namespace PureLlm.Kernels.Gpu;

/// <summary>The type arguments with which a GPU is given the kernels of matrix products.</summary>
internal static class MatMulVariants
{
    private static readonly Type[] s_formats = [typeof(Float32Numbers), typeof(BFloat16Numbers), typeof(Float16Numbers), typeof(SplitNumbers)];

    /// <summary>Each tile with each layout and each format of b by fours; number by number with float32 alone, where the other formats differ in nothing but the load.</summary>
    public static IEnumerable<Type[]> Tiles() =>
        from tile in new[] { typeof(Tile8<Square16>), typeof(Tile4<Square16>) }
        from operands in TileOperands()
        select (Type[])[tile, .. operands];

    /// <summary>Tensor cores in each precision, in the same way.</summary>
    public static IEnumerable<Type[]> Tensor() =>
        from precision in new[] { typeof(TensorFloat32), typeof(TensorBFloat16) }
        from operands in TileOperands()
        select (Type[])[precision, typeof(EightWarps), .. operands];

    /// <summary>Each number of rows, in the same way.</summary>
    public static IEnumerable<Type[]> FewRows() =>
        from rows in new[] { typeof(OneRow), typeof(Twice<OneRow>), typeof(Twice<Twice<OneRow>>), typeof(Twice<Twice<Twice<OneRow>>>) }
        from operands in Operands([(typeof(LinesByFour<>), typeof(LinesByFour<>))], [(typeof(Lines<>), typeof(Lines<>))])
        select (Type[])[rows, .. operands];

    private static IEnumerable<Type[]> TileOperands() => Operands(
        [(typeof(LinesByFour<>), typeof(StepsByFour<>)), (typeof(LinesByFour<>), typeof(LinesByFour<>)), (typeof(StepsByFour<>), typeof(StepsByFour<>))],
        [(typeof(Lines<>), typeof(Steps<>)), (typeof(Lines<>), typeof(Lines<>)), (typeof(Steps<>), typeof(Steps<>))]);

    private static IEnumerable<Type[]> Operands((Type A, Type B)[] byFour, (Type A, Type B)[] byOne) =>
        byFour.SelectMany(order => s_formats.Select(format => Close(order, format))).Concat(byOne.Select(order => Close(order, typeof(Float32Numbers))));

    private static Type[] Close((Type A, Type B) order, Type format) => [order.A.MakeGenericType(typeof(Float32Numbers)), order.B.MakeGenericType(format)];
}
